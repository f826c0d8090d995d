"""Offers, carousels, catalogues and flows: what is wrong is said at its field."""

import pytest

from messaging.content.template import CardValues, Remembered, TemplateContent, WhenAnswered
from templates_app.components import Button, Card, Components, Header
from templates_app.special_rules import check_cards, check_flows, check_offer, check_thumbnail

CDN = "https://cdn.example.com"
LINK = Button(kind="url", label="Ver", url="https://x.co/{{1}}")
OFFER = Components(body="Hola", offer="Solo hoy", buttons=(Button(kind="copy_code", label="Copiar"), LINK))
CATALOG = Components(body="Hola", buttons=(Button(kind="catalog", label=""),))
UNLISTED = Components(body="Hola", is_carousel=True)
LISTED = UNLISTED.model_copy(
    update={"cards": (Card(header=Header(format="image"), body="{{1}} a {{2}}", buttons=(LINK,)),) * 2}
)
CARD = CardValues(media_url=f"{CDN}/1.jpg", params=("Laptop", "$899"), links=("p-1",))


def fields(problems):
    return [problem.field for problem in problems if problem.hard]


def card(**changes):
    return CARD.model_copy(update=changes)


@pytest.mark.parametrize("ends", ["", "soon", "2999-01-01T10:00", "2020-01-01T10:00:00Z"])
def test_an_offer_ends_in_the_future(ends):
    assert fields(check_offer(OFFER, ends)) == ["offer_ends"]
    assert check_offer(OFFER, "2999-01-01T10:00:00-05:00") == []


def test_a_thumbnail_is_public():
    assert fields(check_thumbnail(CATALOG, "http://a.co/a.jpg")) == ["thumbnail_url"]
    assert check_thumbnail(CATALOG, "") == check_thumbnail(CATALOG, f"{CDN}/a.jpg") == []


@pytest.mark.parametrize("components", [LISTED, UNLISTED])
def test_good_cards_pass(components):
    assert check_cards(components, (CARD, CARD)) == []


@pytest.mark.parametrize("count", [0, 1, 11])
def test_a_carousel_has_two_to_ten_cards(count):
    assert fields(check_cards(UNLISTED, (CARD,) * count)) == ["cards"]


def test_there_are_as_many_cards_as_were_approved():
    assert fields(check_cards(LISTED, (CARD,) * 3)) == ["cards"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        (card(media_url=""), "cards.1.media_url"),
        (card(media_url="http://a.co/1.jpg"), "cards.1.media_url"),
        (card(params=("Laptop",)), "cards.1.params.1"),
        (card(params=("Laptop", "a\nb")), "cards.1.params.1"),
        (card(params=("Laptop", "")), "cards.1.params.1"),
        (card(params=("x" * 160, "a")), "cards.1.params.0"),
        (card(params=("a", "b", "c")), "cards.1.params.2"),
        (card(links=("a b",)), "cards.1.links.0"),
        (card(links=()), "cards.1.links.0"),
    ],
)
def test_what_is_wrong_with_a_card_is_said_at_its_field(changed, field):
    assert fields(check_cards(LISTED, (CARD, changed))) == [field]


def test_all_cards_have_one_kind_of_file():
    assert fields(check_cards(UNLISTED, (CARD, card(media_url=f"{CDN}/1.mp4")))) == ["cards.1.media_url"]


@pytest.mark.parametrize("flow", ["0", "-1", "x", "1.5", "9" * 40, "٣"])
def test_the_id_of_a_flow_is_a_number(flow):
    components = Components(body="Hola", buttons=(Button(kind="quick_reply", label="Sí"),))
    assert fields(check_flows(components, {"0": flow})) == ["flows.0"]
    assert check_flows(components, {"0": " 23838 "}) == []
    assert fields(check_flows(components, {"1": "23838"})) == ["flows.1"]


def test_three_buttons_may_lead_to_flows():
    replies = tuple(Button(kind="quick_reply", label=label) for label in "abcd")
    components = Components(body="Hola", buttons=replies)
    assert fields(check_flows(components, dict.fromkeys("0123", "1"))) == ["flows.3"]


# -- Drawing and hiding ----------------------------------------------------------------------------


def content(components, **more):
    return TemplateContent(element_name="x", language="es", components=components, **more)


def test_cards_are_drawn_with_their_values():
    first, second = content(LISTED, cards=(CARD, CARD)).bubble().cards
    assert first == second
    assert (first.body, first.buttons[0].detail) == ("Laptop a $899", "https://x.co/p-1")
    assert first.media is not None and first.media.url == CARD.media_url


def test_an_approved_card_without_values_shows_its_blanks():
    (drawn, _second) = content(LISTED, cards=(card(params=("Laptop",), links=()),)).bubble().cards
    (blank,) = drawn.body_blanks
    assert drawn.body[blank.start : blank.end] == "{{2}}"
    assert drawn.buttons[0].blanks


def test_an_offer_is_drawn_with_its_code_and_its_end():
    values = {"button.0.code": "VERANO25", "button.1.1": "a"}
    bubble = content(OFFER, values=values, offer_ends="2999-01-01T10:00:00Z").bubble()
    assert bubble.offer is not None and bubble.offer.ends_at is not None
    assert (bubble.offer.title, bubble.offer.code, bubble.offer.ends_at.year) == (
        "Solo hoy",
        "VERANO25",
        2999,
    )
    assert bubble.buttons[0].detail == "VERANO25"


def test_a_code_is_hidden_wherever_it_may_stand():
    otp = Components(body="{{1}}", is_carousel=True, buttons=(Button(kind="otp", label="Copiar"),))
    secret = content(
        otp,
        values={"body.1": "482913"},
        cards=(card(params=("482913",), links=("482913",)),),
        answered=WhenAnswered(memory=(Remembered(name="code", value="482913"),)),
    )
    assert secret.is_secret and secret.said == {"482913"}
    assert "482913" not in str(secret.masked().stored())
    assert "482913" not in secret.masked().text()
