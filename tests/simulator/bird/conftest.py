"""A client that says to Bird exactly what a test wants."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.simulating import BIRD_KEY, CHANNEL, PROJECT, WORKSPACE, Simulator

NUMBER = "15005550100"
# The first part of each is the kind of thing, the rest which one: `text.plain`, `webhook.inbound_text`.
EXAMPLES = {
    row["kind"]: row
    for row in json.loads(Path(__file__).parents[1].joinpath("bird_examples.json").read_text())
}
RECEIVER = {"contacts": [{"identifierKey": "phonenumber", "identifierValue": f"+{NUMBER}"}]}
TEXT = {"type": "text", "text": {"text": "Hello"}}
TEMPLATE = {
    "projectId": PROJECT,
    "version": "latest",
    "locale": "en",
    "parameters": [{"type": "string", "key": "name", "value": "Ana"}],
}


class Bird:
    """Calls the simulator as a customer of Bird would."""

    def __init__(self, url: str) -> None:
        self.workspace = f"{url}/workspaces/{WORKSPACE}"
        self.channel = f"{self.workspace}/channels/{CHANNEL}"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"AccessKey {BIRD_KEY}"

    def post(self, body: Any, timeout: float = 10) -> requests.Response:
        return self.session.post(f"{self.channel}/messages", json=body, timeout=timeout)

    def say(self, timeout: float = 10, **changes: Any) -> requests.Response:
        """A good text with some fields changed; None leaves one out."""
        fields = {"receiver": RECEIVER, "body": TEXT, **changes}
        return self.post({name: value for name, value in fields.items() if value is not None}, timeout)

    def hsm(self, timeout: float = 10, **changes: Any) -> requests.Response:
        """A good template call with some fields of `template` changed; None leaves one out."""
        fields = {name: value for name, value in {**TEMPLATE, **changes}.items() if value is not None}
        return self.say(timeout, body=None, template=fields)

    def get(self, path: str = "", **query: Any) -> requests.Response:
        """Of the channel."""
        return self.session.get(f"{self.channel}{path}", params=query, timeout=10)

    def ask(self, path: str, **query: Any) -> requests.Response:
        """Of the workspace."""
        return self.session.get(f"{self.workspace}{path}", params=query, timeout=10)

    def subscribe(self, url: str, *events: str, **more: Any) -> list[requests.Response]:
        given = {"service": "channels", "url": url, "signingKey": "example-signing-key", **more}
        return [
            self.session.post(
                f"{self.workspace}/webhook-subscriptions", json={**given, "event": event}, timeout=10
            )
            for event in events
        ]


@pytest.fixture
def bird(bird_simulator: Simulator) -> Bird:
    return Bird(bird_simulator.url)


def details(response: requests.Response) -> dict[str, list[str]]:
    """What a 422 says of which field."""
    assert response.status_code == 422, response.text
    body = response.json()
    assert body["code"] == "InvalidPayload"
    return body["details"]
