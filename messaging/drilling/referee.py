"""The simulator's counters and switches, asked and told over HTTP: it knows nothing of our rows."""

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from messaging.drilling.books import Taken
from messaging.statuses import Status

# Its words are Jelou's; what it calls SCHEDULED, PROCESSING or REPLY does not come about here.
STATUSES = {
    "CREATED": Status.ACCEPTED,
    "DELIVERED_CHANNEL": Status.SENT,
    "DELIVERED_USER": Status.DELIVERED,
    "READ": Status.READ,
    "FAILED": Status.FAILED,
}
# Answers of the simulator after which nobody can say from outside whether the message was taken.
UNCERTAIN = (
    "timeout_before",
    "timeout_after",
    "reset_before",
    "reset_after",
    "502_html",
    "not_json",
)
# After too many of these a row is given up.
REFUSED = ("status_500",)
PATIENCE = 30


class Referee:
    def __init__(self, url: str) -> None:
        self.url = f"{url}/_control"

    def tell(self, path: str, **body: Any) -> Any:
        return self._call("POST", path, json.dumps(body).encode())

    def ask(self, path: str, **query: str) -> Any:
        return self._call("GET", f"{path}?{urlencode(query)}")

    def clear_faults(self) -> None:
        self._call("DELETE", "faults")

    def struck(self, kinds: Iterable[str]) -> int:
        """How often it misbehaved in one of these ways."""
        faults = self.ask("counters")["faults"]
        return sum(faults.get(kind, 0) for kind in kinds)

    def is_silent(self) -> bool:
        """Whether nothing becomes of any message any more, and every webhook about it has been sent."""
        return not self.ask("pending")["count"]

    def taken(self) -> list[Taken]:
        """Every message it took; the order number is the last of its parameters."""
        return [
            Taken(
                order=message["body"]["parameters"][-1],
                person=f"{message['bot']} {message['destination']}",
                id=message["id"],
                status=STATUSES[message["status"]],
                reported=frozenset(STATUSES[word] for word in message["heard"]),
            )
            for message in self.ask("messages", kind="hsm")
        ]

    def _call(self, method: str, path: str, body: bytes | None = None) -> Any:
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self.url}/{path}", body, headers, method=method)  # noqa: S310
        with urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - the drill's own simulator
            return json.load(answer)
