"""Which links nobody could open, and what is said about each."""

import pytest

from templates_app.link_rules import check_link


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("", "missing"),
        ("  ", "missing"),
        ("https://a.example.com/a b", "spaces"),
        (" https://a.example.com/", "spaces"),
        ("https://a.example.com/ñ", "signs"),
        ("https://a.example.com/" + "a" * 2000, "longer than 2000"),
        ("https://[::1", "cannot be read"),
        ("https://a.example.com:x/", "cannot be read"),
        ("ftp://a.example.com/", "is no link"),
        ("https:///a", "is no link"),
        ("https://ana:secret@a.example.com/", "user name"),
        ("http://a.example.com/", "must begin with https"),
    ],
)
def test_a_link_nobody_could_open_is_told_by_name(url, word):
    (problem,) = check_link("url", "The link", url)
    assert (problem.field, problem.hard) == ("url", True)
    assert str(problem.message).startswith("The link") and word in str(problem.message)


@pytest.mark.parametrize(
    "url", ["https://a.example.com/x?y=%20", "http://127.0.0.1:8001/a", "http://localhost/"]
)
def test_a_public_link_and_this_machine_are_fine(url):
    assert check_link("url", "The link", url) == []
