"""Compose opens as full as it was: what is filled in again makes the very same content."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.content import SESSION_KINDS
from messaging.content.delivery import Delivery
from messaging.forms.extras import delivery_parts
from messaging.forms.kinds import KINDS
from messaging.forms.reading import Posted, read
from messaging.forms.refilling import refill
from tests.contents import EXAMPLES
from tests.strategies_bird import DELIVERIES


def posted_again(content):
    parts = (*KINDS[content.kind], *delivery_parts(Delivery.model_fields.keys()))
    return SESSION_KINDS[content.kind].model_validate(read(parts, Posted(dict(refill(content)))))


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_message_of_any_kind_is_filled_in_again(name):
    content = EXAMPLES[name]
    again = posted_again(content)
    # What a file was found to be is found again, and not typed.
    assert again.bubble() == content.bubble() and again.text() == content.text()
    assert _typed(again) == _typed(content)


def _typed(value):
    """What people typed of it; parts that the form has as empty inputs are none."""
    if hasattr(value, "model_dump"):
        value = value.model_dump(mode="json")
    if isinstance(value, dict):
        return {key: _typed(one) for key, one in value.items() if key != "mime" and one not in ("", [], {})}
    return [_typed(one) for one in value] if isinstance(value, list) else value


@given(st.lists(st.sampled_from(["vip", "quito norte"]), max_size=3).map(tuple), st.booleans())
def test_how_to_deliver_is_filled_in_again(tags, capped):
    delivery = Delivery(tags=tags, cap_frequency=capped, validity="600", use_case="marketing")
    content = EXAMPLES["text"].model_copy(update={"delivery": delivery})
    assert posted_again(content).delivery == delivery


@given(DELIVERIES)
def test_no_wish_breaks_it(delivery):
    assert refill(EXAMPLES["text"].model_copy(update={"delivery": delivery}))
