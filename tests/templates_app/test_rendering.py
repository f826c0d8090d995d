import datetime as dt
import re

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from messaging.statuses import Status
from templates_app.bubbles import (
    Bubble,
    BubbleButton,
    Media,
    Offer,
    Person,
    Place,
    Row,
    Section,
    Sheet,
    plain_text,
)
from templates_app.components import Button, Components, Header, Hint
from templates_app.rendering import bubble_html, template_bubble

ORDER = Components(
    body="Hola *{{1}}*, tu pedido {{2}} llega hoy.",
    header=Header(format="text", text="Pedido {{1}}"),
    footer="Responde BAJA para no recibir más",
    buttons=(
        Button(kind="url", label="Ver", url="https://x.co/{{1}}"),
        Button(kind="quick_reply", label="Gracias"),
    ),
    hints={"body.2": Hint(label="Número")},
)
VALUES = {"header.1": "77", "body.1": "Ana", "body.2": "A-77", "button.0.1": "77"}
CDN = "https://cdn.example.com"


def picture(url, kind="image", **options):
    return bubble_html(Bubble(body="", media=Media(kind, url)), show_media_from=[CDN], **options)


def test_a_template_is_drawn_with_its_values():
    bubble = template_bubble(ORDER, VALUES)
    assert bubble.body == "Hola *Ana*, tu pedido A-77 llega hoy."
    assert bubble.header == "Pedido 77"
    assert bubble.buttons[0].detail == "https://x.co/77"


def test_the_plain_text_has_every_part_on_a_line():
    lines = plain_text(template_bubble(ORDER, VALUES)).splitlines()
    assert lines[0] == "Pedido 77"
    assert lines[-2:] == ["Ver https://x.co/77", "Gracias"]


def test_a_blank_without_value_is_marked_with_its_label():
    html = bubble_html(template_bubble(ORDER, {"body.1": "Ana"}))
    assert '<mark class="bubble__blank">Número</mark>' in html
    assert html.count('<mark class="bubble__blank">{{1}}</mark>') == 2  # header and link


def test_a_value_that_looks_like_a_blank_is_neither_marked_nor_filled():
    html = bubble_html(template_bubble(ORDER, VALUES | {"body.1": "{{2}}"}))
    assert "<strong>{{2}}</strong>" in html
    assert "<mark" not in html


def test_a_blank_is_found_behind_values_of_other_lengths():
    bubble = template_bubble(ORDER, VALUES | {"body.1": "{{2}} 👋 y una frase larga", "body.2": ""})
    (blank,) = bubble.body_blanks
    assert bubble.body[blank.start : blank.end] == "{{2}}"
    assert bubble.body[blank.end :] == " llega hoy."


def test_a_text_is_its_own_bubble():
    assert plain_text(Bubble(body="*Hola*")) == "*Hola*"


def test_header_and_footer_have_no_markup():
    html = bubble_html(Bubble(body="", header="*a*", footer="_b_"))
    assert ">*a*</div>" in html
    assert ">_b_</div>" in html


def test_everything_is_escaped():
    evil = '"><script>alert(1)</script>'
    media = Media(evil, CDN + "/" + evil, evil, evil)
    bubble = Bubble(
        body=evil,
        header=evil,
        media=media,
        more_media=(media,),
        place=Place(evil, evil, evil, evil),
        people=(Person(evil, (evil,)),),
        offer=Offer(evil, code=evil),
        footer=evil,
        buttons=(BubbleButton(evil, evil, evil),),
        sheet=Sheet(evil, (Section(evil, (Row(evil, evil),)),)),
        cards=(Bubble(body=evil, media=media),),
        unsupported=(evil,),
    )
    html = bubble_html(bubble, show_media_from=[CDN])
    assert "<script" not in html
    assert "&quot;&gt;&lt;script" in html


