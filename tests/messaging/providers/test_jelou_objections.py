"""What Jelou has no place for is said at the field, and nothing else is."""

import pytest

from messaging.content import LocationContent, StickerContent, TemplateContent, TextContent
from messaging.content.delivery import Delivery
from messaging.content.interactive import ReplyButton
from messaging.content.media import MediaFile
from messaging.content.template import MenuOption, Remembered, WhenAnswered
from messaging.providers import Jelou
from messaging.providers.jelou_objections import DELIVERY_FIELDS
from templates_app.components import Button, Card, Components, Header
from tests.contents import EXAMPLES, SITE

PLAIN = Components(body="Hola")


def fields(content, **options):
    return [problem.field for problem in Jelou.objections(content, options)]


def changed(name, **changes):
    return EXAMPLES[name].model_copy(update=changes)


def hsm(components, **more):
    return TemplateContent(element_name="x", language="es", components=components, **more)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (EXAMPLES["images"], ["files", "files.0.label"]),
        (EXAMPLES["audio"], ["files.0.label"]),
        (changed("video", files=(MediaFile(url=f"{SITE}/a.mp4", filename="a.mp4"),)), ["files.0.filename"]),
        (changed("file", files=(MediaFile(url=f"{SITE}/a.bin", mime="application/pdf"),)), ["files.0.url"]),
        (EXAMPLES["buttons"], ["buttons.1.payload"]),
        (EXAMPLES["buttons below a picture"], ["media"]),
        (changed("buttons", header="x" * 21, footer="Pie", buttons=()), ["header", "footer"]),
        (changed("buttons", buttons=(ReplyButton(action="postback", title="No"),)), ["buttons.0.action"]),
        (changed("list", footer="Pie"), ["footer"]),
        (EXAMPLES["list of sections"], ["sections"]),
        (EXAMPLES["location"], ["name", "address"]),
        (changed("voice_call", footer="Pie"), ["footer"]),
        (changed("text", reply_to="m-1"), ["reply_to"]),
    ],
)
def test_what_has_no_field_there_is_objected_to(content, expected):
    assert fields(content) == expected


@pytest.mark.parametrize(
    "kind", ["text", "video", "file", "list", "cta_url", "carousel", "carousel of films", "contacts", "flow"]
)
def test_ordinary_messages_pass(kind):
    assert fields(EXAMPLES[kind]) == []


@pytest.mark.parametrize("name", Delivery.model_fields)
def test_no_setting_of_the_delivery_is_lost_in_silence(name):
    assert name in DELIVERY_FIELDS
    value = {"tags": ("a",)}.get(name, True)
    delivery = Delivery().model_copy(update={name: value})
    assert fields(TextContent(body="a", delivery=delivery)) == [f"delivery.{name}"]


@pytest.mark.parametrize(
    "kind",
    ["sticker", "buttons", "contacts", "cta_url", "flow", "location_request", "voice_call", "carousel"],
)
def test_the_older_address_takes_fewer_kinds(kind):
    assert fields(EXAMPLES[kind], legacy_messages=True)[0] == "kind"
    assert "kind" not in fields(EXAMPLES[kind])


def test_the_older_address_has_nothing_to_do_with_templates():
    assert fields(hsm(PLAIN), legacy_messages=True) == []
    assert fields(LocationContent(latitude="1", longitude="1"), legacy_messages=True) == []
    assert fields(StickerContent()) == []


@pytest.mark.parametrize("kind", ["flow"])
def test_a_template_with_a_button_that_has_no_field_is_kept_back(kind):
    button = Button(kind=kind, label="Abrir")
    card = Card(header=Header(format="image"), buttons=(button,))
    assert fields(hsm(Components(body="Hola", buttons=(button,)))) == ["template"]
    assert fields(hsm(Components(body="Hola", is_carousel=True, cards=(card,)))) == ["template"]


@pytest.mark.parametrize(("format", "ending"), [("image", "gif"), ("video", "3gp"), ("document", "docx")])
def test_a_header_of_another_type_is_kept_back(format, ending):
    header = Components(body="Hola", header=Header(format=format))
    named = {"filename": "a.pdf"}
    assert fields(hsm(header, media_url=f"{SITE}/a.{ending}", **named)) == ["header_media"]
    assert fields(hsm(header, media_url=f"{SITE}/a", **named)) == []


# -- When they answer ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answered", "field"),
    [
        (WhenAnswered(flow_id="x"), "answered.flow_id"),
        (WhenAnswered(menu=(MenuOption(flow_id=""),)), "answered.menu.0.flow_id"),
        (WhenAnswered(menu_seconds="soon"), "answered.menu_seconds"),
        (WhenAnswered(memory=(Remembered(value="a"),)), "answered.memory.0.name"),
        (WhenAnswered(memory=(Remembered(name="a"), Remembered(name=" a "))), "answered.memory.1.name"),
    ],
)
def test_what_cannot_be_done_on_an_answer_is_said_at_its_field(answered, field):
    assert [problem.field for problem in hsm(PLAIN, answered=answered).problems()] == [field]


@pytest.mark.parametrize("expires", ["soon", "2020-01-01T00:00:00Z", "2999-01-01T00:00"])
def test_a_message_is_given_up_in_the_future_only(expires):
    assert [problem.field for problem in hsm(PLAIN, expires=expires).problems()] == ["expires"]
