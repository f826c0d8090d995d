"""Random messages of every kind: mostly good, with one field or another that is hostile."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from messaging.content import (
    SESSION_KINDS,
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
)
from messaging.content.carousel import CarouselCard
from messaging.content.delivery import Delivery
from messaging.content.interactive import ReplyButton
from messaging.content.lists import ListRow, ListSection
from messaging.content.media import TYPES, MediaFile
from messaging.content.people import CardAddress, CardEmail, CardPhone, ContactCard
from messaging.content.template import CardValues, MenuOption, Remembered, WhenAnswered
from templates_app.components import Components

CDN = "https://cdn.example.com"

# Right to left, combining, joined and halved signs, what looks like markup or a blank, nothing at all.
NASTY = [
    "",
    " ",
    "\u200b",
    "\u202eabc",
    "مرحبا بك",
    "שלום",
    "e\u0301" * 10,
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A",
    "👩‍👩‍👧‍👦",
    "🇪🇨",
    "*a*",
    "{{1}}",
    "a\nb",
    "a\tb",
    "a      b",
    "\x00",
    "\ud800",
    "<b>&amp;",
    "  a  ",
    "\x1c",
    "٣",
]


def mostly(good: SearchStrategy[Any], odd: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """One odd thing in twelve, so that a message of many fields is often good as a whole."""
    return st.integers(0, 11).flatmap(lambda number: odd if number == 11 else good)


def texts(good: str, limit: int) -> SearchStrategy[str]:
    """Usually `good`; else anything, and lengths around the limit, also of signs that count twice."""
    lengths = st.sampled_from([limit, limit + 1, limit * 4])
    long = st.builds(lambda sign, length: sign * length, st.sampled_from(["x", "😀", "é"]), lengths)
    return mostly(st.just(good), st.one_of(st.sampled_from(NASTY), long, st.text(max_size=12)))


def optional(good: str, limit: int) -> SearchStrategy[str]:
    return st.one_of(st.just(""), texts(good, limit))


def links(good: str) -> SearchStrategy[str]:
    odd = ["http://cdn.example.com/a", "ftp://a.co/a", "https://", "https://u:p@a.co/a.jpg", "https://a b.co"]
    odd += ["https://[::1/a.jpg", f"https://a.co/{'x' * 2000}", "http://127.0.0.1:8001/media/promo.png"]
    return mostly(st.just(good), st.sampled_from([*odd, *NASTY]))


def files(kind: str) -> SearchStrategy[tuple[MediaFile, ...]]:
    ending = mostly(st.sampled_from([*TYPES[kind]]), st.sampled_from([".jpg", ".pdf", ".exe", ""]))
    file = st.builds(
        MediaFile,
        url=ending.flatmap(lambda end: links(f"{CDN}/a{end}")),
        filename=optional("a.pdf", 240) if kind == "file" else st.just(""),
        mime=mostly(st.sampled_from(["", *TYPES[kind].values()]), st.just("text/html")),
    )
    return mostly(st.tuples(file), several(file, 11))


def several(item: SearchStrategy[Any], most: int) -> SearchStrategy[tuple[Any, ...]]:
    return st.lists(item, max_size=most).map(tuple)


TITLES = mostly(st.sampled_from(["Sí", "No", "Más tarde", "Otro", "Quizás"]), texts("Sí", 20))
REPLY = st.builds(
    ReplyButton,
    title=TITLES,
    action=mostly(st.just("reply"), st.just("postback")),
    payload=mostly(st.just(""), texts("p", 256)),
)
ROW = st.builds(
    ListRow,
    title=mostly(st.integers(0, 99).map(lambda number: f"Fila {number}"), texts("Fila", 24)),
    description=optional("Descripción", 72),
    payload=mostly(st.one_of(st.just(""), st.integers(0, 999).map(str)), texts("p", 200)),
)
ROWS = mostly(
    st.lists(ROW, min_size=1, max_size=10, unique_by=lambda row: row.title).map(tuple), several(ROW, 11)
)
SECTION = st.builds(ListSection, title=mostly(st.just(""), texts("Uno", 24)), rows=ROWS)
PERSON = st.builds(
    ContactCard,
    name=texts("Ana", 200),
    first_name=optional("Ana", 200),
    company=optional("Tienda", 200),
    phones=several(
        st.builds(
            CardPhone, number=mostly(st.just("+593 99 000 0123"), st.sampled_from(["0999", "+1", "x"]))
        ),
        2,
    ),
    emails=several(
        st.builds(CardEmail, email=mostly(st.just("ana@example.com"), st.sampled_from(["ana", "@.", ""]))), 2
    ),
    addresses=several(st.builds(CardAddress, street=optional("Calle 1", 200)), 2),
)
DEGREES = mostly(
    st.floats(-91, 91).map(str), st.sampled_from(["-2,18", "−2.18", "nan", "1e3", "181", "x", "", "1_0", "٣"])
)


@st.composite
def carousels(draw: st.DrawFn) -> CarouselContent:
    media: Any = draw(st.sampled_from(["image", "video"]))
    buttons: Any = draw(st.sampled_from(["link", "reply"]))
    good = f"{CDN}/1.png" if media == "image" else f"{CDN}/1.mp4"
    count = draw(st.integers(1, 2))
    card = st.builds(
        CarouselCard,
        media_url=links(good),
        body=texts("Laptop", 160),
        label=texts("Comprar", 20),
        url=links("https://tienda.example.com/1"),
        replies=st.lists(TITLES, min_size=count, max_size=count, unique=True).map(tuple),
    )
    cards = draw(mostly(st.lists(card, min_size=2, max_size=4), st.lists(card, max_size=11)))
    body = draw(texts("Ofertas", 1024))
    return CarouselContent(body=body, media=media, buttons=buttons, cards=tuple(cards))


BUTTONS = mostly(
    st.lists(REPLY, min_size=1, max_size=3, unique_by=lambda button: button.title).map(tuple),
    several(REPLY, 4),
)
AROUND = {"header": optional("Título", 60), "body": texts("Texto", 1024), "footer": optional("Pie", 60)}
KINDS: Mapping[str, SearchStrategy[Content]] = {
    "text": st.builds(TextContent, body=texts("Hola", 4096)),
    "image": st.builds(ImageContent, files=files("image"), body=optional("Menú", 1024)),
    "video": st.builds(VideoContent, files=files("video"), body=optional("Demo", 1024)),
    "audio": st.builds(AudioContent, files=files("audio")),
    "file": st.builds(FileContent, files=files("file"), body=optional("Factura", 1024)),
    "sticker": st.builds(StickerContent, files=files("sticker")),
    "buttons": st.builds(
        ButtonsContent,
        header=optional("Título", 20),
        body=AROUND["body"],
        footer=mostly(st.just(""), texts("Pie", 60)),
        buttons=BUTTONS,
    ),
    "list": st.builds(
        ListContent,
        header=AROUND["header"],
        body=texts("Elige", 4096),
        label=texts("Ver", 20),
        sections=mostly(st.tuples(SECTION), several(SECTION, 2)),
    ),
    "cta_url": st.builds(CtaUrlContent, **AROUND, label=texts("Ver", 20), url=links("https://a.example.com")),
    "carousel": carousels(),
    "location": st.builds(LocationContent, latitude=DEGREES, longitude=DEGREES),
    "location_request": st.builds(LocationRequestContent, body=AROUND["body"]),
    "contacts": st.builds(ContactsContent, contacts=mostly(st.tuples(PERSON), several(PERSON, 6))),
    "flow": st.builds(
        FlowContent,
        **AROUND,
        label=texts("Comenzar", 20),
        flow_id=texts("1", 200),
        flow_name=texts("registro", 200),
        screen=texts("DATOS", 200),
        mode=st.sampled_from(["draft", "published"]),
    ),
    "voice_call": st.builds(
        VoiceCallContent, header=AROUND["header"], body=AROUND["body"], label=texts("Llamar", 20)
    ),
}
assert KINDS.keys() == SESSION_KINDS.keys()


def session_contents() -> SearchStrategy[Content]:
    """Any kind, now and then with a wish about delivery or a quote."""
    plain = st.one_of(*KINDS.values())
    delivery = mostly(st.just(Delivery()), st.just(Delivery(tags=("a",))))
    quote = mostly(st.just(""), st.just("m-1"))
    return st.builds(
        lambda content, how, what: content.model_copy(update={"delivery": how, "reply_to": what}),
        plain,
        delivery,
        quote,
    )


TIMES = mostly(
    st.datetimes(dt.datetime(2100, 1, 1), dt.datetime(2200, 1, 1)).map(
        lambda time: f"{time.isoformat()}-05:00"
    ),
    st.sampled_from(
        [
            "",
            "soon",
            "2020-01-01T00:00:00Z",
            "2027-01-01T10:00",
            "2031-01-01T00:00:00Z",
            "2999-01-01T00:00:00Z",
            "0001-01-01T00:00:00+14:00",
        ]
    ),
)
NUMBERS = st.one_of(
    st.integers(1, 99_999).map(str), st.sampled_from(["0", "-1", "x", "1.5", " 7 ", "٣", "9" * 30])
)
ANSWERED = st.builds(
    WhenAnswered,
    flow_id=st.one_of(st.just(""), NUMBERS),
    menu=several(st.builds(MenuOption, title=optional("Ventas", 100), flow_id=NUMBERS), 2),
    menu_seconds=st.one_of(st.just(""), NUMBERS),
    memory=several(st.builds(Remembered, name=texts("pedido", 100), value=optional("A-1", 1000)), 2),
)


def template_contents(
    element_name: str, components: Components, category: str, language: str
) -> SearchStrategy[TemplateContent]:
    """This template, with values of every sort in its blanks and beside them."""
    values = {variable.key: texts("Ana", 60) for variable in components.variables}
    card = st.builds(
        CardValues,
        media_url=links(f"{CDN}/1.jpg"),
        params=mostly(st.just(("Laptop",)), several(texts("Laptop", 160), 2)),
        links=mostly(st.just(("p-1",)), several(texts("p-1", 40), 2)),
    )
    own = {"video": ".mp4", "document": ".pdf"}.get(components.media_format, ".jpg")
    endings = mostly(st.just(own), st.sampled_from([".3gp", ".exe", ".png", ""]))
    return st.builds(
        TemplateContent,
        element_name=st.just(element_name),
        language=st.just(language),
        category=st.just(category),
        components=st.just(components),
        values=st.fixed_dictionaries(values),
        media_url=endings.flatmap(lambda ending: links(f"{CDN}/a{ending}")),
        filename=texts("a.pdf", 240),
        thumbnail_url=st.one_of(st.just(""), links(f"{CDN}/c.jpg")),
        offer_ends=TIMES,
        cards=mostly(st.tuples(card, card), several(card, 11)),
        flows=mostly(st.just({}), st.dictionaries(st.sampled_from("0129"), NUMBERS, max_size=2)),
        answered=st.one_of(st.just(WhenAnswered()), ANSWERED),
        campaign=optional("c-1", 100),
        expires=st.one_of(st.just(""), TIMES),
    )
