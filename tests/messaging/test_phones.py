import phonenumbers
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from messaging.phones import (
    InvalidPhone,
    canonical,
    country_of,
    display,
    is_country,
    normalise,
    split_numbers,
    variants,
)

COUNTRIES = sorted(phonenumbers.SUPPORTED_REGIONS)
# Samples that libphonenumber keeps for documentation, with the last digits made up.
EXAMPLES = {
    country: number
    for country in COUNTRIES
    if (number := phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE))
}


@st.composite
def typed_numbers(draw):
    """A possible number and one way in which people write it, with the country it belongs to."""
    country = draw(st.sampled_from(sorted(EXAMPLES)))
    digits = phonenumbers.format_number(EXAMPLES[country], phonenumbers.PhoneNumberFormat.E164)
    tail = draw(st.integers(0, 9999))
    number = phonenumbers.parse(f"{digits[:-4]}{tail:04}")
    form = draw(st.sampled_from(["E164", "INTERNATIONAL", "RFC3966"]))
    return phonenumbers.format_number(number, getattr(phonenumbers.PhoneNumberFormat, form)), country


def reason(text, country=""):
    with pytest.raises(InvalidPhone) as refused:
        normalise(text, country)
    return refused.value.reason


@pytest.mark.parametrize(
    "text",
    [
        "+593 99 000 0123",
        "00593 99 000 0123",
        "+00593990000123",
        "593990000123",
        "+593 (0)99 000-0123",
        "593.99.000.0123",
        "593990000123.0",
        "tel:+593-99-000-0123",
        "WhatsApp:+593990000123",
        "+５９３９９００００１２３",
        "٥٩٣٩٩٠٠٠٠١٢٣",
        "593\u00a099\u00a0000\u00a00123",
        "\u202a+593 99 000 0123\u202c",
        "+593–99–0000123",
        "'593990000123",
        "\n593990000123\t",
    ],
)
def test_it_reads_a_number_with_its_country_code(text):
    assert normalise(text) == "593990000123"


@pytest.mark.parametrize("text", ["0990000123", "990000123", "(099) 000-0123", "099 000 0123.", "٠٩٩٠٠٠٠١٢٣"])
def test_it_reads_a_local_number_of_the_country(text):
    assert normalise(text, "EC") == "593990000123"


def test_the_country_may_be_written_small():
    assert normalise("0990000123", "ec") == "593990000123"


def test_a_country_changes_nothing_about_a_number_with_its_code():
    assert normalise("+51 900 000 123", "EC") == "51900000123"
    assert normalise("51900000123", "EC") == "51900000123"


def test_the_double_zero_is_not_left_to_the_country():
    assert normalise("00549 11 5550 0123", "AR") == "5491155500123"


def test_argentinas_15_becomes_its_9():
    assert normalise("011 15 5550-0123", "AR") == "5491155500123"
    assert normalise("+54 11 15 5550-0123") == "5491155500123"


def test_argentinas_number_without_15_is_left_alone():
    assert normalise("11 5550-0123", "AR") == "541155500123"


@pytest.mark.parametrize("text", ["+52 1 55 5550 0123", "5215555500123", "55 5550 0123", "1 55 5550 0123"])
def test_mexicos_old_1_is_dropped(text):
    assert normalise(text, "MX") == "525555500123"


def test_a_landline_is_a_number():
    assert normalise("02 255 0123", "EC") == "59322550123"


def test_a_number_nobody_has_yet_is_not_refused():
    assert normalise("+44 7700 900123") == "447700900123"


def test_bare_digits_of_two_countries_are_the_mobile_one():
    assert normalise("3215550123", "CO") == "573215550123"  # a landline in Belgium


def test_bare_digits_that_two_mobiles_share_are_refused():
    assert reason("6595550123", "US") == "ambiguous"
    assert normalise("+6595550123", "US") == "6595550123"


def test_the_refusal_of_two_readings_names_both():
    with pytest.raises(InvalidPhone, match=r"\+1 659-555-0123.*\+65 9555 0123"):
        normalise("6595550123", "US")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "empty"),
        (" \u200b ", "empty"),
        ("Ana", "letters"),
        ("099-ABC-0123", "letters"),
        ("99+593", "letters"),
        ("---", "letters"),
        ("0990000123", "no_country"),
        ("990000123", "no_country"),
        ("+0990000123", "no_country"),
        ("+593 99", "too_short"),
        ("+593 99 000 012 345 678", "too_long"),
        ("9" * 4000, "too_long"),
        ("+593990000123 ext. 4", "extension"),
        ("+593990000123x4", "extension"),
        ("+593990000123;ext=4", "extension"),
        ("+593990000123#4", "extension"),
        ("5.9399E+11", "scientific"),
        ("5,9399e11", "scientific"),
        ("+593990000123 +593990000124", "several"),
    ],
)
def test_it_says_why_it_refuses(text, key):
    assert reason(text) == key


