"""Times in the zone of the device, and sessions that end behind htmx."""

from zoneinfo import ZoneInfo

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from jelouadmin.middleware import TimeZoneMiddleware, zone_of


def asked_with(cookie):
    request = RequestFactory().get("/")
    if cookie is not None:
        request.COOKIES["timezone"] = cookie
    return request


@pytest.mark.parametrize("name", ["America/Guayaquil", "UTC", "Asia/Kolkata"])
def test_the_zone_is_the_one_of_the_device(name):
    assert zone_of(asked_with(name)) == ZoneInfo(name)


@pytest.mark.parametrize(
    "cookie",
    [None, "", "Mars/Rim", "../../etc/passwd", "/etc/passwd", "America", "a\x00b", "x" * 5000, ".", "\ud800"],
)
def test_a_zone_that_is_none_means_ours(cookie):
    assert zone_of(asked_with(cookie)) is None


def test_the_zone_holds_for_one_request_only():
    middleware = TimeZoneMiddleware(lambda request: HttpResponse(timezone.get_current_timezone_name()))
    answers = [middleware(asked_with(name)).content for name in ("America/Guayaquil", None)]
    assert answers == [b"America/Guayaquil", b"UTC"]
    assert str(timezone.get_current_timezone()) == "UTC"


def test_htmx_is_sent_to_the_login_page_and_does_not_swap_it_in(client, db):
    response = client.get("/admin/", headers={"HX-Request": "true"})
    assert (response.status_code, response.content) == (204, b"")
    assert response["HX-Redirect"].startswith("/admin/login/")


def test_a_browser_is_redirected_as_ever(client, db):
    response = client.get("/admin/")
    assert response.status_code == 302


def test_whoever_is_logged_in_follows_redirects_as_ever(agent_client):
    assert agent_client.get("/", headers={"HX-Request": "true"}).status_code == 302


@pytest.mark.parametrize("path", ["/media/abc/%00", "/media/%00/x.png", "/admin/%00/"])
def test_an_address_with_a_nul_is_not_there(client, db, path):
    assert client.get(path).status_code == 404
