"""What is refused, in which words, and where."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.simulating import BIRD_KEY, CHANNEL, WORKSPACE, Simulator
from tests.simulator.bird.conftest import EXAMPLES, NUMBER, RECEIVER, TEMPLATE, TEXT, Bird, details
from tests.simulator.bird.test_examples import SENT

UNKNOWN = "b1d1b1d1-0000-4000-8000-000000000000"


@pytest.mark.parametrize("kind", ["error.422_schema", "error.422_contacts_not_array"])
def test_it_refuses_word_for_word(bird: Bird, kind: str) -> None:
    response = bird.post(EXAMPLES[kind]["payload"])
    assert response.status_code == 422
    assert response.json() == EXAMPLES[kind]["response"]


def test_it_names_the_variables_without_a_value(bird: Bird) -> None:
    example = EXAMPLES["error.422_template_variable_missing"]
    response = bird.post(example["payload"])
    assert (response.status_code, response.json()) == (422, example["response"])


@pytest.mark.parametrize("header", ["", "Bearer test-key", "AccessKey", "AccessKey no", "accesskey test-key"])
def test_it_takes_an_access_key_only(bird: Bird, header: str) -> None:
    response = requests.get(bird.channel, headers={"Authorization": header}, timeout=10)
    assert response.status_code == 401
    assert response.json().keys() == {"code", "message"}


def test_a_key_opens_one_workspace(bird_simulator: Simulator, bird: Bird) -> None:
    bird_simulator.tell("bird/workspaces", id=UNKNOWN, key="other-key")
    response = requests.get(bird.channel, headers={"Authorization": "AccessKey other-key"}, timeout=10)
    assert response.status_code == 403


@pytest.mark.parametrize("channel", [UNKNOWN, "ch_1", CHANNEL.upper()[:-1] + "x"])
def test_it_does_not_know_every_channel(bird: Bird, channel: str) -> None:
    response = bird.session.post(f"{bird.workspace}/channels/{channel}/messages", json={}, timeout=10)
    assert response.status_code == 404
    assert response.json()["message"] == EXAMPLES["error.404_channel"]["response"]["message"]


@pytest.mark.parametrize("workspace", [UNKNOWN, "ws_123"])
def test_it_does_not_know_every_workspace(bird: Bird, workspace: str) -> None:
    url = bird.channel.replace(WORKSPACE, workspace)
    assert bird.session.get(url, timeout=10).status_code == 404


def test_a_bot_of_jelou_is_no_channel(simulator: Simulator, bird: Bird) -> None:
    assert bird.session.get(f"{bird.workspace}/channels/test-bot", timeout=10).status_code == 404
    response = requests.get(f"{simulator.url}/v1/bots/{CHANNEL}/templates", auth=("x", BIRD_KEY), timeout=10)
    assert response.status_code == 401


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'"text"', b'{"reference": "\\ud800"}'])
def test_it_refuses_what_is_not_a_json_object(bird: Bird, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    response = bird.session.post(f"{bird.channel}/messages", content, headers=headers, timeout=10)
    assert response.status_code == 400
    assert response.json().keys() == EXAMPLES["error.400"]["response"].keys()


@pytest.mark.parametrize("path", ["/nothing", "/messages/1/2/3", "/batch/messages"])
def test_it_knows_no_other_operations(bird: Bird, path: str) -> None:
    response = bird.get(path)
    assert response.status_code == 422
    assert response.json()["message"] == "no matching operation was found"


def test_it_counts_requests_of_a_workspace(bird: Bird) -> None:
    statuses = [bird.get().status_code for _ in range(120)]
    assert set(statuses) == {200, 429}


def text(value: Any = "Hello", **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": {"text": value, **more}}


def replies(*labels: str) -> list[dict[str, Any]]:
    return [{"type": "reply", "reply": {"text": label}} for label in labels]


def image(**more: Any) -> dict[str, Any]:
    images = [{"mediaUrl": "https://cdn.example.com/a.jpg"}]
    return {"type": "image", "image": {"images": images, **more}}


def listed(*sections: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "list", "list": {"text": "Choose", "items": list(sections), **more}}


def card(**changes: Any) -> dict[str, Any]:
    link = {"type": "link", "link": {"text": "Open", "url": "https://shop.example.com/"}}
    good = {"title": "One", "mediaUrl": "https://cdn.example.com/a.jpg", "actions": [link]}
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def carousel(*cards: dict[str, Any], text: str | None = "Ours") -> dict[str, Any]:
    content = {"items": list(cards), "text": text}
    return {
        "type": "carousel",
        "carousel": {name: value for name, value in content.items() if value is not None},
    }


BODIES = [
    ({"type": "template"}, ".body.type", "allowed values"),
    ({"type": "action"}, ".body.type", "allowed values"),
    ({"text": {"text": "Hi"}}, ".body.type", 'property "type" is missing'),
    (text(""), ".body.text.text", "minimum string length is 1"),
    (text(7), ".body.text.text", "value must be a string"),
    (text("x" * 4097), ".body.text.text", "maximum string length is 4096"),
    (text("x" * 1025, actions=replies("Yes")), ".body.text.text", "maximum string length is 1024"),
    (text(actions=replies("1", "2", "3", "4")), ".body.text.actions", "maximum number of items is 3"),
    (text(actions=replies("x" * 21)), ".body.text.actions[0].reply.text", "maximum string length is 20"),
    (text(actions=replies("Yes", "Yes")), ".body.text.actions", "duplicate items found"),
    (text(actions={}), ".body.text.actions", "value must be an array"),
    (text(actions=[{"type": "hsm"}]), ".body.text.actions[0].type", "allowed values"),
    (text(actions=[{"type": "reply"}]), ".body.text.actions[0].reply", "is missing"),
    ({"type": "image", "image": {"images": []}}, ".body.image.images", "minimum number of items is 1"),
    (
        {"type": "image", "image": {"images": [{"mediaUrl": "ftp://a"}]}},
        ".body.image.images[0].mediaUrl",
        'format "uri"',
    ),
    (image(text="x" * 1025), ".body.image.text", "maximum string length is 1024"),
    (image(actions=[{"type": "locationRequest"}]), ".body.image.actions[0].type", "allowed values"),
    (
        {"type": "file", "file": {"files": [{"mediaUrl": "https://a.example/b.pdf"}]}},
        ".body.file.files[0].contentType",
        'property "contentType" is missing',
    ),
    (
        {"type": "location", "location": {"coordinates": {"latitude": 91, "longitude": 0}}},
        ".body.location.coordinates.latitude",
        "number must be at most 90",
    ),
    (
        {"type": "location", "location": {"coordinates": {"latitude": 1}}},
        ".body.location.coordinates.longitude",
        "is missing",
    ),
    (listed(), ".body.list.items", "minimum number of items is 1"),
    (
        listed({"actions": replies(*(str(number) for number in range(11)))}),
        ".body.list.items",
        "maximum number of items is 10",
    ),
    (
        listed({"actions": replies("x" * 25)}),
        ".body.list.items[0].actions[0].reply.text",
        "maximum string length is 24",
    ),
    (
        listed({"title": "A", "actions": replies("1")}, {"actions": replies("2")}),
        ".body.list.items[1].title",
        "is missing",
    ),
    (
        listed({"actions": replies("1")}, metadata={"button": {"label": "x" * 21}}),
        ".body.list.metadata.button.label",
        "maximum string length is 20",
    ),
    (carousel(card()), ".body.carousel.items", "minimum number of items is 2"),
    (carousel(*[card()] * 11), ".body.carousel.items", "maximum number of items is 10"),
    (carousel(card(), card(), text=None), ".body.carousel.text", "is missing"),
    (carousel(card(), card(title=None)), ".body.carousel.items[1].title", "is missing"),
    (carousel(card(), card(actions=[])), ".body.carousel.items[1].actions", "minimum number of items is 1"),
    (
        carousel(card(), card(mediaUrl="https://cdn.example.com/a.mp4")),
        ".body.carousel.items",
        "same kind of media",
    ),
]


@pytest.mark.parametrize(("body", "path", "sentence"), BODIES)
def test_it_refuses_a_wrong_body(bird: Bird, body: dict[str, Any], path: str, sentence: str) -> None:
    found = details(bird.say(body=body))
    assert list(found) == [path]
    assert sentence in found[path][0]


def ahead(**distance: float) -> str:
    return (datetime.now(UTC) + timedelta(**distance)).isoformat()


TOP: list[tuple[dict[str, Any], str, str]] = [
    ({"receiver": None}, ".receiver", 'property "receiver" is missing'),
    ({"receiver": {"contacts": []}}, ".receiver.contacts", "minimum number of items is 1"),
    (
        {"receiver": {"contacts": RECEIVER["contacts"] * 2}},
        ".receiver.contacts",
        "maximum number of items is 1",
    ),
    ({"receiver": {"contacts": [{}]}}, ".receiver.contacts[0].identifierValue", "is missing"),
    ({"receiver": {"contacts": [{"id": UNKNOWN}]}}, ".receiver.contacts[0].id", "contact not found"),
    (
        {"receiver": {"contacts": [{"identifierValue": NUMBER}]}},
        ".receiver.contacts[0].identifierValue",
        "regular expression",
    ),
    ({"body": None}, ".", "anyOf"),
    ({"template": TEMPLATE}, ".template", "cannot stand together"),
    ({"body": None, "template": {}}, ".template.projectId", "is missing"),
    ({"body": {**TEXT, "replyTo": {"id": UNKNOWN, "type": "message"}}}, ".body", '"replyTo" is unsupported'),
    ({"replyTo": {"id": UNKNOWN}}, ".replyTo.type", "is missing"),
    ({"replyTo": {"id": UNKNOWN, "type": "message"}}, ".replyTo.id", "message not found"),
    ({"tags": [f"tag {number}" for number in range(11)]}, ".tags", "maximum number of items is 10"),
    ({"tags": ["x" * 51]}, ".tags[0]", "maximum string length is 50"),
    ({"tags": ["mañana"]}, ".tags[0]", "regular expression"),
    ({"scheduledFor": "tomorrow"}, ".scheduledFor", "date-time"),
    ({"scheduledFor": "2026-13-01T00:00:00Z"}, ".scheduledFor", "date-time"),
    ({"scheduledFor": "2026-12-01T00:00:00"}, ".scheduledFor", "date-time"),
    ({"scheduledFor": ahead(days=36)}, ".scheduledFor", "35 days"),
    ({"validity": -1}, ".validity", "number must be at least 0"),
    ({"validity": True}, ".validity", "value must be an integer"),
    ({"ignoreQuietHours": 1}, ".ignoreQuietHours", "value must be a boolean"),
    ({"capFrequency": True}, ".capFrequency", "useCase"),
    (
        {"capFrequency": True, "meta": {"extraInformation": {"useCase": "transactional"}}},
        ".capFrequency",
        "useCase",
    ),
    ({"shortLinks": {}}, ".shortLinks.domain", "is missing"),
    ({"reference": 7}, ".reference", "value must be a string"),
]


@pytest.mark.parametrize(("changes", "path", "sentence"), TOP)
def test_it_refuses_a_wrong_field(bird: Bird, changes: dict[str, Any], path: str, sentence: str) -> None:
    found = details(bird.say(**changes))
    assert path in found
    assert sentence in found[path][0]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"projectId": UNKNOWN}, ".template.projectId"),
        ({"version": UNKNOWN}, ".template.version"),
        ({"locale": "es"}, ".template.locale"),
        ({"language": {"code": "en"}}, ".template"),
        ({"components": []}, ".template"),
        ({"parameters": [{"type": "string", "value": "Ana"}]}, ".template.parameters[0].key"),
        ({"parameters": [{"type": "text", "key": "name"}]}, ".template.parameters[0].type"),
        ({"parameters": [{"type": "string", "key": "name", "value": 7}]}, ".template.parameters[0].value"),
        ({"variables": {"name": 7}}, ".template.variables.name"),
    ],
)
def test_it_refuses_a_wrong_template(bird: Bird, changes: dict[str, Any], path: str) -> None:
    assert path in details(bird.hsm(**changes))


@pytest.mark.parametrize("status", ["draft", "pending", "inactive", "rejected"])
def test_it_refuses_a_template_that_is_not_active(bird_simulator: Simulator, bird: Bird, status: str) -> None:
    bird_simulator.set_bird_template_status(status)
    assert status in details(bird.hsm())[".template.version"][0]


def places(value: Any, path: str = "") -> list[tuple[str, ...]]:
    """The way to every object inside `value`."""
    if isinstance(value, list):
        return [(str(index), *way) for index, item in enumerate(value) for way in places(item)]
    if not isinstance(value, dict):
        return []
    return [(), *((name, *way) for name, item in value.items() for way in places(item))]


def is_open(way: tuple[str, ...]) -> bool:
    """Actions, and the `metadata` of everything but a text, may carry more."""
    return (
        "actions" in way[:-1] or "extraInformation" in way or "metadata" in way or way[-1:] == ("variables",)
    )


EVERYWHERE = [(kind, way) for kind in SENT for way in places(EXAMPLES[kind]["payload"]) if not is_open(way)]


@pytest.mark.parametrize(("kind", "way"), EVERYWHERE)
def test_it_refuses_unknown_fields_everywhere(bird: Bird, kind: str, way: tuple[str, ...]) -> None:
    payload = deepcopy(EXAMPLES[kind]["payload"])
    inside = payload
    for step in way:
        inside = inside[int(step)] if isinstance(inside, list) else inside[step]
    inside["surprise"] = 1

    path = "".join(f"[{step}]" if step.isdigit() else f".{step}" for step in way) or "."
    assert details(bird.post(payload)) == {path: ['property "surprise" is unsupported']}


def test_actions_may_carry_more(bird_simulator: Simulator, bird: Bird) -> None:
    action = {"type": "reply", "id": "1", "reply": {"text": "Yes", "id": "yes"}}
    assert bird.say(body=text(actions=[action])).status_code == 202
    described = {"type": "reply", "reply": {"text": "Yes", "metadata": {"description": {"x": 1}}}}
    assert details(bird.say(body=text(actions=[described]))) == {
        ".body.text.actions[0].reply.metadata.description": ['property "x" is unsupported']
    }
    assert bird_simulator.accepted(CHANNEL) == {NUMBER: 1}
