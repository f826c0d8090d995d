"""What a value of each type looks like in the language of its template."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.values import TYPES, Unreadable, formatted


@pytest.mark.parametrize(
    ("given_value", "language", "shown"),
    [
        ("1500", "en", "1,500"),
        ("1500", "es_EC", "1.500"),
        ("1.500", "es_EC", "1.500"),
        ("1.500", "en_US", "1.5"),
        ("1,234.5", "pt_BR", "1.234,5"),
        ("1.234,5", "en", "1,234.5"),
        ("-2,5", "en", "-2.5"),
        (1.125, "pt_BR", "1,125"),
        (7, "xx_XX", "7"),
    ],
)
def test_a_number_is_written_as_the_language_does(given_value, language, shown):
    assert formatted(given_value, "number", language) == shown


def test_money_has_its_currency():
    assert formatted("59.9", "money", "en_US", "USD") == "$59.90"
    assert formatted("59,9", "money", "pt_BR", "BRL") == "R$ 59,90"


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [
        ("2027-05-14", "es", "14 de mayo de 2027"),
        ("14/05/2027", "pt_BR", "14 de maio de 2027"),
        ("05/14/2027", "en_US", "May 14, 2027"),
        ("2027-05-14T10:30", "pt_BR", "14 de maio de 2027, 10:30"),
    ],
)
def test_a_date_is_written_out(text, language, shown):
    assert formatted(text, "date", language) == shown


def test_the_end_of_a_link_is_encoded_once():
    assert formatted("año 1", "link", "es") == "a%C3%B1o%201"
    assert formatted("a%20b", "link", "es") == "a%20b"


def test_a_code_loses_its_gaps():
    assert formatted("482 913", "code", "es") == "482913"


@pytest.mark.parametrize(
    ("type", "text"),
    [
        ("number", "many"),
        ("number", "1" * 99),
        ("number", "٣"),
        ("money", ""),
        ("date", "31/02/2027"),
        ("code", "a!"),
    ],
)
def test_what_is_no_such_value_is_refused(type, text):
    with pytest.raises(Unreadable):
        formatted(text, type, "es", "USD")


@given(
    st.text(max_size=30), st.sampled_from(list(TYPES)), st.sampled_from(["es", "en", "pt_BR", "ar", "x", ""])
)
def test_any_text_is_written_or_refused(text, type, language):
    try:
        assert isinstance(formatted(text, type, language, "USD"), str)
    except Unreadable as error:
        assert str(error)
