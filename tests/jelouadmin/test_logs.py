"""Logs that give nothing away."""

import io
import json
import logging
import sys

import pytest

from jelouadmin.logs import JsonFormatter, RedactingFilter, redact


@pytest.fixture
def log():
    """A logger as ours is set up, and what it wrote."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(RedactingFilter())
    handler.setFormatter(JsonFormatter())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    return logger, lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Authorization: Basic dGVzdDpzZWNyZXQ=", "Authorization: Basic •••"),
        ("Bearer eyJhbGci.eyJzdWIi.sig-na_ture", "Bearer •••"),
        ("AccessKey abc123", "AccessKey •••"),
        ("POST /webhooks/jelou/aB-3_x9Z/ 200", "POST /webhooks/jelou/•••/ 200"),
        ("to 593990001234.", "to 593990•••."),
        ("to +593990001234", "to +593990•••"),
        ('["593990001234", "593990005678"]', '["593990•••", "593990•••"]'),
        ("593990001234-photo.jpg", "593990•••-photo.jpg"),
    ],
)
def test_credentials_addresses_and_numbers_are_hidden(text, shown):
    assert redact(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "bot 12 sent 12345 of 99999999 rows",
        "2026-01-15T10:30:00.123456",
        "12345678-1234-1234-1234-123456789abc",
        "00000000-0000-0000-0000-000000000000 could not be sent",
    ],
)
def test_what_is_no_secret_stays(text):
    assert redact(text) == text


def test_a_line_is_one_json_object(log):
    logger, lines = log
    logger.warning("Hola\n%s", "señal")
    (line,) = lines()
    assert (line["level"], line["logger"], line["message"]) == ("WARNING", "test", "Hola\nseñal")
    assert line["time"].endswith("+00:00")


def test_arguments_are_hidden_too(log):
    logger, lines = log
    logger.info("%s to %d", {"Authorization": "Basic c2VjcmV0"}, 593990001234)
    assert lines()[0]["message"] == "{'Authorization': 'Basic •••'} to 593990•••"


def test_exceptions_are_hidden_too(log):
    logger, lines = log
    try:
        raise ValueError("Basic c2VjcmV0")
    except ValueError:
        logger.exception("It broke")
    (line,) = lines()
    assert "ValueError: Basic •••" in line["exception"]
    assert "c2VjcmV0" not in json.dumps(line)


def test_an_exception_that_another_handler_wrote_first_is_hidden_too(log):
    logger, lines = log
    try:
        raise ValueError("Basic c2VjcmV0")
    except ValueError:
        record = logger.makeRecord("test", logging.ERROR, "", 0, "It broke", (), sys.exc_info())
    logging.Formatter().format(record)
    logger.handle(record)
    assert "c2VjcmV0" not in json.dumps(lines())


def test_a_librarys_mistake_does_not_stop_whoever_logs(log):
    logger, lines = log
    logger.info("%d rows", "many")
    logger.info("%s and %s", "one")
    assert [line["message"] for line in lines()] == ["%d rows ('many',)", "%s and %s ('one',)"]


def test_all_logs_pass_the_filter(settings):
    assert settings.LOGGING["root"]["handlers"] == ["stderr"]
    assert settings.LOGGING["handlers"]["stderr"]["filters"] == ["redact"]
    assert "loggers" not in settings.LOGGING
