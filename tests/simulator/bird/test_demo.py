"""What `make run` begins with, of Bird."""

from typing import Any

import pytest

from tests.simulating import Simulator
from tests.simulator.bird.conftest import Bird

WORKSPACE = "b1d00000-0000-4000-8000-000000000001"
CHANNEL = "b1d00000-0000-4000-8000-000000000011"


@pytest.fixture
def demo(simulator: Simulator) -> Bird:
    simulator.reset("demo")
    client = Bird(simulator.url)
    client.workspace = f"{simulator.url}/workspaces/{WORKSPACE}"
    client.channel = f"{client.workspace}/channels/{CHANNEL}"
    client.session.headers["Authorization"] = "AccessKey demo-bird-key"
    return client


def versions(demo: Bird) -> list[dict[str, Any]]:
    projects = demo.ask("/projects", limit=100).json()["results"]
    return [
        row
        for project in projects
        for row in demo.ask(f"/projects/{project['id']}/channel-templates").json()["results"]
    ]


def test_there_is_a_channel(demo: Bird) -> None:
    assert demo.get().json()["name"] == "Café Cóndor"


def test_every_active_template_can_be_sent_with_its_examples(demo: Bird) -> None:
    rows = versions(demo)
    assert {row["status"] for row in rows} == {"active", "pending", "inactive"}
    for row in [row for row in rows if row["status"] == "active"]:
        response = demo.hsm(projectId=row["projectId"], locale="es", parameters=examples(row))
        assert response.status_code == 202, response.text


def test_its_pictures_are_there(demo: Bird) -> None:
    urls = [item["value"] for row in versions(demo) for item in examples(row) if "://" in item["value"]]
    assert urls
    assert {demo.session.get(url, timeout=10).status_code for url in urls} == {200}


def examples(row: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {
            "type": "string",
            "key": variable["key"],
            "value": variable["examplesLocale"]["es"]["exampleValueStrings"][0],
        }
        for variable in row["variables"]
    ]
