"""What passes our checks passes the simulator, so that what it refuses we had refused."""

import time

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from messaging.content import load
from messaging.providers.bird import Bird
from messaging.simulator.bird import messages
from tests.messaging.providers.test_bird_fidelity import HELLO, LINK, PICTURE, build, template
from tests.simulating import VERSION
from tests.strategies_bird import KINDS, contents, links, texts


def refusals(content):
    return [problem for problem in [*content.problems(), *Bird.objections(content)] if problem.hard]


def test_every_kind_that_bird_carries_is_drawn():
    assert {*KINDS, "template"} == Bird.kinds


@pytest.mark.parametrize("kind", KINDS)
def test_good_and_bad_ones_are_drawn(kind):
    outcomes = set()

    @settings(max_examples=60, database=None, derandomize=True)
    @given(KINDS[kind])
    def look(content):
        outcomes.add(bool(refusals(content)))

    look()
    assert outcomes == {True, False}


@settings(max_examples=400)
@given(contents())
def test_what_we_let_through_the_simulator_takes(content):
    refused = refusals(content)
    event("refused" if refused else content.kind)
    if not refused:
        assert messages.problems(build(content).body, time.time()) == []


@settings(max_examples=200)
@given(st.sampled_from([HELLO, PICTURE, LINK]), texts("Ana", 60), links("https://a.co/1.png", "?ref=1"))
def test_so_it_does_with_templates(components, name, link):
    content = template(components, VERSION, link)
    values = {key: name if key.endswith("name") else link for key in content.values}
    content = content.model_copy(update={"values": values})
    if not refusals(content):
        assert messages.problems(build(content).body, time.time()) == []


@settings(max_examples=200)
@given(contents())
def test_a_stored_message_is_the_same_message(content):
    if not refusals(content):
        assert load(content.stored()) == content
