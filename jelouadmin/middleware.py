"""What every request needs besides Django's own middleware."""

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone

GetResponse = Callable[[HttpRequest], HttpResponse]

ZONE_COOKIE = "timezone"


class WebhookMiddleware:
    """Let providers in by the shortest way: no session, language, form token or page policy is theirs."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/webhooks/"):
            return self.get_response(request)
        try:
            view, arguments, named = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        response = view(request, *arguments, **named)
        response.headers.setdefault("Content-Length", str(len(response.content)))
        return response


class NoNulMiddleware:
    """Refuse addresses with a NUL in them: nobody types one, and PostgreSQL takes none in a text."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("A query with a NUL in it.")
        return self.get_response(request)


class TimeZoneMiddleware:
    """Show times in the zone of the person's own device, which `zone.js` stores in a cookie."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(zone_of(request)):
            return self.get_response(request)


def zone_of(request: HttpRequest) -> ZoneInfo | None:
    """The zone named in the cookie; None, which means settings.TIME_ZONE, if it names none."""
    try:
        return ZoneInfo(request.COOKIES[ZONE_COOKIE])
    except (KeyError, ValueError, OSError, ZoneInfoNotFoundError):
        return None


class HtmxLoginMiddleware:
    """Send a browser whose session ended to the login page.

    htmx follows redirects by itself and would put the login page inside the fragment it asked for.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            getattr(request, "htmx", False)
            and response.status_code == 302
            and not request.user.is_authenticated
        ):
            return HttpResponse(status=204, headers={"HX-Redirect": response["Location"]})
        return response