def test_it_needs_no_exception_from_a_strict_policy():
    bubble = template_bubble(ORDER, VALUES)
    html = bubble_html(bubble, status="read", time=dt.datetime(2026, 1, 2, tzinfo=dt.UTC))
    assert not re.search(r"\sstyle=|\son[a-z]+=|<script|<a\s|<form|<button|<iframe", html)


def test_texts_say_their_own_direction():
    assert bubble_html(template_bubble(ORDER, VALUES)).count('dir="auto"') == 5


def test_three_buttons_are_all_shown():
    bubble = Bubble(body="a", buttons=(BubbleButton("quick_reply", "x"),) * 3)
    assert "<details" not in bubble_html(bubble)


def test_of_more_than_three_buttons_two_are_shown():
    bubble = Bubble(body="a", buttons=tuple(BubbleButton("quick_reply", f"Opción {n}") for n in range(5)))
    shown, _details, rest = bubble_html(bubble).partition("<details")
    assert "Opción 1" in shown and "Opción 2" not in shown
    assert "See all options" in rest and "Opción 4" in rest


def test_a_button_that_whatsapp_labels_has_a_label():
    assert "Copy code" in bubble_html(Bubble(body="a", buttons=(BubbleButton("copy_code", ""),)))


def test_the_address_behind_a_code_is_not_shown():
    code = Components(body="{{1}}", buttons=(Button(kind="otp", label="Copiar", url="https://x.co/{{1}}"),))
    assert "x.co" not in plain_text(template_bubble(code, {"body.1": "123456", "button.0.1": "123456"}))


def test_a_picture_is_fetched_from_a_site_on_the_list():
    assert f'<img src="{CDN}/a.png?x=1&amp;y=2"' in picture(f"{CDN}/a.png?x=1&y=2")


def test_a_film_loads_when_it_is_played():
    assert 'controls preload="none"' in picture(f"{CDN}/a.mp4", "video")


def test_a_document_is_a_name_and_never_embedded():
    media = Media("document", f"{CDN}/x/1.pdf", "Factura.pdf")
    html = bubble_html(Bubble(body="a", media=media), show_media_from=[CDN])
    assert "Factura.pdf" in html and "src=" not in html


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/a.png",
        "http://cdn.example.com/a.png",
        "https://cdn.example.com.evil.example/a.png",
        "https://cdn.example.com@evil.example/a.png",
        "https://cdn.example.com\\@evil.example/a.png",
        "https://cdn.example.com:8443/a.png",
        "https://evil.example/https://cdn.example.com/a.png",
        "//cdn.example.com/a.png",
        "javascript:alert(1)//https://cdn.example.com/",
        "data:image/png;base64,aaaa",
        "https://[:::]/a.png",
        "",
    ],
)
def test_nothing_else_is_fetched(url):
    html = picture(url)
    assert "<img" not in html
    assert "bubble__icon" in html


def test_a_strangers_file_is_named_with_its_site():
    html = picture("https://evil.example/fotos/casa%20azul.png?t=1")
    assert "casa azul.png" in html and "evil.example" in html


def test_sources_may_have_wildcards_paths_and_no_scheme():
    bubble = Bubble(body="", media=Media("image", "https://a.example.com/x.png"))
    assert "<img" in bubble_html(bubble, show_media_from=["https://*.example.com"])
    assert "<img" in bubble_html(bubble, show_media_from=["a.example.com/x/"])
    assert "<img" not in bubble_html(bubble, show_media_from=["'self'", "data:", "https:", "*"])


def test_the_sample_of_a_template_is_not_shown_by_itself():
    components = Components(body="a", header=Header(format="image", sample_url=f"{CDN}/sample.png"))
    assert "sample.png" not in bubble_html(template_bubble(components, {}), show_media_from=[CDN])


def test_parts_nobody_knows_are_named():
    components = Components(body="a", unknown=({"type": "LIMITED_TIME_OFFER"}, {"cards": []}))
    assert template_bubble(components, {}).unsupported == ("LIMITED_TIME_OFFER", "cards")
    assert "LIMITED_TIME_OFFER" in bubble_html(template_bubble(components, {}))


