"""Every kind, from the object to the wire: as in the reference, taken by the simulator, shown as before.

Bodies that Jelou documents are compared word for word. Those that were made from its table of fields
leave open what `param` of a button counts.
"""

from typing import Any

import pytest

from messaging.content import (
    AudioContent,
    ButtonsContent,
    CarouselContent,
    ContactsContent,
    Content,
    CtaUrlContent,
    FileContent,
    FlowContent,
    ImageContent,
    ListContent,
    LocationContent,
    LocationRequestContent,
    StickerContent,
    TemplateContent,
    TextContent,
    VideoContent,
    VoiceCallContent,
    load,
)
from messaging.content.carousel import CarouselCard
from messaging.content.interactive import ReplyButton
from messaging.content.lists import ListRow, ListSection
from messaging.content.media import MediaFile
from messaging.content.people import CardAddress, CardEmail, CardPhone, ContactCard
from messaging.content.template import CardValues, MenuOption, Remembered, WhenAnswered
from messaging.providers import Jelou
from messaging.providers.base import Outbound
from templates_app.components import Button, Components, Header
from tests.factories import BOT_ID, CREDENTIALS
from tests.simulator.conftest import EXAMPLES, NUMBER
from tests.simulator.test_examples import TEMPLATES

CDN = "https://cdn.example.com"
SHOP = "https://tienda.example.com"


def rows(*rows: ListRow) -> tuple[ListSection, ...]:
    return (ListSection(rows=rows),)


def card(number: int, body: str) -> CarouselCard:
    return CarouselCard(
        media_url=f"{CDN}/oferta{number}.png", body=body, label="Comprar", url=f"{SHOP}/p/{number}"
    )


PERSON = ContactCard(
    name="Juan Pérez",
    first_name="Juan",
    last_name="Pérez",
    phones=(CardPhone(number="+593 99 000 0678", type="Mobile"),),
    emails=(CardEmail(email="juan.perez@example.com", type="Work"),),
    addresses=(
        CardAddress(
            street="Av. 9 de Octubre 123",
            city="Guayaquil",
            state="Guayas",
            zip="090313",
            country="Ecuador",
            country_code="EC",
            type="Office",
        ),
    ),
)
SALDO = ListRow(title="Consultar saldo", description="Saldo y últimos movimientos", payload="saldo")
HELP = "¿En qué te ayudamos hoy?"

SESSION: dict[str, Content] = {
    "text": TextContent(body="Hola María, tu pedido 5678 está en camino."),
    "text_with_options": ListContent(
        header="Menú",
        body=HELP,
        label="Ver opciones",
        sections=rows(
            SALDO,
            ListRow(title="Pagar factura", payload="pago"),
            ListRow(title="Hablar con un asesor", payload="asesor"),
        ),
    ),
    "quick_reply": ButtonsContent(
        header="Confirmación",
        body="¿Deseas continuar con la compra?",
        buttons=tuple(ReplyButton(title=title) for title in ("Sí", "No", "Más tarde")),
    ),
    "image": ImageContent(files=(MediaFile(url=f"{CDN}/menu.jpg"),), body="Menú del día"),
    "audio": AudioContent(files=(MediaFile(url=f"{CDN}/nota.mp3"),)),
    "video": VideoContent(files=(MediaFile(url=f"{CDN}/demo.mp4"),), body="Mira cómo funciona"),
    "file": FileContent(
        files=(MediaFile(url=f"{CDN}/factura-1234.pdf", filename="factura-1234.pdf"),),
        body="Tu factura de abril",
    ),
    "sticker": StickerContent(files=(MediaFile(url=f"{CDN}/gracias.webp"),)),
    "location": LocationContent(latitude="-2.1894", longitude="-79,8891"),
    "contacts": ContactsContent(contacts=(PERSON,)),
    "location_request": LocationRequestContent(
        body="Comparte tu ubicación para encontrar la tienda más cercana"
    ),
    "cta_url": CtaUrlContent(
        header="Tu factura",
        body="Paga en línea en menos de un minuto",
        footer="Empresa Demo",
        label="Pagar ahora",
        url="https://pagos.example.com/f/1234",
    ),
    "flow": FlowContent(
        header="Registro",
        body="Completa tus datos para comenzar",
        footer="Empresa Demo",
        label="Comenzar",
        flow_id="1234567890",
        flow_name="registro_cliente",
        screen="DATOS",
        mode="draft",
    ),
    "voice_call": VoiceCallContent(
        header="¿Necesitas ayuda?", body="Toca el botón para hablar con un asesor", label="Llamar"
    ),
    "carousel": CarouselContent(
        body="Ofertas de la semana",
        cards=(card(1, "Laptop 15 pulgadas"), card(2, "Audífonos inalámbricos")),
    ),
}
NESTED = ListContent(
    header="Menú",
    body=HELP,
    label="Ver opciones",
    sections=rows(
        SALDO.model_copy(update={"payload": "SALDO"}), ListRow(title="Pagar factura", payload="PAGO")
    ),
)
LEGACY: dict[str, Content] = {
    "legacy_text": TextContent(body="Hola"),
    "legacy_text_with_options": ListContent(
        header="Menú",
        body="Elige",
        label="Opciones",
        sections=rows(ListRow(title="Saldo", description="Ver saldo", payload="SALDO")),
    ),
    "legacy_audio": SESSION["audio"],
    "legacy_video": VideoContent(files=(MediaFile(url=f"{CDN}/demo.mp4"),), body="Demo"),
    "legacy_file": FileContent(files=(MediaFile(url=f"{CDN}/factura.pdf"),), body="Factura"),
}


