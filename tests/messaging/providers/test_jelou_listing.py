"""Templates with more than text and a file, as Jelou may list them."""

import pytest

from messaging.providers.jelou_templates import listed_template
from templates_app.components import Button, Card, Components, Header

CDN = "https://cdn.example.com"
COUPON = {"type": "COPY_CODE", "text": "Copiar código", "example": ["VERANO25"]}
LINK = {"type": "URL", "text": "Ver", "url": "https://tienda.example.com/{{1}}"}


def components(**row: object) -> Components:
    return listed_template({"elementName": "x", "template": "Hola", **row}).components


def test_a_catalogue_has_its_button_even_if_none_is_listed():
    assert components(type="CATALOG").buttons == (Button(kind="catalog", label=""),)
    listed = components(type="CATALOG", buttons=[{"type": "CATALOG", "text": "Ver catálogo"}])
    assert [button.label for button in listed.buttons] == ["Ver catálogo"]


def test_a_coupon_is_a_blank_of_its_button():
    offer = components(buttons=[LINK, COUPON])
    assert [variable.key for variable in offer.variables] == ["button.0.1", "button.1.code"]
    assert offer.variables[1].example == "VERANO25"
    assert offer.caption(offer.variables[1]) == "Code of “Copiar código”"


@pytest.mark.parametrize(
    "row",
    [
        {"limitedTimeOffer": {"text": "Solo hoy"}},
        {"extraSettings": {"limited_time_offer": {"title": "Solo hoy"}}},
        {"type": "LTO", "displayName": "Solo hoy"},
    ],
)
def test_an_offer_is_known_by_its_title(row):
    assert components(**row).offer == "Solo hoy"
    assert not components(**row).unknown


def test_a_carousel_without_cards_is_still_one():
    carousel = components(type="CAROUSEL")
    assert carousel.is_carousel and not carousel.cards and not carousel.unknown


def test_the_cards_of_a_carousel_are_read():
    film = {"type": "VIDEO", "mediaUrl": f"{CDN}/1.mp4", "template": "{{1}}", "buttons": [LINK]}
    (card,) = components(type="CAROUSEL", cards=[film]).cards
    header = Header(format="video", sample_url=f"{CDN}/1.mp4")
    assert card == Card(
        header=header, body="{{1}}", buttons=(Button(kind="url", label="Ver", url=LINK["url"]),)
    )


@pytest.mark.parametrize("card", ["x", None, {"buttons": [{"type": "TELEPORT"}]}])
def test_a_card_nobody_understands_blocks(card):
    assert components(type="CAROUSEL", cards=[card]).unknown


def test_the_code_of_an_otp_button_is_typed_once():
    otp = {"type": "OTP", "text": "Copiar", "url": "https://www.whatsapp.com/otp/code/?code=otp{{1}}"}
    row = components(template="{{1}} es tu código", buttons=[otp])
    assert [variable.key for variable in row.variables] == ["body.1"]
