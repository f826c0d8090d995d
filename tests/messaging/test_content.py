"""Every kind: what is wrong with a message, what a phone shows of it, and that it comes back unchanged."""

import pytest

from messaging.content import SESSION_KINDS, load
from tests.contents import EXAMPLES, WRONG


@pytest.mark.parametrize("content", EXAMPLES.values(), ids=EXAMPLES)
def test_nothing_is_wrong_with_a_good_message(content):
    assert content.problems() == []


@pytest.mark.parametrize("content", EXAMPLES.values(), ids=EXAMPLES)
def test_what_is_stored_comes_back_as_it_was(content):
    assert load(content.stored()) == content


@pytest.mark.parametrize("content", EXAMPLES.values(), ids=EXAMPLES)
def test_something_is_drawn_and_found_of_every_kind(content):
    assert content.bubble() == load(content.stored()).bubble()
    assert content.text()


@pytest.mark.parametrize("kind", SESSION_KINDS)
def test_every_kind_has_an_example(kind):
    assert any(content.kind == kind for content in EXAMPLES.values())


@pytest.mark.parametrize("kind", SESSION_KINDS.values(), ids=SESSION_KINDS)
def test_an_empty_message_is_drawn_and_may_not_be_sent(kind):
    empty = kind()
    assert empty.bubble() is not None
    assert any(problem.hard for problem in empty.problems())


@pytest.mark.parametrize(("name", "field"), WRONG, ids=[name for name, _field in WRONG])
def test_a_mistake_is_told_at_its_field(name, field):
    hard = {problem.field for problem in WRONG[name, field].problems() if problem.hard}
    assert hard == {field}
