import pytest

from templates_app.components import Button, Components, Header, Hint
from templates_app.media_rules import check_pdf_name
from templates_app.rules import check_media, check_text, check_values, clean_value

GREETING = Components(body="Hola {{1}}, hay novedades.", hints={"body.1": Hint(label="Nombre")})
LINK = Components(body="Mira", buttons=(Button(kind="url", label="Ver", url="https://x.co/{{1}}"),))
CODE = Components(
    body="*{{1}}* es tu código.",
    buttons=(Button(kind="url", label="Copiar", url="https://www.whatsapp.com/otp/code/?code=otp{{1}}"),),
)
COUPON = Components(body="Usa tu cupón", buttons=(Button(kind="copy_code", label=""),))
PICTURE = Components(body="a", header=Header(format="image"))
DOCUMENT = Components(body="a", header=Header(format="document"))


def of_greeting(value, category="UTILITY"):
    return check_values(GREETING, {"body.1": value}, category=category)


def of_code(shown, copied=None):
    values = {"body.1": shown, "button.0.1": shown if copied is None else copied}
    return check_values(CODE, values, category="AUTHENTICATION")


def hardness(problems):
    return [(problem.field, problem.hard) for problem in problems]


def test_it_lets_an_ordinary_value_pass():
    assert of_greeting("Ana Pérez 👋") == []


def test_it_says_nothing_about_an_ordinary_long_value():
    assert of_greeting("Avenida de los Shyris N34-152, Quito") == []


@pytest.mark.parametrize("value", ["", "   ", "\u200b", "\u00a0"])
def test_it_wants_every_blank_filled(value):
    assert hardness(of_greeting(value)) == [("body.1", True)]


def test_it_calls_a_blank_by_its_label():
    assert "Nombre" in str(of_greeting("")[0].message)


@pytest.mark.parametrize("value", ["a\nb", "a\r\nb", "a\tb", "a\u2028b"])
def test_it_refuses_line_breaks_and_tabs_in_a_value(value):
    assert hardness(of_greeting(value)) == [("body.1", True)]


def test_it_takes_four_spaces_and_refuses_five():
    assert of_greeting("a    b") == []
    assert hardness(of_greeting("a     b")) == [("body.1", True)]


@pytest.mark.parametrize("char", ["\x00", "\x1b", "\x7f", "\x85", "\ud800"])
def test_it_refuses_control_characters_and_half_characters(char):
    assert hardness(of_greeting(f"a{char}b")) == [("body.1", True)]


def test_the_filled_body_has_1024_characters_at_most():
    room = 1024 - len("Hola , hay novedades.")
    assert of_greeting("a" * room) == []
    assert hardness(of_greeting("a" * (room + 1))) == [("body", True)]


def test_emoji_that_may_count_twice_only_warn():
    room = 1024 - len("Hola , hay novedades.")
    assert hardness(of_greeting("👋" * room)) == [("body", False)]


def test_buttons_that_carry_the_message_past_its_length_only_warn():
    components = Components(body="a" * 1020, buttons=(Button(kind="quick_reply", label="Gracias"),))
    assert hardness(check_values(components, {}, category="UTILITY")) == [("body", False)]


def test_the_filled_header_has_60_characters_at_most():
    components = Components(body="a", header=Header(format="text", text="Para {{1}}"))
    assert check_values(components, {"header.1": "a" * 55}, category="") == []
    assert hardness(check_values(components, {"header.1": "a" * 56}, category="")) == [("header.1", True)]


@pytest.mark.parametrize("suffix", ["12345", "a/b?c=%20d&e=1", "~x", "caf%C3%A9"])
def test_it_takes_what_a_link_may_end_in(suffix):
    assert check_values(LINK, {"button.0.1": suffix}, category="UTILITY") == []


@pytest.mark.parametrize(
    ("suffix", "encoded"), [("a b", "a%20b"), ("ñ", "%C3%B1"), ("a|b", "a%7Cb"), ("100%", "100%25")]
)
def test_it_says_how_to_write_what_a_link_may_not_hold(suffix, encoded):
    problem = check_values(LINK, {"button.0.1": suffix}, category="UTILITY")[0]
    assert problem.hard
    assert encoded in str(problem.message)


