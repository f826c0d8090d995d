"""Pages of a list: https://docs.bird.com/api/channels-api/api-reference/messaging

The token goes back as `pageToken`; whoever sends it as `nextPageToken` gets the first page again.
"""

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from messaging.simulator.bird import errors
from messaging.simulator.rows import Json
from messaging.simulator.shapes import Choice, Path, Problem, Problems, Shape, Text, problems_of, whole

DEFAULT = 10
REVERSE = Choice(("true", "false"))


@dataclass(frozen=True)
class Limit(Shape):
    """A whole number in an address, which is a string there."""

    most: int

    def check(self, value: Any, path: Path, problems: Problems) -> None:
        number = int(value) if re.fullmatch(r"-?[0-9]{1,9}", value) else value
        whole(1, self.most).check(number, path, problems)


def page(rows: Sequence[Any], query: QueryDict, most: int) -> Json:
    """`results` and `nextPageToken`, of rows in their usual order; raises Refused."""
    checked(query, limit=Limit(most), reverse=REVERSE, pageToken=Text(least=0, most=8000))
    ordered = list(rows)[::-1] if query.get("reverse") == "true" else list(rows)
    begin, limit = _begin(query.get("pageToken", "")), int(query.get("limit", DEFAULT))
    following = begin + limit
    token = _token(following) if following < len(ordered) else None
    return {"results": ordered[begin:following], "nextPageToken": token}


def checked(query: QueryDict, **known: Shape) -> None:
    """Raises Refused for a wrong value of a known parameter, each of those that repeat it."""
    problems = [
        Problem((name,), found.key, found.facts)
        for name, shape in known.items()
        for value in query.getlist(name)
        for found in problems_of(shape, value)
    ]
    if problems:
        raise errors.invalid(problems)


def _token(begin: int) -> str:
    return base64.urlsafe_b64encode(json.dumps({"o": begin}).encode()).decode().rstrip("=")


def _begin(token: str) -> int:
    if not token:
        return 0
    try:
        begin = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))["o"]
    except (binascii.Error, ValueError, KeyError, TypeError):
        begin = None
    if not isinstance(begin, int) or begin < 0:
        raise errors.wrong("page token is not valid", "pageToken")
    return begin
