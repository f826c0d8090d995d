"""The refusals: https://docs.bird.com/api/channels-api/supported-channels/programmable-whatsapp/sending-whatsapp-messages

Both envelopes are documented. The words inside `details` were seen in answers of Bird: they are those of the
Go library kin-openapi, as is that a field too many is told at its parent and a missing one at itself.
"""

import json
from collections.abc import Iterable

from messaging.simulator.bird.assumed import CODES
from messaging.simulator.entrance import Refused
from messaging.simulator.shapes import Path, Problem

SENTENCES = {
    "required": 'property "{name}" is missing',
    "unknown": 'property "{name}" is unsupported',
    "text": "value must be a string",
    "empty": "minimum string length is {least}",
    "long": "maximum string length is {most}",
    "whole": "value must be an integer",
    "number": "value must be a number",
    "low": "number must be at least {least}",
    "high": "number must be at most {most}",
    "choice": "value is not one of the allowed values {options}",
    "list": "value must be an array",
    "few": "minimum number of items is {least}",
    "many": "maximum number of items is {most}",
    "twice": "duplicate items found",
    "object": "value must be an object",
    "flag": "value must be a boolean",
    "either": 'doesn\'t match any schema from "anyOf"',
    "both": "body and template cannot stand together",
    "e164": 'string doesn\'t match the regular expression "^\\+[1-9][0-9]{{6,14}}$"',
    "tag": 'string doesn\'t match the regular expression "^[a-zA-Z0-9-_ ]+$"',
    "platform": 'string doesn\'t match the regular expression "^[A-Za-z0-9-]+$"',
    "address": 'string doesn\'t match the format "uri"',
    "hook": 'string doesn\'t match the regular expression "^https://([a-zA-Z0-9-]+\\.)+[a-zA-Z]{{2,}}(/[^\\s]*)?$"',
    "moment": 'string doesn\'t match the format "date-time"',
    "uuid": 'string doesn\'t match the format "uuid"',
    "said": "{sentence}",
}


def refused(status: int, message: str, headers: dict[str, str] | None = None) -> Refused:
    """RequestError."""
    return Refused(status, {"code": CODES[status], "message": message}, headers)


def invalid(problems: Iterable[Problem]) -> Refused:
    """ValidationError, as seen word for word."""
    details: dict[str, list[str]] = {}
    for problem in problems:
        details.setdefault(_where(problem), []).append(_sentence(problem))
    message = "One or more fields provided in the request body are malformed"
    return Refused(422, {"code": "InvalidPayload", "message": message, "details": details})


def wrong(sentence: str, *path: str | int) -> Refused:
    """ValidationError of one field, with a sentence of its own."""
    return invalid([Problem(path, "said", {"sentence": sentence})])


def values_missing(names: Iterable[str]) -> Refused:
    """The fragment was seen, the rest of the answer was not."""
    message = "; ".join(f"missing value for variable: {name}" for name in names)
    return Refused(422, {"code": "InvalidPayload", "message": message})


def not_found(what: str) -> Refused:
    return refused(404, f"The requested resource does not exist: {what} not found")


def no_operation() -> Refused:
    return Refused(422, {"code": "InvalidPayload", "message": "no matching operation was found"})


def too_many_requests(retry_after: float | None = None) -> Refused:
    headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
    return refused(429, "The rate limit is exceeded.", headers)


def _sentence(problem: Problem) -> str:
    facts = {name: _fact(value) for name, value in problem.facts.items()}
    name = problem.path[-1] if problem.path else ""
    key = ("low" if problem.facts["low"] else "high") if problem.key == "range" else problem.key
    return SENTENCES[key].format(name=name, **facts)


def _fact(value: object) -> object:
    return json.dumps(value) if isinstance(value, tuple) else value


def _where(problem: Problem) -> str:
    path: Path = problem.path[:-1] if problem.key == "unknown" else problem.path
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts) or "."