def url(link: str) -> Button:
    return Button(kind="url", label="Seguir", url=link)


def hsm(kind: str, components: Components, **more: Any) -> TemplateContent:
    """The content of the call `kind`, with the values of its body."""
    payload = EXAMPLES[kind]["payload"]
    values = {f"body.{index}": value for index, value in enumerate(payload["parameters"], start=1)}
    values |= more.pop("values", {})
    return TemplateContent(
        element_name=payload["elementName"], language="es", values=values, components=components, **more
    )


HOLA = "Hola {{1}}."
REPLIES = tuple(Button(kind="quick_reply", label=label) for label in ("Más información", "Contactar asesor"))
PRODUCTS = (
    CardValues(media_url=f"{CDN}/p1.jpg", params=("Laptop", "$899"), links=("p/1",)),
    CardValues(media_url=f"{CDN}/p2.jpg", params=("Audífonos", "$49"), links=("p/2",)),
)
OFFER = Components(
    body=HOLA,
    header=Header(format="image"),
    offer="Solo hoy",
    buttons=(Button(kind="copy_code", label="Copiar código"),),
)
TRACKED = Components(body=HOLA, buttons=(url(f"{SHOP}/{{{{1}}}}"),))
TEMPLATE: dict[str, TemplateContent] = {
    "hsm_text": hsm("hsm_text", Components(body="Hola {{1}}, tu pedido {{2}} por {{3}} está listo.")),
    "hsm_image": hsm(
        "hsm_image", Components(body=HOLA, header=Header(format="image")), media_url=f"{CDN}/promo.jpg"
    ),
    "hsm_video": hsm(
        "hsm_video", Components(body=HOLA, header=Header(format="video")), media_url=f"{CDN}/promo.mp4"
    ),
    "hsm_document": hsm(
        "hsm_document",
        Components(body="Hola {{1}}, tu factura de {{2}}.", header=Header(format="document")),
        media_url=f"{CDN}/factura-1234.pdf",
        filename="factura-1234.pdf",
    ),
    "hsm_static_url": hsm("hsm_static_url", Components(body=HOLA, buttons=(url(SHOP),))),
    "hsm_dynamic_url": hsm("hsm_dynamic_url", TRACKED, values={"button.0.1": "ORD-1234"}),
    "hsm_dynamic_url_old": hsm("hsm_dynamic_url_old", TRACKED, values={"button.0.1": "ORD-1234"}),
    "hsm_quick_reply": hsm(
        "hsm_quick_reply", Components(body=HOLA, buttons=REPLIES), flows={"0": "23838", "1": "24278"}
    ),
    "hsm_header_param": hsm(
        "hsm_header_param",
        Components(body="Hola {{1}}, el {{2}}.", header=Header(format="text", text="Cita en {{1}} hoy")),
        values={"header.1": "Clínica Norte"},
    ),
    "hsm_catalog": hsm(
        "hsm_catalog",
        Components(body=HOLA, buttons=(Button(kind="catalog", label=""),)),
        thumbnail_url=f"{CDN}/catalogo.jpg",
    ),
    "hsm_lto_copy_code": hsm(
        "hsm_lto_copy_code",
        OFFER,
        values={"button.0.code": "VERANO25"},
        media_url=f"{CDN}/oferta.jpg",
        offer_ends="2025-12-31T19:00:00-05:00",
    ),
    "hsm_authentication": hsm(
        "hsm_authentication",
        Components(body="{{1}} es tu código.", buttons=(Button(kind="otp", label="Copiar"),)),
        category="AUTHENTICATION",
    ),
    "hsm_carousel": hsm("hsm_carousel", Components(body=HOLA, is_carousel=True), cards=PRODUCTS),
    "hsm_actions_setFlow": hsm(
        "hsm_actions_setFlow", Components(body=HOLA), answered=WhenAnswered(flow_id="2222")
    ),
    "hsm_actions_setState_options": hsm(
        "hsm_actions_setState_options",
        Components(body=HOLA),
        answered=WhenAnswered(
            menu=(MenuOption(flow_id="2222"), MenuOption(flow_id="2223")), menu_seconds="3600"
        ),
    ),
    "hsm_actions_setMemoryParams": hsm(
        "hsm_actions_setMemoryParams",
        Components(body=HOLA),
        answered=WhenAnswered(
            memory=(
                Remembered(name="orderNumber", value="ORD-1234"),
                Remembered(name="paymentUrl", value="https://pagos.example.com/f/1234"),
            )
        ),
    ),
}
CALLS: dict[str, tuple[Content, dict[str, Any]]] = {
    **{kind: (content, {}) for kind, content in {**SESSION, **TEMPLATE}.items()},
    "text_with_options_nested": (NESTED, {"nested_lists": True}),
    "hsm_dynamic_url_old": (TEMPLATE["hsm_dynamic_url_old"], {"dynamic_url_parameter": True}),
    **{kind: (content, {"legacy_messages": True}) for kind, content in LEGACY.items()},
}
# A refusal, which is no message of ours.
NOT_OURS = {"hsm_error_template_missing"}


