"""The pages for people."""

import pytest
import requests

from tests.simulating import BOT, Simulator
from tests.simulator.conftest import EXAMPLES, NUMBER, Jelou

REPLIES = [{"type": "QUICK_REPLY", "text": text} for text in ("Confirmar", "Cambiar")]


def page(simulator: Simulator, path: str = "") -> str:
    response = requests.get(f"{simulator.url}/{path}", timeout=10)
    assert response.status_code == 200
    return response.text


def chat(simulator: Simulator) -> str:
    return page(simulator, f"phones/{BOT}/{NUMBER}/")


def test_it_lists_who_got_something(simulator: Simulator, jelou: Jelou) -> None:
    jelou.hsm(elementName="aviso_pedido", parameters=["María", "ORD-1"])
    listed = page(simulator)
    assert f"/phones/{BOT}/{NUMBER}/" in listed
    assert "Hola María, tu pedido ORD-1" in listed
    assert '<span class="badge">1' in listed


def test_looking_takes_the_badge_away(simulator: Simulator, jelou: Jelou) -> None:
    jelou.hsm()
    chat(simulator)
    assert "badge" not in page(simulator, "?part=list")


def test_the_index_tells_which_numbers_fail(simulator: Simulator) -> None:
    assert "0404" in page(simulator) and "131026" in page(simulator)


def test_a_chat_shows_the_message(simulator: Simulator, jelou: Jelou) -> None:
    simulator.add_template(
        elementName="cita", template="Hola *{{1}}*", header="Cita", footer="Norte", buttons=REPLIES
    )
    jelou.hsm(elementName="cita", parameters=["<b>María</b>"])
    shown = chat(simulator)
    assert '<span class="bold">&lt;b&gt;María&lt;/b&gt;</span>' in shown
    assert "Cita" in shown and "Norte" in shown
    assert 'value="Confirmar"' in shown


def test_a_button_of_a_template_answers_it(simulator: Simulator, jelou: Jelou) -> None:
    simulator.add_template(elementName="cita", template="Hola", buttons=REPLIES)
    [sent] = jelou.hsm(elementName="cita").json()
    answer = {"text": "Confirmar", "message": sent["id"]}
    requests.post(f"{simulator.url}/phones/{BOT}/{NUMBER}/", answer, timeout=10)
    assert simulator.messages()[0]["reply"] == "Confirmar"
    assert "<blockquote>" in chat(simulator)


def test_the_box_writes_and_opens_the_window(simulator: Simulator, jelou: Jelou) -> None:
    assert "window is closed" in chat(simulator)
    requests.post(f"{simulator.url}/phones/{BOT}/{NUMBER}/", {"text": "Hola"}, timeout=10)
    assert "window is open" in chat(simulator)
    assert jelou.say(type="text", text="Hola").status_code == 200


def test_any_number_may_write_first(simulator: Simulator) -> None:
    form = {"bot": BOT, "number": "+593 99 000 0777", "name": "María", "text": "Hola"}
    response = requests.post(f"{simulator.url}/phones/", form, timeout=10)
    assert response.url.endswith(f"/phones/{BOT}/593990000777/")
    assert simulator.messages()[0]["destination"] == "593990000777"


@pytest.mark.parametrize("number", ["", "abc", "0990000321"])
def test_not_everything_is_a_number(simulator: Simulator, number: str) -> None:
    response = requests.get(f"{simulator.url}/phones/", {"bot": BOT, "number": number}, timeout=10)
    assert response.status_code == 400
    assert "7 to 15 digits" in response.text


@pytest.mark.parametrize(
    "kind",
    [kind for kind, row in EXAMPLES.items() if row["endpoint"].endswith("/messages") and row["payload"]],
)
def test_every_kind_can_be_looked_at(simulator: Simulator, jelou: Jelou, kind: str) -> None:
    simulator.inbound(NUMBER)
    path = "/v1/whatsapp/messages" if kind.startswith("legacy") else f"/v1/bots/{BOT}/messages"
    extra = {"botId": BOT} if kind.startswith("legacy") else {}
    assert jelou.post(path, {**EXAMPLES[kind]["payload"], **extra}).ok
    assert chat(simulator).count("<article") == 2


def test_an_option_posts_its_id_back(simulator: Simulator, jelou: Jelou) -> None:
    simulator.inbound(NUMBER)
    jelou.say(**EXAMPLES["text_with_options"]["payload"] | {"userId": NUMBER})
    assert 'value="saldo"' in chat(simulator)


def test_the_news_are_the_messages_alone(simulator: Simulator, jelou: Jelou) -> None:
    jelou.hsm()
    news = page(simulator, f"phones/{BOT}/{NUMBER}/news")
    assert "<article" in news and "<html" not in news


def test_pages_of_other_sites_may_not_press_buttons(simulator: Simulator) -> None:
    response = requests.post(
        f"{simulator.url}/_control/reset", "{}", headers={"Sec-Fetch-Site": "cross-site"}, timeout=10
    )
    assert response.status_code == 403


@pytest.mark.parametrize(
    ("name", "beginning"),
    [("promo.png", b"\x89PNG"), ("receipt.pdf", b"%PDF-1.4"), ("demo.mp4", b"\0\0\0\x1cftyp")],
)
def test_it_serves_the_files_of_the_demo(simulator: Simulator, name: str, beginning: bytes) -> None:
    content = requests.get(f"{simulator.url}/media/{name}", timeout=10).content
    assert content.startswith(beginning)


def test_it_has_its_own_style_and_script(simulator: Simulator) -> None:
    for name, kind in (("phones.css", "text/css"), ("phones.js", "text/javascript")):
        response = requests.get(f"{simulator.url}/assets/{name}", timeout=10)
        assert response.headers["Content-Type"].startswith(kind)
    assert requests.get(f"{simulator.url}/assets/..%2Frows.py", timeout=10).status_code == 404