@pytest.mark.parametrize("status", [status for status in Status if status != Status.RECEIVED])
def test_every_status_is_drawn_and_said(status):
    html = bubble_html(Bubble(body="a"), status=status)
    assert f"ticks--{status.value}" in html
    assert f'<span class="visually-hidden">{status.label}</span>' in html


def test_what_came_in_has_no_ticks():
    html = bubble_html(Bubble(body="a"), inbound=True, status=Status.RECEIVED)
    assert "bubble--in" in html and "ticks" not in html


def test_the_time_is_the_readers(settings):
    settings.TIME_ZONE = "America/Guayaquil"
    html = bubble_html(Bubble(body="a"), time=dt.datetime(2026, 1, 2, 15, 42, tzinfo=dt.UTC))
    assert ">10:42</time>" in html


@given(st.dictionaries(st.sampled_from(list(VALUES)), st.text(min_size=1), min_size=4))
def test_the_plain_text_holds_every_value_exactly_as_given(values):
    text = plain_text(template_bubble(ORDER, values))
    assert all(value in text for value in values.values())


@given(st.text(), st.text())
def test_any_text_can_be_drawn_and_sent(body, label):
    bubble = Bubble(
        body=body + "\ud800",
        header=label,
        media=Media("image", body, label),
        footer=label,
        people=(Person(label, (body,)),),
        sheet=Sheet(label, (Section(body, (Row(label, body),)),)),
        buttons=(BubbleButton("url", label, body),),
    )
    bubble_html(bubble, show_media_from=[CDN]).encode()


# -- More than a text ------------------------------------------------------------------------------


def test_the_rows_of_a_list_stand_under_its_button():
    sheet = Sheet("Ver opciones", (Section("Pagos", (Row("Factura", "La última"),)),))
    html = bubble_html(Bubble(body="a", sheet=sheet))
    assert html.index("Ver opciones") < html.index("Pagos") < html.index("Factura") < html.index("La última")


def test_cards_stand_below_the_bubble_each_with_its_own_buttons():
    card = Bubble(body="Laptop", buttons=(BubbleButton("url", "Comprar", "https://a.example.com"),))
    html = bubble_html(Bubble(body="Ofertas", cards=(card, card)))
    assert html.index("</article>") < html.index("Laptop")
    assert html.count("Comprar") == 2


def test_of_many_pictures_four_are_shown_and_the_others_counted():
    pictures = tuple(Media("image", f"{CDN}/{number}.png") for number in range(6))
    html = bubble_html(Bubble(media=pictures[0], more_media=pictures[1:]), show_media_from=[CDN])
    assert (html.count("<img"), "2 more" in html) == (4, True)


def test_documents_are_all_named():
    files = tuple(Media("document", "", f"{number}.pdf") for number in range(6))
    html = bubble_html(Bubble(media=files[0], more_media=files[1:]))
    assert all(f"{number}.pdf" in html for number in range(6))


def test_a_place_shows_its_point_name_and_address():
    html = bubble_html(Bubble(place=Place("-2.1", "-79.8", "Tienda", "Av. 9")))
    assert all(word in html for word in ("-2.1, -79.8", "Tienda", "Av. 9"))


def test_a_contact_card_shows_its_name_and_lines():
    html = bubble_html(Bubble(people=(Person("Juan Pérez", ("+593 98 765 4321",)),)))
    assert "Juan Pérez" in html and "+593 98 765 4321" in html


@pytest.mark.parametrize(("days", "words"), [(3, "Ends in"), (-3, "Offer ended")])
def test_an_offer_says_how_long_it_lasts_or_that_it_is_over(days, words):
    ends_at = timezone.now() + dt.timedelta(days=days)
    html = bubble_html(Bubble(offer=Offer("Verano", ends_at, "VERANO25")))
    assert words in html and "VERANO25" in html