def jelou(address: str = "http://127.0.0.1:9", **options: Any) -> Jelou:
    return Jelou(CREDENTIALS, base_url=address, options=options)


def outbound(content: Content, channel: str = BOT_ID) -> Outbound:
    return Outbound(content, NUMBER, channel, "reference")


def uncounted(body: Any) -> Any:
    """The body without what `param` counts, which nothing documents."""
    if isinstance(body, dict):
        return {key: uncounted(value) for key, value in body.items() if key != "param"}
    return [uncounted(item) for item in body] if isinstance(body, list) else body


def test_every_message_of_the_reference_is_here():
    ours = {
        kind
        for kind, row in EXAMPLES.items()
        if row["endpoint"].endswith(("/messages", "/hsm"))
        and row["endpoint"].startswith("POST")
        and row["payload"]
    }
    assert ours - NOT_OURS == set(CALLS)


@pytest.mark.parametrize("kind", CALLS)
def test_the_body_is_that_of_the_reference(kind):
    content, options = CALLS[kind]
    body = jelou(**options).build(outbound(content, "BOT_ID")).body
    expected = EXAMPLES[kind]["payload"]
    if EXAMPLES[kind]["evidence"].startswith("documented"):
        assert body == expected
    assert uncounted(body) == uncounted(expected)


@pytest.mark.parametrize("kind", CALLS)
def test_the_simulator_takes_it(simulator, kind):
    content, options = CALLS[kind]
    simulator.inbound(NUMBER)
    for template in TEMPLATES:
        simulator.add_template(**template)
    provider = jelou(simulator.url, **options)
    sent = provider.send(provider.build(outbound(content)))
    assert sent.provider_id == simulator.messages(destination=NUMBER)[-1]["id"]


@pytest.mark.parametrize("kind", CALLS)
def test_our_own_checks_let_it_pass(kind):
    content, options = CALLS[kind]
    if isinstance(content, TemplateContent) and content.offer_ends:
        content = content.model_copy(update={"offer_ends": "2999-01-01T00:00:00Z"})
    assert [*content.problems(), *Jelou.objections(content, options)] == []


@pytest.mark.parametrize("kind", CALLS)
def test_what_was_stored_looks_as_it_did_before(kind):
    content, _options = CALLS[kind]
    components = content.components if isinstance(content, TemplateContent) else None
    again = load(content.stored(), components)
    assert again.bubble() == content.bubble()
    assert again.text() == content.text()


def test_the_code_goes_into_the_button_too_if_that_has_a_place_for_it():
    button = Button(kind="otp", label="Copiar", url="https://www.whatsapp.com/otp/code/?code=otp{{1}}")
    components = Components(body="{{1}} es tu código.", buttons=(button,))
    body = jelou().build(outbound(hsm("hsm_authentication", components))).body
    assert body["parameters"] == ["482913"]
    assert body["buttonParameters"] == [{"type": "URL", "payload": {"text": "482913"}, "param": 0}]


def test_cards_of_answers_have_an_id_for_each_button():
    cards = tuple(
        CarouselCard(media_url=f"{CDN}/{number}.mp4", body="Laptop", replies=("Quiero", "Luego"))
        for number in range(10)
    )
    content = CarouselContent(body="Ofertas", media="video", buttons="reply", cards=cards)
    body: Any = jelou().build(outbound(content)).body
    buttons = [one for card in body["parameters"]["cards"] for one in card["action"]["buttons"]]
    assert len({one["quick_reply"]["id"] for one in buttons}) == 20


def test_campaign_and_expiry_travel_with_any_template():
    content = TEMPLATE["hsm_text"].model_copy(
        update={"campaign": "c-1", "expires": "2025-12-31T19:00:00-05:00"}
    )
    body: Any = jelou().build(outbound(content)).body
    assert (body["campaignId"], body["expirationTime"]) == ("c-1", "1767225600000")
