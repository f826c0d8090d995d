"""One good message of every kind, and messages with one mistake each."""

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
    TextContent,
    VideoContent,
    VoiceCallContent,
)
from messaging.content.carousel import CarouselCard
from messaging.content.delivery import Delivery
from messaging.content.interactive import ReplyButton
from messaging.content.lists import ListRow, ListSection
from messaging.content.media import MediaFile
from messaging.content.people import CardAddress, CardEmail, CardPhone, ContactCard

SITE = "https://cdn.example.com"
MENU = MediaFile(url=f"{SITE}/menu.jpg", label="Menú")
INVOICE = MediaFile(url=f"{SITE}/factura.pdf", filename="factura.pdf")
CLIP = MediaFile(url=f"{SITE}/demo.mp4")
YES, NO = ReplyButton(title="Sí"), ReplyButton(action="postback", title="No", payload="no-1")
CARD = CarouselCard(
    media_url=f"{SITE}/1.png", body="Laptop 15 pulgadas", label="Comprar", url="https://tienda.example.com/1"
)
ANSWERED = CarouselCard(media_url=f"{SITE}/1.mp4", body="Laptop", replies=("Quiero", "Luego"))
PERSON = ContactCard(
    name="Juan Pérez",
    first_name="Juan",
    last_name="Pérez",
    phones=(CardPhone(number="+593 98 765 4321", type="Mobile"),),
    emails=(CardEmail(email="juan@example.com", type="Work"),),
    addresses=(CardAddress(street="Av. 9 de Octubre 123", city="Guayaquil", country_code="EC"),),
)
MENU_LIST = ListContent(
    header="Menú",
    body="¿En qué te ayudamos hoy?",
    label="Ver opciones",
    sections=(
        ListSection(
            rows=(
                ListRow(title="Saldo", description="Saldo y movimientos", payload="saldo"),
                ListRow(title="Pagar"),
            )
        ),
    ),
)

EXAMPLES: dict[str, Content] = {
    "text": TextContent(body="Hola *María*"),
    "image": ImageContent(files=(MENU,), body="Menú del día"),
    "images": ImageContent(files=(MENU, MENU), body="Dos vistas"),
    "video": VideoContent(files=(CLIP,), body="Mira cómo funciona"),
    "audio": AudioContent(files=(MediaFile(url=f"{SITE}/nota.mp3", label="Nota"),)),
    "file": FileContent(files=(INVOICE,), body="Tu factura"),
    "files": FileContent(files=(INVOICE, CLIP), body="Video y factura"),
    "sticker": StickerContent(files=(MediaFile(url=f"{SITE}/gracias.webp", label="Gracias"),)),
    "buttons": ButtonsContent(header="Compra", body="¿Seguimos?", buttons=(YES, NO)),
    "buttons below a picture": ButtonsContent(
        media="image", files=(MENU,), body="¿Te interesa?", buttons=(YES,)
    ),
    "list": MENU_LIST,
    "list of sections": MENU_LIST.model_copy(
        update={
            "sections": (
                ListSection(title="Pagos", rows=(ListRow(title="Factura"),)),
                ListSection(title="Pedidos", rows=(ListRow(title="Seguir"),)),
            )
        }
    ),
    "cta_url": CtaUrlContent(
        header="Tu factura",
        body="Paga en línea",
        footer="Demo",
        label="Pagar",
        url="https://pagos.example.com/1",
    ),
    "carousel": CarouselContent(body="Ofertas", cards=(CARD, CARD)),
    "carousel of films": CarouselContent(
        body="Ofertas", media="video", buttons="reply", cards=(ANSWERED, ANSWERED)
    ),
    "location": LocationContent(
        latitude="-2.1894", longitude="-79,8891", name="Tienda", address="Av. 9 de Octubre"
    ),
    "location_request": LocationRequestContent(body="Comparte tu ubicación"),
    "contacts": ContactsContent(contacts=(PERSON,)),
    "flow": FlowContent(
        header="Registro",
        body="Completa tus datos",
        label="Comenzar",
        flow_id="123",
        flow_name="registro",
        screen="DATOS",
    ),
    "voice_call": VoiceCallContent(header="¿Ayuda?", body="Toca para hablar", label="Llamar"),
    # Without what some provider has no field for.
    "image alone": ImageContent(files=(MediaFile(url=f"{SITE}/menu.jpg"),), body="Menú del día"),
    "audio alone": AudioContent(files=(MediaFile(url=f"{SITE}/nota.mp3"),)),
    "sticker alone": StickerContent(files=(MediaFile(url=f"{SITE}/gracias.webp"),)),
    "answers": ButtonsContent(body="¿Seguimos?", buttons=(YES, ReplyButton(title="No"))),
    "answers with a header": ButtonsContent(header="Compra", body="¿Seguimos?", buttons=(YES,)),
    "cta_url alone": CtaUrlContent(body="Paga en línea", label="Pagar", url="https://pagos.example.com/1"),
    "location alone": LocationContent(latitude="-2.1894", longitude="-79.8891"),
}


def _changed(name: str, **changes: object) -> Content:
    return EXAMPLES[name].model_copy(update=changes)