def test_a_whole_link_has_2000_characters_at_most():
    room = 2000 - len("https://x.co/")
    assert check_values(LINK, {"button.0.1": "a" * room}, category="") == []
    assert hardness(check_values(LINK, {"button.0.1": "a" * (room + 1)}, category="")) == [
        ("button.0.1", True)
    ]


def test_a_code_of_15_characters_passes():
    assert of_code("123456789012345") == []


@pytest.mark.parametrize("value", ["1234567890123456", "12345👋", "https://x.co", "www.x.co", "bit.ly/a"])
def test_it_refuses_long_codes_links_and_emoji_as_codes(value):
    assert {problem.field for problem in of_code(value) if problem.hard} >= {"body.1", "button.0.1"}


def test_the_button_copies_the_code_that_is_shown():
    assert hardness(of_code("123456", "654321")) == [("button.0.1", True)]


def test_a_coupon_over_15_characters_warns_and_over_20_is_refused():
    assert check_values(COUPON, {"button.0.code": "A" * 15}, category="MARKETING") == []
    assert hardness(check_values(COUPON, {"button.0.code": "A" * 16}, category="")) == [
        ("button.0.code", False)
    ]
    assert hardness(check_values(COUPON, {"button.0.code": "A" * 21}, category="")) == [
        ("button.0.code", True)
    ]


def test_it_warns_of_a_value_that_changes_the_look():
    components = Components(body="Hola *{{1}}*, bienvenida")
    assert hardness(check_values(components, {"body.1": "Ana* Pérez"}, category="")) == [("body.1", False)]


@pytest.mark.parametrize("value", ["ana_perez@x.co", "3*4", "10.50", "a-b", "5 > 4"])
def test_signs_that_change_nothing_are_not_mentioned(value):
    assert of_greeting(value) == []


def test_parts_nobody_understands_block_the_template():
    components = GREETING.model_copy(update={"unknown": ({"type": "LIMITED_TIME_OFFER"},)})
    assert hardness(check_values(components, {"body.1": "Ana"}, category="")) == [("template", True)]


def test_a_template_without_media_asks_for_none():
    assert check_media(GREETING, "", "") == []


@pytest.mark.parametrize(
    "url", ["https://x.co/a.jpg", "https://x.co/a", "http://localhost:9000/a.png", "http://[::1]/a"]
)
def test_it_takes_an_https_link_and_this_machine(url):
    assert check_media(PICTURE, url, "") == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "/a.jpg",
        "http://x.co/a.jpg",
        "ftp://x.co/a",
        "javascript:alert(1)",
        "data:image/png;base64,aa",
        "https://",
        "https://ana:x@x.co/a",
        "https://x.co/a b",
        "https://x.co/\n",
        "https://x.co:no/",
        "https://[x/",
        "https://x.co/" + "a" * 2000,
    ],
)
def test_it_refuses_links_that_cannot_be_fetched(url):
    assert hardness(check_media(PICTURE, url, "")) == [("header_media", True)]


def test_an_unusual_ending_of_a_link_only_warns():
    assert hardness(check_media(PICTURE, "https://x.co/a.webp?x=.png", "")) == [("header_media", False)]


def test_a_document_has_a_name():
    assert check_pdf_name("Factura marzo.PDF") == []
    for name in ("", ".pdf", "a.docx"):
        assert hardness(check_pdf_name(name)) == [("filename", True)]


def test_a_name_of_a_document_has_no_slash():
    for name in ("a/b.pdf", "a\x00.pdf"):
        assert hardness(check_media(DOCUMENT, "https://x.co/a.pdf", name)) == [("filename", True)]


def test_a_map_cannot_be_sent():
    components = Components(body="a", header=Header(format="location"))
    assert hardness(check_media(components, "", "")) == [("header_media", True)]


def test_a_text_has_1_to_4096_characters():
    assert check_text("a" * 4096) == []
    assert hardness(check_text("a" * 4097)) == [("text", True)]
    assert hardness(check_text(" \n ")) == [("text", True)]


def test_a_text_may_have_lines_and_tabs():
    assert check_text("a\r\n\tb") == []


def test_a_text_has_no_control_characters():
    assert hardness(check_text("a\x00")) == [("text", True)]


def test_two_stars_for_bold_are_warned_about():
    assert hardness(check_text("**Hola**")) == [("text", False)]


def test_cleaning_trims_and_composes_and_nothing_else():
    assert clean_value("  cafe\u0301  con\u00a0leche\n") == "café  con\u00a0leche"
