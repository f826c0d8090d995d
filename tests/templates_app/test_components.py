from hypothesis import given
from hypothesis import strategies as st

from templates_app.components import Button, Components, Header, Hint, fill

ORDER = Components(
    body="Hola {{2}}, {{1}} y otra vez {{2}}",
    header=Header(format="text", text="Pedido {{1}}"),
    buttons=(
        Button(kind="quick_reply", label="Sí"),
        Button(kind="url", label="Ver", url="https://x.co/{{1}}"),
    ),
    hints={"body.1": Hint(label="Nombre", example="Ana")},
)


def test_it_lists_each_blank_once_in_reading_order():
    keys = [variable.key for variable in ORDER.variables]
    assert keys == ["header.1", "body.2", "body.1", "button.1.1"]


def test_it_orders_numbered_values_by_number():
    assert ORDER.keys("body") == ("body.1", "body.2")


def test_it_orders_ten_after_nine():
    components = Components(body=" ".join(f"{{{{{number}}}}}" for number in range(11, 0, -1)))
    assert components.keys("body") == tuple(f"body.{number}" for number in range(1, 12))


def test_it_orders_named_values_as_they_appear():
    components = Components(body="{{name}} {{city}} {{name}}")
    assert components.keys("body") == ("body.name", "body.city")


def test_it_finds_names_with_dots():
    components = Components(body="{{order.id}} {{ order.total }}")
    assert components.keys("body") == ("body.order.id", "body.order.total")


def test_it_does_not_mix_the_first_button_with_the_eleventh():
    buttons = tuple(Button(kind="url", label=str(n), url="https://x.co/{{1}}") for n in range(11))
    assert Components(body="a", buttons=buttons).keys("button.1") == ("button.1.1",)


def test_a_blank_is_called_by_its_label_or_as_it_is_written():
    titles = {variable.key: variable.title for variable in ORDER.variables}
    assert titles["body.1"] == "Nombre"
    assert titles["body.2"] == "{{2}}"


def test_only_files_are_media():
    assert Components(body="a", header=Header(format="image")).media_format == "image"
    assert Components(body="a", header=Header(format="location")).media_format == ""
    assert ORDER.media_format == ""


def test_equal_content_has_an_equal_digest():
    again = Components.model_validate(dict(reversed(ORDER.model_dump().items())))
    assert again.digest() == ORDER.digest()
    assert again.model_copy(update={"footer": "x"}).digest() != ORDER.digest()


def test_it_fills_what_it_has_and_leaves_the_rest():
    assert fill("{{1}} y {{ 2 }}", "body", {"body.1": "Ana", "body.2": ""}) == "Ana y {{ 2 }}"


def test_it_never_fills_a_value():
    assert fill("{{1}} {{2}}", "body", {"body.1": "{{2}}", "body.2": "B"}) == "{{2}} B"


@given(st.text(), st.text(min_size=1))
def test_a_filled_text_is_the_fixed_text_around_the_value(fixed, value):
    fixed = fixed.replace("{", "").replace("}", "")
    assert fill(f"{fixed}{{{{1}}}}{fixed}", "body", {"body.1": value}) == f"{fixed}{value}{fixed}"