WRONG: dict[tuple[str, str], Content] = {
    ("a text that is too long", "text"): TextContent(body="x" * 4097),
    ("nothing but a zero-width space", "text"): TextContent(body="\u200b"),
    ("4,097 emoji", "text"): TextContent(body="😀" * 4097),
    ("a file of another kind", "files.0.url"): ImageContent(files=(INVOICE,)),
    ("a file whose content is of another kind", "files.0.url"): ImageContent(
        files=(MediaFile(url=f"{SITE}/a.jpg", mime="application/pdf"),)
    ),
    ("a link without https", "files.0.url"): AudioContent(
        files=(MediaFile(url="http://a.example.com/a.mp3"),)
    ),
    ("no file", "files"): StickerContent(),
    ("a file name with a slash", "files.0.filename"): FileContent(
        files=(MediaFile(url=f"{SITE}/a.pdf", filename="../a.pdf"),)
    ),
    ("a caption that is too long", "body"): _changed("image", body="x" * 1025),
    ("four buttons", "buttons"): _changed(
        "buttons", buttons=tuple(ReplyButton(title=title) for title in "abcd")
    ),
    ("no button", "buttons"): _changed("buttons", buttons=()),
    ("two buttons that read the same", "buttons.1.title"): _changed("buttons", buttons=(YES, YES)),
    ("an emoji on a button", "buttons.0.title"): _changed("buttons", buttons=(ReplyButton(title="Sí 😀"),)),
    ("a line break on a button", "buttons.0.title"): _changed(
        "buttons", buttons=(ReplyButton(title="Sí\nno"),)
    ),
    ("a picture and a header", "header"): _changed("buttons", media="image", files=(MENU,)),
    ("a header that is too long", "header"): _changed("cta_url", header="x" * 61),
    ("a link to a page without https", "url"): _changed("cta_url", url="http://example.com"),
    ("a link with a space", "url"): _changed("cta_url", url="https://example.com/a b"),
    ("an empty label", "label"): _changed("voice_call", label=" "),
    ("a flow without its id", "flow_id"): _changed("flow", flow_id=""),
    ("no rows", "sections.0.rows"): _changed("list", sections=(ListSection(),)),
    ("no sections", "sections"): _changed("list", sections=()),
    ("eleven rows", "sections.0.rows"): _changed(
        "list", sections=(ListSection(rows=tuple(ListRow(title=str(n)) for n in range(11))),)
    ),
    ("twelve rows in two sections", "sections"): _changed(
        "list",
        sections=tuple(
            ListSection(title=name, rows=tuple(ListRow(title=f"{name}{n}") for n in range(6)))
            for name in "ab"
        ),
    ),
    ("two sections, one without a title", "sections.1.title"): _changed(
        "list",
        sections=(
            ListSection(title="a", rows=(ListRow(title="1"),)),
            ListSection(rows=(ListRow(title="2"),)),
        ),
    ),
    ("two rows with the same payload", "sections.0.rows.1.payload"): _changed(
        "list",
        sections=(ListSection(rows=(ListRow(title="1", payload="a"), ListRow(title="2", payload="a"))),),
    ),
    ("a latitude beyond the pole", "latitude"): _changed("location", latitude="90.1"),
    ("a longitude that is no number", "longitude"): _changed("location", longitude="nan"),
    ("a contact without a name", "contacts.0.name"): ContactsContent(contacts=(ContactCard(),)),
    ("a contact's number without country", "contacts.0.phones.0.number"): ContactsContent(
        contacts=(ContactCard(name="Ana", phones=(CardPhone(number="0987654321"),)),)
    ),
    ("an address without a host", "contacts.0.emails.0.email"): ContactsContent(
        contacts=(ContactCard(name="Ana", emails=(CardEmail(email="ana"),)),)
    ),
    ("no contact", "contacts"): ContactsContent(),
    ("one card", "cards"): _changed("carousel", cards=(CARD,)),
    ("no card", "cards"): _changed("carousel", cards=()),
    ("eleven cards", "cards"): _changed("carousel", cards=(CARD,) * 11),
    ("a film among pictures", "cards.1.media_url"): _changed(
        "carousel", cards=(CARD, CARD.model_copy(update={"media_url": f"{SITE}/1.mp4"}))
    ),
    ("cards with different numbers of buttons", "cards"): _changed(
        "carousel of films", cards=(ANSWERED, ANSWERED.model_copy(update={"replies": ("Quiero",)}))
    ),
    ("a card with three line breaks", "cards.0.body"): _changed(
        "carousel", cards=(CARD.model_copy(update={"body": "a\nb\nc\nd"}), CARD)
    ),
    ("eleven tags", "delivery.tags"): TextContent(body="a", delivery=Delivery(tags=("a",) * 11)),
    ("a tag with a sign", "delivery.tags"): TextContent(body="a", delivery=Delivery(tags=("a!",))),
    ("an empty tag", "delivery.tags"): TextContent(body="a", delivery=Delivery(tags=(" ",))),
    ("a time without a zone", "delivery.scheduled_for"): TextContent(
        body="a", delivery=Delivery(scheduled_for="2027-01-01T10:00")
    ),
    ("a time too far ahead", "delivery.scheduled_for"): TextContent(
        body="a", delivery=Delivery(scheduled_for="2999-01-01T10:00:00Z")
    ),
    ("a cap without the use case", "delivery.cap_frequency"): TextContent(
        body="a", delivery=Delivery(cap_frequency=True)
    ),
    ("a validity in words", "delivery.validity"): TextContent(body="a", delivery=Delivery(validity="soon")),
}
