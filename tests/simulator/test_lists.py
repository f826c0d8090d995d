"""Listing templates, and what became of notifications."""

import pytest

from tests.simulating import BOT, Simulator, wait_for
from tests.simulator.conftest import EXAMPLES, NUMBER, Jelou

TEMPLATES = f"/v1/bots/{BOT}/templates"
CURRENT = f"/v1/external/bots/{BOT}/notifications"
OLDER = f"/v1/bots/{BOT}/notifications"


def test_it_lists_templates_in_the_older_shape(jelou: Jelou) -> None:
    body = jelou.get(TEMPLATES).json()
    expected = EXAMPLES["templates_list_older"]["response"]
    assert body.keys() == expected.keys()
    assert body["pagination"] == {"limit": 50, "total": 3, "offset": 0, "totalPages": 1}
    assert expected["results"][0].keys() <= body["results"][0].keys()
    assert [row["elementName"] for row in body["results"]] == ["promo_imagen", "aviso_pedido", "bienvenida"]


def test_it_lists_templates_in_the_current_shape(simulator: Simulator, jelou: Jelou) -> None:
    simulator.switch(templates_shape="data")
    body = jelou.get(TEMPLATES, limit=2, page=2).json()
    expected = EXAMPLES["templates_list_current"]["response"]
    assert body.keys() == {"data"}
    assert [row["elementName"] for row in body["data"]] == ["bienvenida"]
    assert expected["data"][0].keys() <= body["data"][0].keys()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"query": "promo"}, ["promo_imagen"]),
        ({"category": "UTILITY"}, ["aviso_pedido", "bienvenida"]),
        ({"status": "REJECTED"}, []),
        ({"limit": "1", "page": "2"}, ["aviso_pedido"]),
    ],
)
def test_it_filters_templates(jelou: Jelou, query: dict[str, str], names: list[str]) -> None:
    assert [row["elementName"] for row in jelou.get(TEMPLATES, **query).json()["results"]] == names


@pytest.mark.parametrize(
    "query",
    [{"limit": "51"}, {"limit": "0"}, {"page": "a"}, {"category": "OTP"}, {"estado": "APPROVED"}],
)
def test_it_refuses_a_wrong_query(jelou: Jelou, query: dict[str, str]) -> None:
    response = jelou.get(TEMPLATES, **query)
    assert response.status_code == 422
    assert response.json()["validationError"].keys() == query.keys()


def test_120_templates_take_three_pages(simulator: Simulator, jelou: Jelou) -> None:
    for number in range(117):
        simulator.add_template(elementName=f"numero_{number}", template="Hola")
    pages = [jelou.get(TEMPLATES, page=page).json()["results"] for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [50, 50, 20]
    assert len({row["id"] for page in pages for row in page}) == 120


def test_it_lists_what_it_took(simulator: Simulator, jelou: Jelou) -> None:
    [sent] = jelou.hsm(campaignId="c1").json()
    wait_for(lambda: simulator.messages()[0]["status"] == "READ")
    body = jelou.get(CURRENT, messageId=sent["id"]).json()
    expected = EXAMPLES["notifications_list"]["response"]
    assert body["pagination"] == expected["pagination"]
    [row] = body["results"]
    assert expected["results"][0].keys() <= row.keys()
    assert (row["id"], row["destination"], row["sentStatus"]) == (sent["id"], NUMBER, "READ")
    assert row["createdAt"] <= row["deliveryChannelAt"] <= row["deliveryUserAt"] <= row["readAt"]


def test_it_shows_one_notification_in_the_older_words(simulator: Simulator, jelou: Jelou) -> None:
    [sent] = jelou.hsm().json()
    wait_for(lambda: simulator.messages()[0]["status"] == "READ")
    row = jelou.get(f"{OLDER}/{sent['id']}").json()
    assert row.keys() == EXAMPLES["notification_by_id"]["response"].keys()
    assert (row["wasRead"], row["sentStatus"]) == (True, "DELIVERED_USER")


def test_it_does_not_know_every_notification(jelou: Jelou) -> None:
    assert jelou.get(f"{OLDER}/nothing").status_code == 404


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"elementName": "bienvenida"}, 3),
        ({"elementName": "promo_imagen"}, 0),
        ({"campaignId": "c2"}, 1),
        ({"from": "2001-01-01", "to": "2001-01-02T10:00:00Z"}, 0),
        ({"from": "2001-01-01T00:00:00.000Z"}, 3),
        ({"limit": "2", "page": "2"}, 1),
    ],
)
def test_it_filters_notifications(jelou: Jelou, query: dict[str, str], count: int) -> None:
    for campaign in ("c1", "c2", "c3"):
        jelou.hsm(campaignId=campaign)
    assert len(jelou.get(CURRENT, **query).json()["results"]) == count


@pytest.mark.parametrize("query", [{"from": "yesterday"}, {"limit": "51"}, {"destination": NUMBER}])
def test_it_refuses_a_wrong_filter(jelou: Jelou, query: dict[str, str]) -> None:
    assert jelou.get(CURRENT, **query).status_code == 422


def test_only_the_older_list_knows_destinations_and_counts(jelou: Jelou) -> None:
    jelou.hsm(destinations=["593990000001", "593990000002"])
    body = jelou.get(OLDER, destination="593990000002").json()
    assert [row["destination"] for row in body["results"]] == ["593990000002"]
    assert body["_metadata"]["stats"]["TOTAL_HSM"] == 1


def test_it_gives_actions_back_only_when_told(simulator: Simulator, jelou: Jelou) -> None:
    jelou.hsm(actions={"setMemoryParams": {"attempt": "a1"}})
    assert "metadata" not in jelou.get(CURRENT).json()["results"][0]
    simulator.switch(echo_actions=True)
    row = jelou.get(CURRENT).json()["results"][0]
    assert row["metadata"]["actions"] == {"setMemoryParams": {"attempt": "a1"}}


def test_session_messages_are_no_notifications(simulator: Simulator, jelou: Jelou) -> None:
    simulator.inbound(NUMBER)
    jelou.say(type="text", text="Hola")
    assert jelou.get(CURRENT).json()["results"] == []