def test_a_local_number_needs_all_its_digits():
    assert reason("2550123", "EC") == "too_short"
    assert reason("5550123", "US") == "too_short"


def test_an_unknown_country_is_no_country():
    assert reason("0990000123", "XX") == "no_country"
    assert not is_country("XX")
    assert is_country("ec")


def test_the_refusal_shows_what_was_typed_and_not_all_of_a_novel():
    with pytest.raises(InvalidPhone, match="“Ana”") as refused:
        normalise(" Ana ")
    assert refused.value.typed == "Ana"
    with pytest.raises(InvalidPhone) as refused:
        normalise("Ana" * 1000)
    assert len(refused.value.message) < 200


def test_it_is_shown_as_people_write_it():
    assert display("593990000123") == "+593 99 000 0123"


def test_an_old_mexican_id_is_shown_as_it_is_dialled():
    assert display("5215555500123") == "+52 55 5550 0123"


@pytest.mark.parametrize("odd", ["", "EC.1349a", "12", "+593", "99" * 9, "999000000000", "٥٩٣٩٩٠٠٠٠١٢٣"])
def test_an_odd_id_is_shown_as_it_is(odd):
    assert display(odd) == odd
    assert country_of(odd) == ""
    assert variants(odd) == {odd}
    assert canonical(odd) == odd


@pytest.mark.parametrize(
    ("wa_id", "country"),
    [("593990000123", "EC"), ("5215555500123", "MX"), ("551190000123", "BR"), ("5491155500123", "AR")],
)
def test_it_knows_the_country(wa_id, country):
    assert country_of(wa_id) == country


def test_a_code_of_many_countries_tells_none_by_itself():
    assert country_of("447700900123") == ""
    assert country_of("80012345678") == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("525555500123", "5215555500123"), ("5491155500123", "541155500123"), ("5511990000123", "551190000123")],
)
def test_two_forms_of_one_number_know_each_other(one, other):
    assert variants(one) == variants(other) == {one, other}
    assert canonical(one) == canonical(other) == one


def test_a_brazilian_landline_gets_no_ninth_digit():
    assert variants("551130000123") == {"551130000123"}


def test_a_new_brazilian_mobile_never_had_eight_digits():
    assert variants("5511950000123") == {"5511950000123"}


def test_a_pasted_block_is_one_entry_per_number():
    text = "+593 99 000 0123\n0990000124, 0990000125;0990000126\t+593990000127\r\n\n"
    assert split_numbers(text) == [
        "+593 99 000 0123",
        "0990000124",
        "0990000125",
        "0990000126",
        "+593990000127",
    ]


def test_of_a_name_with_a_number_the_number_counts():
    assert split_numbers("Ana Pérez <+593 99 000 0123>") == ["+593 99 000 0123"]


@given(typed_numbers())
def test_reading_twice_changes_nothing(typed):
    text, country = typed
    once = normalise(text, country)
    assert normalise(once) == once


@given(typed_numbers(), st.sampled_from(["home", *COUNTRIES]))
def test_a_mobile_is_never_mistaken_for_another_number(typed, reader):
    text, country = typed
    once = normalise(text)
    assume(phonenumbers.is_valid_number(phonenumbers.parse(f"+{once}")))
    try:
        assert normalise(once, country if reader == "home" else reader) == once
    except InvalidPhone as refused:
        assert refused.reason == "ambiguous"


@given(typed_numbers())
def test_what_is_shown_reads_back(typed):
    wa_id = normalise(typed[0])
    assert normalise(display(wa_id)) == wa_id


@given(typed_numbers())
def test_all_forms_of_a_number_have_one_key(typed):
    wa_id = normalise(typed[0])
    assert {canonical(form) for form in variants(wa_id)} == {canonical(wa_id)}
    assert {variants(form) for form in variants(wa_id)} == {variants(wa_id)}


@given(st.text() | st.text(alphabet="+0123456789 ()-.,xeE#٠０"), st.sampled_from(["", "XX", *COUNTRIES]))
def test_it_gives_digits_or_a_reason_and_nothing_else(text, country):
    try:
        wa_id = normalise(text, country)
    except InvalidPhone as refused:
        assert refused.message
    else:
        assert wa_id.isascii() and wa_id.isdecimal() and 7 <= len(wa_id) <= 15
        assert normalise(wa_id) == wa_id


@given(st.text())
def test_any_id_can_be_shown(text):
    display(text), country_of(text), variants(text), canonical(text), split_numbers(text)


def test_a_zero_that_is_no_part_of_the_number_does_not_make_it_long_enough():
    with pytest.raises(InvalidPhone) as refused:
        normalise("099 123 45", "BR")
    assert refused.value.reason == "too_short"
