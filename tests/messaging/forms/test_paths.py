"""Dotted names of inputs: nested, moved about, and flat again, whatever was posted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.forms.paths import change, flatten, is_path, look, nest

CARDS = {"cards.0.body": "a", "cards.1.body": "b", "cards.2.body": "c"}


def after(order, names=CARDS, most=99):
    root = nest(names.items())
    done = change(root, order, most)
    return dict(flatten(root)), done


@pytest.mark.parametrize(
    ("order", "texts", "index"),
    [
        ("up:cards.1", "bac", 0),
        ("down:cards.1", "acb", 2),
        ("drop:cards.0", "bc", 0),
        ("up:cards.0", "abc", 0),
        ("down:cards.2", "abc", 2),
    ],
)
def test_things_move_and_go_with_all_that_is_in_them(order, texts, index):
    names, done = after(order)
    assert "".join(names[f"cards.{number}.body"] for number in range(len(texts))) == texts
    assert len(names) == len(texts)
    assert (done.index, done.count) == (index, len(texts))


def test_a_new_thing_comes_last_and_is_there_although_it_is_empty():
    names, done = after("add:sections.0.rows", {"sections.0.rows.0.title": "x"})
    assert names == {"sections.0.rows.0.title": "x", "sections.0.rows.1": ""}
    assert (done.path, done.index) == ("sections.0.rows", 1)


def test_there_is_an_end_to_adding():
    assert after("add:cards", most=3)[1] is None


def test_gaps_are_closed_in_order():
    names = {"cards.7.body": "b", "cards.2.body": "a", "cards.07.url": "c"}
    assert dict(flatten(nest(names.items()))) == {
        "cards.0.body": "a",
        "cards.1.body": "b",
        "cards.1.url": "c",
    }


def test_the_index_of_a_button_of_a_template_is_a_name():
    assert dict(flatten(nest({"flows.2": "x"}.items()))) == {"flows.2": "x"}


def test_a_choice_and_a_list_may_share_a_name():
    names = {"buttons": "link", "buttons.0.title": "Sí"}
    assert dict(flatten(nest(names.items()))) == names


@pytest.mark.parametrize(
    "name",
    ["cards.999.body", "cards.-1.body", "cards..body", ".a", "a.", "A", "a" * 41, "a" + ".0" * 9, "é", ""],
)
def test_what_is_no_path_is_left_alone(name):
    assert not is_path(name)
    assert list(flatten(nest([(name, "x")]))) == []


@pytest.mark.parametrize(
    "order",
    [
        "",
        "up",
        "up:",
        "fly:cards.0",
        "up:cards",
        "up:cards.9",
        "drop:no.0",
        "add:cards.99999",
        ":",
        "drop:cards.x",
    ],
)
def test_an_order_that_makes_no_sense_does_nothing(order):
    assert after(order) == (CARDS, None)


PIECES = st.sampled_from(["cards", "rows", "flows", "title", "0", "1", "7", "07", "99"])
NAMES = st.lists(PIECES, min_size=1, max_size=7).map(".".join)
POSTS = st.dictionaries(st.one_of(NAMES, st.text(max_size=9)), st.text(max_size=5), max_size=12)
ORDERS = st.one_of(
    st.text(max_size=12), st.builds("{}:{}".format, st.sampled_from(["add", "drop", "up", "down"]), NAMES)
)


@given(names=POSTS)
def test_no_value_is_lost(names):
    ours = [value for name, value in names.items() if is_path(name)]
    flat = dict(flatten(nest(names.items())))
    # `7` and `07` are one place, where one value can stand.
    assert len(flat) <= len(ours)
    assert set(flat.values()) <= set(ours)
    assert dict(flatten(nest(flat.items()))) == flat


@given(names=POSTS, order=ORDERS)
def test_any_order_to_any_post_is_done_or_not(names, order):
    root = nest(names.items())
    before = list(flatten(root))
    done = change(root, order)
    if done is None:
        assert list(flatten(root)) == before
    else:
        assert len(look(root, done.path).items) == done.count


@given(names=POSTS, order=ORDERS.filter(lambda order: order.startswith(("up", "down"))))
def test_moving_loses_nothing(names, order):
    root = nest(names.items())
    before = sorted(value for _name, value in flatten(root))
    change(root, order)
    assert sorted(value for _name, value in flatten(root)) == before
