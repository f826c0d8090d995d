"""Guessing passwords takes for ever."""

import pytest
from django.contrib.auth.models import User

LOGIN = "/admin/login/"


def try_to_log_in(client, password, username="ana", address="192.0.2.1"):
    return client.post(LOGIN, {"username": username, "password": password}, REMOTE_ADDR=address)


def guess(client, settings, times=None, **where):
    for _ in range(times or settings.AXES_FAILURE_LIMIT):
        answer = try_to_log_in(client, "wrong", **where)
    return answer


def test_a_right_password_logs_in_after_some_wrong_ones(client, db, settings):
    User.objects.create_user("ana", password="right", is_staff=True)
    guess(client, settings, times=settings.AXES_FAILURE_LIMIT - 1)
    assert try_to_log_in(client, "right").status_code == 302


def test_too_many_wrong_passwords_close_the_door_also_to_the_right_one(client, db, settings):
    User.objects.create_user("ana", password="right", is_staff=True)
    assert guess(client, settings).status_code == 429
    answer = try_to_log_in(client, "right")
    assert answer.status_code == 429
    assert "Too many wrong passwords" in answer.content.decode()


def test_nobody_locks_out_a_person_who_is_somewhere_else(client, db, settings):
    User.objects.create_user("ana", password="right", is_staff=True)
    guess(client, settings, address="192.0.2.66")
    assert try_to_log_in(client, "right").status_code == 302


def test_a_locked_name_does_not_close_the_door_to_others(client, db, settings):
    User.objects.create_user("beto", password="right", is_staff=True)
    guess(client, settings)
    assert try_to_log_in(client, "right", username="beto").status_code == 302


@pytest.mark.parametrize("name", ["x" * 151, "x" * 100_000, "a\x00b"])
def test_a_name_that_nobody_can_have_is_refused(client, db, name):
    response = client.post(LOGIN, {"username": name, "password": "wrong"})
    assert response.status_code == 200
    assert response.context["form"].errors["username"]
