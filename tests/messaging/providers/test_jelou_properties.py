"""Whatever is drawn: what our checks let pass, the simulator takes; what it refuses, they had refused."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging.content import Content, load
from messaging.providers import Jelou
from messaging.providers.base import ListedTemplate, Outbound, ProviderError
from tests import strategies
from tests.factories import BOT_ID, CREDENTIALS

NUMBER = "593990000321"
LINK = {"type": "URL", "text": "Ver", "url": "https://tienda.example.com/{{1}}"}
COUPON = {"type": "COPY_CODE", "text": "Copiar código"}
OTP = {"type": "OTP", "text": "Copiar", "url": "https://www.whatsapp.com/otp/code/?code=otp{{1}}"}
REPLIES = [{"type": "QUICK_REPLY", "text": text} for text in ("Sí", "No")]
CARD = {"template": "{{1}} en oferta", "mediaUrl": "https://cdn.example.com/1.jpg", "buttons": [LINK]}
TEMPLATES: list[dict[str, Any]] = [
    {
        "elementName": "texto",
        "template": "Hola {{1}}, tu pedido {{2}}.",
        "header": "De {{1}}",
        "buttons": REPLIES,
    },
    {"elementName": "imagen", "template": "Hola {{1}}.", "type": "IMAGE", "buttons": [LINK]},
    {"elementName": "video", "template": "Hola {{1}}.", "type": "VIDEO"},
    {"elementName": "documento", "template": "Hola {{1}}.", "type": "DOCUMENT"},
    {"elementName": "catalogo", "template": "Hola {{1}}.", "type": "CATALOG"},
    {
        "elementName": "oferta",
        "template": "Hola {{1}}.",
        "type": "IMAGE",
        "buttons": [COUPON, LINK],
        "limitedTimeOffer": {"text": "Solo hoy"},
    },
    {
        "elementName": "codigo",
        "template": "{{1}} es tu código.",
        "category": "AUTHENTICATION",
        "buttons": [OTP],
    },
    {"elementName": "carrusel", "template": "Hola {{1}}.", "type": "CAROUSEL"},
    {"elementName": "tarjetas", "template": "Hola {{1}}.", "type": "CAROUSEL", "cards": [CARD, CARD]},
]
MANY = settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])


def refusal(url: str, content: Content, options: dict[str, Any]) -> str:
    """What the simulator says against it; empty when it took it."""
    provider = Jelou(CREDENTIALS, base_url=url, options=options)
    try:
        provider.send(provider.build(Outbound(content, NUMBER, BOT_ID, "r")))
    except ProviderError as error:
        return f"{error.code} {error.message}"
    return ""


def is_checked(content: Content, options: dict[str, Any]) -> bool:
    return not any(problem.hard for problem in [*content.problems(), *Jelou.objections(content, options)])


@pytest.fixture
def listed(simulator: Any) -> list[ListedTemplate]:
    """The templates as Jelou lists them, so that reading the list is tried as well."""
    simulator.inbound(NUMBER)
    for template in TEMPLATES:
        simulator.add_template(**template)
    rows = Jelou(CREDENTIALS, base_url=simulator.url).list_templates(BOT_ID)
    names = {template["elementName"] for template in TEMPLATES}
    return [row for row in rows if row.element_name in names]


@pytest.mark.parametrize("kind", strategies.KINDS)
def test_a_checked_message_is_taken(simulator, kind):
    simulator.inbound(NUMBER)
    taken = []

    @settings(MANY, max_examples=60)
    @given(strategies.KINDS[kind], st.sampled_from(["", "nested_lists", "legacy_messages"]))
    def always(content, option):
        options = {option: True} if option else {}
        if is_checked(content, options):
            taken.append(content)
            assert refusal(simulator.url, content, options) == ""

    always()
    assert taken


def test_a_checked_template_is_taken(simulator, listed):
    taken = set()
    drawn = st.sampled_from(listed).flatmap(
        lambda row: strategies.template_contents(row.element_name, row.components, row.category, row.language)
    )

    @MANY
    @given(drawn, st.booleans())
    def always(content, is_older):
        options = {"dynamic_url_parameter": is_older}
        if is_checked(content, options):
            taken.add(content.element_name)
            assert refusal(simulator.url, content, options) == ""

    always()
    assert taken


@MANY
@given(strategies.session_contents())
def test_nothing_breaks_checks_drawing_and_keeping(content):
    """Whatever was typed is kept as it is, and said to be wrong rather than raised about."""
    assert all(problem.message for problem in [*content.problems(), *Jelou.objections(content)])
    assert load(content.stored()).bubble() == content.bubble()
