"""Each kind's form: whatever is posted makes a content, and a filled form makes the very content meant."""

from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from messaging.content import SESSION_KINDS, Content
from messaging.content.delivery import Delivery
from messaging.forms.extras import delivery_parts, template_parts
from messaging.forms.kinds import KINDS
from messaging.forms.nodes import Page, groups, inputs
from messaging.forms.paths import Change
from messaging.forms.reading import Posted, read, with_zone
from messaging.forms.tiles import GROUPS, ICONS, LABELS
from templates_app.components import Button, Card, Components, Header
from tests.contents import EXAMPLES, WRONG


def posted_for(content: Content) -> dict[str, str]:
    """What a browser posts whose form was filled for this content."""
    found: dict[str, str] = {}
    _post(content.model_dump(exclude={"kind", "version", "reply_to", "delivery"}), "", found)
    if content.kind == "text":
        found["text"] = found.pop("body")
    return found


def _post(value: Any, name: str, found: dict[str, str]) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _post(inner, f"{name}.{key}" if name else key, found)
    elif isinstance(value, tuple | list):
        for index, inner in enumerate(value):
            _post(inner, f"{name}.{index}", found)
    else:
        found[name] = str(value)


def made(kind: str, posted: dict[str, str]) -> Content:
    return SESSION_KINDS[kind].model_validate(read(KINDS[kind], Posted(posted)))


@pytest.mark.parametrize("content", EXAMPLES.values(), ids=EXAMPLES)
def test_a_filled_form_makes_the_content_that_was_meant(content):
    assert made(content.kind, posted_for(content)) == content


@pytest.mark.parametrize(("name", "field"), WRONG, ids=[name for name, _field in WRONG])
def test_a_mistake_stands_at_an_input_or_a_group_of_the_form(name, field):
    content = WRONG[name, field]
    parts = (*KINDS[content.kind], *delivery_parts(Delivery.model_fields))
    nodes = Page(Posted(posted_for(content)), {}).draw(parts)
    assert field in {one.name for one in inputs(nodes)} | {group.path for group in groups(nodes)}


def test_every_kind_has_a_form_a_label_an_icon_and_a_place():
    placed = [kind for _label, kinds in GROUPS for kind in kinds]
    assert set(KINDS) == set(SESSION_KINDS)
    assert sorted(placed) == sorted(LABELS) == sorted(ICONS) == sorted([*KINDS, "template"])


@pytest.mark.parametrize("kind", KINDS)
def test_the_counters_agree_with_the_checks(kind):
    """A text as long as its limit is right, and one sign more is wrong."""
    every = posted_for(next(content for content in EXAMPLES.values() if content.kind == kind))
    limited = [one for one in inputs(Page(Posted(every), {}).draw(KINDS[kind])) if one.field.limit]
    for one in limited:
        for excess in (0, 1):
            text = "x" * (one.field.limit + excess)
            found = {problem.field for problem in made(kind, every | {one.name: text}).problems()}
            has_header_too = one.name == "header" and every.get("media")
            assert (one.name in found) == (excess == 1 or bool(has_header_too)), (one.name, excess)


def test_the_counter_counts_what_is_sent():
    (text,) = Page(Posted({"text": "  a\r\nb 😀 "}), {}).draw(KINDS["text"])
    assert text.left == 4096 - len("a\nb 😀")


def test_a_field_that_is_not_shown_says_nothing():
    posted = {"cards.0.label": "Ver", "cards.0.replies.0": "Sí", "buttons": "reply"}
    card = made("carousel", posted).cards[0]
    assert (card.label, card.replies) == ("", ("Sí",))


NAMES = sorted(
    {
        one.name
        for content in [*EXAMPLES.values(), *WRONG.values()]
        for one in inputs(Page(Posted(posted_for(content)), {}).draw(KINDS[content.kind]))
    }
)
TEXTS = st.one_of(st.sampled_from(["", "\x00", "😀", "on", "link", "2026-13-40T99:99"]), st.text(max_size=20))
POSTS = st.dictionaries(st.one_of(st.sampled_from(NAMES), st.text(max_size=8)), TEXTS, max_size=10)


