"""Random messages of the kinds that Bird carries: mostly good, with lengths and counts around every limit."""

from typing import Any, Literal

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from messaging.content import (
    AudioContent,
    ButtonsContent,
    CarouselContent,
    Content,
    CtaUrlContent,
    FileContent,
    ImageContent,
    ListContent,
    LocationContent,
    LocationRequestContent,
    StickerContent,
    TextContent,
    VideoContent,
)
from messaging.content.carousel import CarouselCard
from messaging.content.delivery import Delivery
from messaging.content.interactive import ReplyButton
from messaging.content.lists import ListRow, ListSection
from messaging.content.media import TYPES, MediaFile

CDN = "https://cdn.example.com"
NASTY = [
    "",
    " ",
    "\u200b",
    "مرحبا",
    "e\u0301" * 10,
    "👩‍👩‍👧",
    "*a*",
    "{{1}}",
    "a\nb",
    "\x00",
    "\ud800",
    "  a  ",
]
ODD_LINKS = ["", "http://a.co/a", "ftp://a.co/a", "https://", "https://u:p@a.co/a", "https://a b.co", "a.jpg"]


def texts(good: str, limit: int) -> SearchStrategy[str]:
    long = st.builds(lambda sign, more: sign * (limit + more), st.sampled_from("xé😀"), st.integers(-1, 1))
    return st.one_of(st.just(good), st.just(good), st.sampled_from(NASTY), long, st.text(max_size=8))


def links(*good: str) -> SearchStrategy[str]:
    return st.sampled_from([*good, *good, *ODD_LINKS])


def several(item: SearchStrategy[Any], most: int) -> SearchStrategy[tuple[Any, ...]]:
    return st.lists(item, max_size=most).map(tuple)


def files(kind: str) -> SearchStrategy[tuple[MediaFile, ...]]:
    file = st.builds(
        MediaFile,
        url=links(*(f"{CDN}/a{ending}" for ending in [*TYPES[kind], ".exe", ""])),
        filename=texts("", 240),
        label=texts("Vista", 1000),
        mime=st.sampled_from(["", "", *TYPES[kind].values(), "text/html"]),
    )
    return several(file, 3)


TITLES = st.sampled_from(["Sí", "No", "Más tarde", "Otro"]) | texts("Quizás", 20)
BUTTON = st.builds(
    ReplyButton, action=st.sampled_from(["reply", "postback"]), title=TITLES, payload=texts("p-1", 256)
)
ROW = st.builds(
    ListRow,
    title=st.integers(0, 99).map(str) | texts("Fila", 24),
    description=texts("", 72),
    payload=st.integers(0, 99).map(str) | texts("", 200),
)
SECTION = st.builds(ListSection, title=texts("Sección", 24), rows=several(ROW, 11))
CARD = st.builds(
    CarouselCard,
    media_url=links(f"{CDN}/1.png", f"{CDN}/1.png", f"{CDN}/1.mp4"),
    body=texts("Laptop", 160),
    label=texts("Ver", 20),
    url=links("https://tienda.example.com/1"),
)
# So many parts are hardly ever all good by chance.
GOOD_ROWS = st.integers(1, 5).map(lambda count: tuple(ListRow(title=f"Fila {n}") for n in range(count)))
GOOD_SECTIONS = st.builds(ListSection, title=st.just("Sección"), rows=GOOD_ROWS).map(lambda one: (one,))
GOOD_CARDS = st.integers(2, 10).map(
    lambda count: (CarouselCard(media_url=f"{CDN}/1.png", body="a", label="b", url="https://a.co"),) * count
)
DEGREES = st.floats(-200, 200).map(str) | st.sampled_from(["-2,18", "nan", "1e3", "x", ""])
TEXTS = texts("¿Seguimos?", 1024)


MEDIA: list[Literal["", "image", "video", "file"]] = ["", "image", "video", "file"]


@st.composite
def buttons(draw: st.DrawFn) -> ButtonsContent:
    media = draw(st.sampled_from(MEDIA))
    return ButtonsContent(
        header=draw(st.just("") | texts("", 60)),
        body=draw(TEXTS),
        media=media,
        files=draw(files(media)) if media else (),
        buttons=draw(several(BUTTON, 4)),
    )


KINDS: dict[str, SearchStrategy[Content]] = {
    "text": st.builds(TextContent, body=texts("Hola", 4096)),
    "image": st.builds(ImageContent, files=files("image"), body=texts("", 1024)),
    "video": st.builds(VideoContent, files=files("video"), body=texts("", 1024)),
    "audio": st.builds(AudioContent, files=files("audio")),
    "file": st.builds(FileContent, files=files("file"), body=texts("", 1024)),
    "sticker": st.builds(StickerContent, files=files("sticker")),
    "buttons": buttons(),
    "list": st.builds(
        ListContent,
        header=texts("", 60),
        body=texts("Elige", 4096),
        label=texts("Ver", 20),
        sections=GOOD_SECTIONS | several(SECTION, 3),
    ),
    "cta_url": st.builds(CtaUrlContent, body=TEXTS, label=texts("Ver", 20), url=links("https://a.co/1")),
    "carousel": st.builds(CarouselContent, body=TEXTS, cards=GOOD_CARDS | several(CARD, 11)),
    "location": st.builds(
        LocationContent, latitude=DEGREES, longitude=DEGREES, name=texts("", 1000), address=texts("", 1000)
    ),
    "location_request": st.builds(LocationRequestContent, body=TEXTS),
}
DELIVERIES = st.builds(
    Delivery,
    tags=several(texts("promo", 50), 11),
    scheduled_for=st.sampled_from(["", "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "soon", "2027-01-01"]),
    validity=st.sampled_from(["", "0", " 600 ", "-1", "x", "9" * 12]),
    use_case=st.sampled_from(["", "marketing", "transactional"]),
    cap_frequency=st.booleans(),
    ignore_quiet_hours=st.booleans(),
    link_tracking=st.booleans(),
    short_links=texts("", 128),
    notification_url=links("", "https://app.example.com/hooks"),
)


def contents() -> SearchStrategy[Content]:
    """Any kind, now and then with a wish about delivery."""
    wishes = st.one_of(*[st.just(Delivery())] * 3, DELIVERIES)
    return st.builds(
        lambda content, delivery: content.model_copy(update={"delivery": delivery}),
        st.one_of(*KINDS.values()),
        wishes,
    )
