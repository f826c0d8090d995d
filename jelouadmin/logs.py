"""Logs that a machine can read and that give nothing away."""

import json
import logging
import re
from datetime import UTC, datetime

# A credential, the secret part of a webhook's address, and anything that looks like a phone number; but not
# the digits of a message's public id, by which it is found.
SECRETS = re.compile(
    r"(?P<id>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)"
    r"|(?P<auth>(?:Basic|Bearer|AccessKey)\s+)[\w+/=.~-]+"
    r"|(?P<hook>/webhooks/\w+/)[\w-]+"
    r"|(?P<number>\+?\d{6})\d{3,}"
)
HIDDEN = "•••"


def redact(text: str) -> str:
    return SECRETS.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    if found["id"]:
        return found["id"]
    return next((part for part in found.groups() if part), "") + HIDDEN


class RedactingFilter(logging.Filter):
    """Also covers the loggers of libraries, because it sits on the handler."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(_text(record)), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        return True


def _text(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # a library's mistake must not stop whoever logs
        return f"{record.msg} {record.args}"


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_text:
            line["exception"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)
