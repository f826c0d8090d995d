import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.formatting import Blank, marked, styles, to_html

OURS = {"strong", "em", "s", "code", "ul", "ol", "li", "blockquote", "br", "span", "mark"}
MARKUP = st.text(alphabet="ab1 *_~`->.\n{}<&\"'@/:", max_size=60)


class Reader(HTMLParser):
    """What a browser makes of it: the tags and the text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.text += "\n" if tag == "br" else ""

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*x*", "<strong>x</strong>"),
        ("_x_", "<em>x</em>"),
        ("~x~.", "<s>x</s>."),
        ("`x`", "<code>x</code>"),
        ("(*x*)", "(<strong>x</strong>)"),
        ("*x*,", "<strong>x</strong>,"),
        ("¡*x*!", "¡<strong>x</strong>!"),
        ("*a b*", "<strong>a b</strong>"),
        ("*ñandú*", "<strong>ñandú</strong>"),
        ("👋*x*", "👋<strong>x</strong>"),
        ("*x*👋", "<strong>x</strong>👋"),
        ("*Hola*, Ana", "<strong>Hola</strong>, Ana"),
        ("*A*B*", "<strong>A*B</strong>"),
    ],
)
def test_it_styles_what_stands_between_signs_at_the_edges_of_words(text, html):
    assert to_html(text) == html


@pytest.mark.parametrize(
    "text",
    ["2*3*4", "5*4*3", "snake_case_name", "a * x *", "*x *", "a * x*", "**", "a*b*", "*b*a", "*", "~~", "``"],
)
def test_it_leaves_other_signs_as_they_are(text):
    assert to_html(text) == text


def test_a_decomposed_letter_is_part_of_its_word():
    text = "nin\u0303*o*"
    assert to_html(text) == text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("_*x*_", "<em><strong>x</strong></em>"),
        ("*_~x~_*", "<strong><em><s>x</s></em></strong>"),
        ("_a *b* c_", "<em>a <strong>b</strong> c</em>"),
        ("*a _b* c_", "<strong>a _b</strong> c_"),
        ("*a `b* c` d*", "<strong>a <code>b* c</code> d</strong>"),
    ],
)
def test_styles_nest_when_they_close_in_order(text, html):
    assert to_html(text) == html


def test_two_stars_show_one_on_each_side():
    assert to_html("**x**") == "*<strong>x</strong>*"


def test_a_style_ends_with_its_line():
    assert to_html("*x\ny*") == "*x<br>y*"


def test_nothing_is_parsed_inside_code():
    assert to_html("`*x*`") == "<code>*x*</code>"


def test_a_block_spans_lines_and_is_not_parsed():
    assert to_html("```a\n*b*```") == '<code class="mono">a<br>*b*</code>'


def test_a_style_does_not_reach_over_a_block():
    assert to_html("*a ```x``` b*") == '*a <code class="mono">x</code> b*'


@pytest.mark.parametrize("text", ["```", "```a", "``````"])
def test_an_open_or_empty_block_is_text(text):
    assert "mono" not in to_html(text)


@pytest.mark.parametrize("sign", ["-", "*"])
def test_it_makes_lists_of_bullets(sign):
    assert to_html(f"{sign} a\n{sign} *b*") == "<ul><li>a</li><li><strong>b</strong></li></ul>"


def test_it_keeps_the_numbers_that_were_typed():
    assert to_html("1. a\n3. b") == '<ol><li value="1">a</li><li value="3">b</li></ol>'


def test_it_joins_quoted_lines():
    assert to_html("> a\n> b\nc") == "<blockquote>a<br>b</blockquote>c"


@pytest.mark.parametrize("text", [" - a", "-a", "123. a", "1.a", "&gt; a", "- "])
def test_a_list_starts_at_the_edge_with_one_sign_and_one_space(text):
    assert not {"ul", "ol", "blockquote"} & set(Reader(to_html(text)).tags)


def test_it_keeps_blank_lines_and_trailing_spaces():
    assert to_html("a  \n\nb") == "a  <br><br>b"


def test_it_keeps_a_blank_line_before_a_list():
    assert to_html("a\n\n- b") == "a<br><br><ul><li>b</li></ul>"


def test_a_form_s_line_ends_are_line_ends():
    assert to_html("a\r\nb\rc") == "a<br>b<br>c"


@pytest.mark.parametrize("link", ["https://x.co/a?b=1", "www.x.co", "ana.p@x.co", "+593 99 123 4567"])
def test_links_are_shown_and_lead_nowhere(link):
    assert to_html(f"Ver {link}.") == f'Ver <span class="link">{link}</span>.'


def test_it_escapes_everything():
    assert to_html("*<b>&\"'*") == "<strong>&lt;b&gt;&amp;&quot;&#x27;</strong>"


def test_a_link_cannot_break_out():
    assert "<img" not in to_html('https://x.co/"><img src=x onerror=alert(1)>')


def test_it_marks_blanks_also_inside_a_style():
    html = to_html("*Hola {{1}}*", [Blank(6, 11, "<Nombre>")])
    assert html == '<strong>Hola <mark class="bubble__blank">&lt;Nombre&gt;</mark></strong>'


def test_the_signs_in_a_blank_style_nothing():
    assert to_html("_{{a_ b_}}_", [Blank(1, 10, "A")]) == '<em><mark class="bubble__blank">A</mark></em>'


def test_braces_are_no_blank_unless_told():
    assert to_html("{{1}}") == "{{1}}"


def test_plain_text_has_its_blanks_marked_and_no_styles():
    assert marked("*{{1}}* <", [Blank(1, 6, "N")]) == '*<mark class="bubble__blank">N</mark>* &lt;'


def test_styles_tell_whether_two_texts_look_alike():
    assert styles("*Ana*") == styles("*Eva*")
    assert styles("*Ana*") != styles("*A* a")


@pytest.mark.parametrize(
    "text",
    [
        "*_~" * 1366,
        "*a _b ~c " * 455,
        "*" * 4096,
        "`" * 4096,
        "```" + "a" * 4093,
        "a@" * 2048,
        "a" * 4096,
        "www." * 1024,
        "http://" * 585,
        "+1" * 2048,
        "+" + "1" * 4095,
        "- \n" * 1365,
        "*a*" * 1365,
        " *_~`a" * 682,
    ],
)
def test_hostile_text_is_quick(text):
    started = time.perf_counter()
    to_html(text)
    assert time.perf_counter() - started < 0.5


@given(st.text() | MARKUP)
def test_the_input_never_becomes_a_tag(text):
    assert set(Reader(to_html(text)).tags) <= OURS


@given(st.text() | MARKUP)
def test_it_can_always_be_sent_to_a_browser(text):
    to_html(text + "\ud800\x00").encode()


@given(st.text() | MARKUP)
def test_no_letter_is_lost_or_moved(text):
    letters = [char for char in text if char.isalpha()]
    assert [char for char in Reader(to_html(text)).text if char.isalpha()] == letters


@given(st.text(alphabet=st.characters(exclude_characters="*_~`->.\r\x00", exclude_categories=["Cs"])))
def test_text_without_signs_stays_exactly_as_it_is(text):
    expected = text + ("\n" if text.endswith("\n") else "")
    assert Reader(to_html(text)).text == expected