@given(kind=st.sampled_from(list(KINDS)), posted=POSTS)
def test_any_post_makes_a_content_that_can_be_judged_and_drawn(kind, posted):
    content = made(kind, posted)
    assert all(problem.message for problem in content.problems())
    assert content.bubble() is not None


# -- Focus -----------------------------------------------------------------------------------------


def focused(order: Change, count: int) -> list[str]:
    posted = Posted({f"buttons.{index}.title": "x" for index in range(count)})
    nodes = Page(posted, {}, order).draw(KINDS["buttons"])
    (group,) = [one for one in groups(nodes) if one.path == "buttons"]
    found = [f"{thing.focus} {thing.path}" for thing in group.things if thing.focus]
    return found + [one.name for one in inputs([group]) if one.has_focus]


@pytest.mark.parametrize(
    ("verb", "index", "count", "where"),
    [
        ("add", 1, 2, "buttons.1.title"),
        ("up", 1, 3, "up buttons.1"),
        ("up", 0, 3, "down buttons.0"),
        ("down", 2, 3, "up buttons.2"),
        ("drop", 1, 2, "drop buttons.1"),
        ("drop", 2, 2, "drop buttons.1"),
        ("drop", 0, 1, "frame buttons.0"),
    ],
)
def test_the_focus_goes_where_a_hand_would(verb, index, count, where):
    assert focused(Change(verb, "buttons", index, count), count) == [where]


# -- Beside the message ----------------------------------------------------------------------------


def test_a_time_gets_the_zone_of_the_person_who_chose_it():
    with timezone.override("America/Guayaquil"):
        assert with_zone("2026-12-01T10:00") == "2026-12-01T10:00:00-05:00"
        assert with_zone("2026-12-01T10:00+01:00") == "2026-12-01T10:00:00+01:00"
        assert with_zone("tomorrow") == "tomorrow"


def test_only_what_the_provider_carries_is_asked():
    assert delivery_parts(()) == ()
    (fold,) = delivery_parts({"tags", "validity"})
    assert [part.name for part in fold.parts] == ["delivery.tags", "delivery.validity"]


def test_delivery_is_read_as_its_content_wants_it():
    posted = Posted(
        {"delivery.tags": "vip, quito,", "delivery.cap_frequency": "on", "delivery.use_case": "?"}
    )
    delivery = Delivery.model_validate(read(delivery_parts(Delivery.model_fields), posted)["delivery"])
    assert (delivery.tags, delivery.cap_frequency, delivery.use_case) == (("vip", "quito"), True, "")


CARD = Card(
    header=Header(format="video"),
    body="Hola {{1}}, {{2}}",
    buttons=(Button(kind="url", label="Ver", url="https://x.com/{{1}}"),),
)
RICH = Components(
    body="Hola",
    offer="Hoy",
    is_carousel=True,
    cards=(CARD, CARD),
    buttons=(
        Button(kind="catalog", label="Ver"),
        Button(kind="quick_reply", label="Sí"),
    ),
)
OPTIONS = frozenset({"flows", "answered", "campaign", "expires"})


def asked(components: Components, options: frozenset[str] = OPTIONS) -> list[str]:
    nodes = Page(Posted({}), {}).draw(template_parts(components, options))
    return [one.name for one in inputs(nodes)]


def test_a_template_asks_for_what_it_is_made_of():
    names = asked(RICH)
    assert {"thumbnail_url", "offer_ends", "flows.1", "answered.flow_id", "campaign", "expires"} <= set(names)
    assert [name for name in names if name.startswith("cards.1")] == [
        "cards.1.media_url",
        "cards.1.params.0",
        "cards.1.params.1",
        "cards.1.links.0",
    ]


def test_a_plain_template_asks_for_nothing_more_than_its_provider_offers():
    assert asked(Components(body="Hola"), frozenset()) == []


def test_a_carousel_whose_cards_nobody_listed_has_two_at_least():
    names = asked(Components(body="Hola", is_carousel=True), frozenset())
    assert names == ["cards.0.media_url", "cards.1.media_url"]
