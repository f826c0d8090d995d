"""Jelou's words in both directions. Bodies are the documented ones: tests/simulator/jelou_examples.json."""

import base64
import datetime as dt
import json

import pytest

from messaging.content import InboundContent, TemplateContent, TextContent
from messaging.providers import Jelou, choices, connect
from messaging.providers.base import (
    InboundMessage,
    Kind,
    Outbound,
    ProviderError,
    ReplyEvent,
    Request,
    Scope,
    StatusEvent,
    WebhookRejected,
)
from messaging.providers.fields import storable
from messaging.providers.jelou_templates import listed_template
from messaging.statuses import Status
from templates_app.components import Button, Components, Header, Hint
from tests.factories import BOT_ID, CREDENTIALS
from tests.messaging.providers.conftest import answer
from tests.simulator.conftest import EXAMPLES
from tests.webhook_bodies import inbound, status

NUMBER = "593990000321"
SEND = Request("POST", "/v1/bots/test-bot/messages", {})
QUICK_REPLY = Button(kind="quick_reply", label="Sí")


def jelou(url="http://127.0.0.1:9", credentials=CREDENTIALS, **more):
    return Jelou(credentials, base_url=url, **more)


def build(content, **options):
    return jelou(options=options).build(Outbound(content, NUMBER, BOT_ID, "reference"))


def hsm(kind, components, media_url="", filename="", **values):
    """The content that the documented call of this kind carries."""
    name = EXAMPLES[kind]["payload"]["elementName"]
    filled = {key.replace("_", "."): value for key, value in values.items()}
    return TemplateContent(
        element_name=name,
        language="es",
        values=filled,
        media_url=media_url,
        filename=filename,
        components=components,
    )


def failure(stub, status, body, **headers):
    stub.acts = [answer(status, body, **headers)]
    with pytest.raises(ProviderError) as caught:
        jelou(stub.url).send(SEND)
    return caught.value


# -- Building --------------------------------------------------------------------------------------


def test_text_is_built_as_documented():
    request = build(TextContent(body="Hola María, tu pedido 5678 está en camino."))
    assert (request.method, request.path) == ("POST", "/v1/bots/test-bot/messages")
    assert request.body == EXAMPLES["text"]["payload"]


BUILT = {
    "hsm_text": hsm(
        "hsm_text",
        Components(body="{{1}} {{2}} {{3}}"),
        body_1="María",
        body_2="ORD-1234",
        body_3="$59.99",
    ),
    "hsm_image": hsm(
        "hsm_image",
        Components(body="{{1}}", header=Header(format="image")),
        "https://cdn.example.com/promo.jpg",
        body_1="María",
    ),
    "hsm_video": hsm(
        "hsm_video",
        Components(body="{{1}}", header=Header(format="video")),
        "https://cdn.example.com/promo.mp4",
        body_1="María",
    ),
    "hsm_document": hsm(
        "hsm_document",
        Components(body="{{1}} {{2}}", header=Header(format="document")),
        "https://cdn.example.com/factura-1234.pdf",
        "factura-1234.pdf",
        body_1="María",
        body_2="abril",
    ),
    "hsm_header_param": hsm(
        "hsm_header_param",
        Components(body="{{1}} {{2}}", header=Header(format="text", text="{{1}}")),
        header_1="Clínica Norte",
        body_1="María",
        body_2="12/03 10:00",
    ),
    "hsm_static_url": hsm(
        "hsm_static_url",
        Components(body="{{1}}", buttons=(Button(kind="url", label="Ver", url="https://example.com/"),)),
        body_1="María",
    ),
    "hsm_authentication": hsm("hsm_authentication", Components(body="{{1}}"), body_1="482913"),
}
LINK = Components(
    body="{{1}}", buttons=(QUICK_REPLY, Button(kind="url", label="Ver", url="https://example.com/{{1}}"))
)


@pytest.mark.parametrize("kind", BUILT)
def test_a_template_is_built_as_documented(kind):
    request = build(BUILT[kind])
    assert (request.method, request.path) == ("POST", "/v2/whatsapp/test-bot/hsm")
    assert request.body == EXAMPLES[kind]["payload"]


def test_the_value_of_a_link_goes_with_the_index_of_its_button():
    content = hsm("hsm_dynamic_url", LINK, body_1="María", **{"button.1.1": "ORD-1234"})
    assert build(content).body == EXAMPLES["hsm_dynamic_url"]["payload"]


def test_an_account_can_choose_the_older_field_for_links():
    content = hsm("hsm_dynamic_url_old", LINK, body_1="María", **{"button.1.1": "ORD-1234"})
    assert build(content, dynamic_url_parameter=True).body == EXAMPLES["hsm_dynamic_url_old"]["payload"]


def test_values_go_by_number_wherever_they_stand_in_the_text():
    content = hsm("hsm_text", Components(body="{{2}} {{10}} {{1}}"), body_1="a", body_2="b", body_10="j")
    assert build(content).body["parameters"] == ["a", "b", "j"]


def test_a_template_without_blanks_has_an_empty_list():
    assert build(hsm("hsm_text", Components(body="Hola"))).body["parameters"] == []


@pytest.mark.parametrize("channel", ["+593990000001", "../../v1/other", "a/b?c#d"])
def test_a_bots_id_cannot_lead_to_another_address(channel):
    request = jelou().build(Outbound(TextContent(body="x"), NUMBER, channel, "r"))
    bot = request.path.removeprefix("/v1/bots/").removesuffix("/messages")
    assert not set("/?#") & set(bot)


def test_building_is_pure():
    assert build(BUILT["hsm_text"]) == build(BUILT["hsm_text"])
    assert build(BUILT["hsm_text"]).digest() == build(BUILT["hsm_text"]).digest()


def test_what_only_people_can_send_is_objected_to():
    assert [problem.field for problem in Jelou.objections(InboundContent(of="sticker"))] == ["kind"]
    assert Jelou.objections(TextContent(body="x")) == []


@pytest.mark.parametrize("kind", ["text", "hsm_text"])
def test_what_is_built_is_taken(simulator, kind):
    simulator.inbound(NUMBER)
    simulator.add_template(elementName="confirmacion_pedido", template="{{1}} {{2}} {{3}}")
    content = BUILT[kind] if kind in BUILT else TextContent(body="Hola")
    result = jelou(simulator.url).send(build(content))
    assert result.provider_id == simulator.messages(destination=NUMBER)[-1]["id"]


# -- Answers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "provider_id"),
    [
        (EXAMPLES["text"]["response"], "msg_123456789"),
        (EXAMPLES["hsm_text"]["response"], "09d0fc2b-59d9-4149-9543-adfa92586615"),
        (EXAMPLES["legacy_text"]["response"], EXAMPLES["legacy_text"]["response"]["messageId"]),
        ({"status": 1, "statusMessage": "success", "data": [{"id": "a-1"}]}, "a-1"),
        ([{"id": 7, "destination": NUMBER}], "7"),
    ],
)
def test_the_id_is_found_in_every_answer(stub, body, provider_id):
    stub.acts = [answer(body=body)]
    assert jelou(stub.url).send(SEND).provider_id == provider_id


@pytest.mark.parametrize("body", [[], {}, None, [[]], [None], {"id": {}}, {"messageId": ""}, b"OK", b""])
def test_success_without_an_id_is_unknown(stub, body):
    error = failure(stub, 200, body)
    assert (error.kind, error.code) == (Kind.UNKNOWN, "no_id")


PLAIN = {"code": "unauthorized", "description": "Not authorised."}
SIC = {"code": "message_could_not_be_send", "description": "No."}
FORBIDDEN = {"statusMessage": "failed", "message": ["No."], "error": {"key": "FORBIDDEN_BOT"}}
OUR_SIDE = {"statusMessage": "failed", "message": ["Oops."], "error": {"code": "internal_server_error"}}
WAY = (Kind.NOT_SENT, Scope.BOT)
LATER = (Kind.NOT_SENT, Scope.MESSAGE)
NO = (Kind.REFUSED, Scope.MESSAGE)
PERHAPS = (Kind.UNKNOWN, Scope.MESSAGE)
MISSING = EXAMPLES["hsm_error_template_missing"]["response"]
BOT_404 = EXAMPLES["error_404_bot"]["response"]
INVALID = EXAMPLES["error_422_validator"]["response"]

ERRORS = [
    (401, EXAMPLES["error_401"]["response"], WAY, "http_401", "Authentication failed"),
    (401, PLAIN, WAY, "unauthorized", "Not authorised."),
    (403, FORBIDDEN, WAY, "FORBIDDEN_BOT", "No."),
    (403, {"code": "forbidden_bot", "description": "No."}, WAY, "forbidden_bot", "No."),
    (403, b"<html>", WAY, "http_403", "Jelou answered with HTTP status 403."),
    (404, BOT_404, WAY, "BOT_NOT_FOUND", "The Bot could not be found at the moment."),
    (404, {"code": "bot_not_found", "description": "Gone."}, WAY, "bot_not_found", "Gone."),
    (404, {"message": "Not Found"}, NO, "http_404", "Not Found"),
    (400, MISSING, NO, "http_400", "Template does not exist"),
    (404, MISSING, NO, "http_404", "Template does not exist"),
    (200, MISSING, NO, "http_200", "Template does not exist"),
    (200, {"success": False, "message": "No."}, NO, "http_200", "No."),
    (
        400,
        {"code": "message_could_not_be_send", "description": "No."},
        NO,
        "message_could_not_be_send",
        "No.",
    ),
    (422, INVALID, NO, "VALIDATOR_ERROR", "Los valores ingresados no son correctos. status: ..."),
    (422, b"", NO, "http_422", "Jelou answered with HTTP status 422."),
    (429, b"", WAY, "http_429", "Jelou answered with HTTP status 429."),
    (302, b"", WAY, "http_302", "Jelou answered with HTTP status 302."),
    (500, OUR_SIDE, LATER, "internal_server_error", "Oops."),
    (500, {"message": "Oops."}, PERHAPS, "http_500", "Oops."),
    (502, b"<html>502 Bad Gateway</html>", PERHAPS, "http_502", "Jelou answered with HTTP status 502."),
    (503, b"", PERHAPS, "http_503", "Jelou answered with HTTP status 503."),
]


@pytest.mark.parametrize(("status", "body", "conclusion", "code", "text"), ERRORS)
def test_every_error_body_is_understood(stub, status, body, conclusion, code, text):
    error = failure(stub, status, body)
    assert ((error.kind, error.scope), error.code, error.message) == (conclusion, code, text)
    assert error.answer.status == status


ODD = [
    {"error": "x"},
    {"error": [1]},
    {"message": {"a": 1}},
    {"message": [None, {"a": 1}]},
    {"validationError": [1]},
    {"validationError": {"a": None, "b": [], "c": [{}], "d": [{"es": 1}], "e": "x"}},
    {"code": {"a": 1}},
    {"status": []},
    {"statusMessage": {}},
    [],
    "text",
    7,
    None,
]


@pytest.mark.parametrize("status", [400, 500])
@pytest.mark.parametrize("body", ODD)
def test_odd_error_bodies_break_nothing(stub, status, body):
    assert failure(stub, status, body).message


def test_how_long_to_wait_is_handed_on(stub):
    assert failure(stub, 429, b"", Retry_After="30").retry_after == 30


# -- Credentials -----------------------------------------------------------------------------------


def test_they_go_out_as_documented(stub):
    stub.acts = [answer(body=[{"id": "a"}])]
    jelou(stub.url).send(SEND)
    expected = base64.b64encode(b"test-client:test-secret").decode()
    assert f"Authorization: Basic {expected}" in stub.requests[0].decode()


OLD = {"client_id": "test-client", "client_secret": "old"}


@pytest.mark.parametrize(("first", "spare"), [(OLD, CREDENTIALS), (CREDENTIALS, OLD), (CREDENTIALS, None)])
def test_during_a_rotation_the_one_that_works_is_used(simulator, first, spare):
    simulator.inbound(NUMBER)
    jelou(simulator.url, first, spare=spare).send(build(TextContent(body="Hola")))
    assert simulator.accepted() == {NUMBER: 1}


def test_if_neither_works_it_says_so(simulator):
    with pytest.raises(ProviderError, match="Authentication failed"):
        jelou(simulator.url, OLD, spare=OLD).check()
    assert simulator.counters()["requests"] == 2


def test_a_refusal_that_is_not_about_credentials_is_not_tried_again_with_the_spare(stub):
    failure(stub, 422, {})
    stub.acts, stub.requests = [answer(500)], []
    with pytest.raises(ProviderError):
        jelou(stub.url, spare=OLD).send(SEND)
    assert len(stub.requests) == 1


def test_secrets_are_taken_out_of_text():
    provider = jelou(spare={"client_id": "new", "client_secret": "s3cr3t"})
    both = [base64.b64encode(pair).decode() for pair in (b"test-client:test-secret", b"new:s3cr3t")]
    text = provider.redact(f"{both[0]} {both[1]} test-secret s3cr3t test-client")
    assert text == "••• ••• ••• ••• test-client"


def test_credentials_are_good_or_not(simulator):
    jelou(simulator.url).check()
    jelou(simulator.url).check(BOT_ID)
    with pytest.raises(ProviderError, match="Authentication failed"):
        jelou(simulator.url, OLD).check()


def test_a_bot_nobody_knows_is_found_out(simulator):
    with pytest.raises(ProviderError) as caught:
        jelou(simulator.url).check("nobody")
    assert caught.value.code == "BOT_NOT_FOUND"


def test_a_server_in_trouble_is_no_proof_of_good_credentials(simulator):
    simulator.fault("502_html", endpoint="templates")
    with pytest.raises(ProviderError):
        jelou(simulator.url).check()


def test_the_registry_connects_by_kind(simulator):
    assert choices() == [("jelou", "Jelou"), ("bird", "Bird")]
    connect("jelou", CREDENTIALS, base_url=simulator.url).check()
    with pytest.raises(KeyError):
        connect("carrier_pigeon", CREDENTIALS)


# -- Templates -------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["results", "data"])
def test_every_page_is_read(simulator, shape):
    simulator.switch(templates_shape=shape)
    for number in range(117):
        simulator.add_template(elementName=f"t{number}", template="Hola")
    listed = list(jelou(simulator.url).list_templates(BOT_ID))
    assert len({template.element_name for template in listed}) == 120
    assert simulator.counters()["requestsByEndpoint"]["templates"] == 3


@pytest.mark.parametrize("count", [0, 1, 50])
def test_short_lists_end(stub, count):
    stub.acts = [
        answer(body={"data": [{"elementName": str(n)} for n in range(count)]}),
        answer(body={"data": []}),
    ]
    assert len(list(jelou(stub.url).list_templates(BOT_ID))) == count


def test_a_list_that_knows_no_pages_is_read_once(stub):
    stub.acts = [answer(body={"data": [{"elementName": str(number)} for number in range(80)]})]
    assert len(list(jelou(stub.url).list_templates(BOT_ID))) == 80
    assert len(stub.requests) == 2


@pytest.mark.parametrize("kind", ["templates_list_older", "templates_list_current"])
def test_both_documented_lists_are_understood(stub, kind):
    stub.acts = [answer(body=EXAMPLES[kind]["response"])]
    (template,) = jelou(stub.url).list_templates(BOT_ID)
    assert (template.element_name, template.display_name) == ("bienvenida", "Bienvenida")
    assert template.language in ("es", "en")


@pytest.mark.parametrize("body", [b"OK", {}, {"data": None}, {"results": {}}, None, 7])
def test_a_list_that_cannot_be_read_is_an_error_and_not_an_empty_list(stub, body):
    stub.acts = [answer(body=body)]
    with pytest.raises(ProviderError):
        list(jelou(stub.url).list_templates(BOT_ID))


def test_a_page_that_fails_is_an_error_and_not_a_short_list(simulator):
    for number in range(60):
        simulator.add_template(elementName=f"t{number}", template="Hola")
    listed = jelou(simulator.url).list_templates(BOT_ID)
    next(listed)
    simulator.fault("500", endpoint="templates")
    with pytest.raises(ProviderError):
        list(listed)


def test_a_template_is_translated():
    template = listed_template(
        {
            "id": 39,
            "elementName": "pedido",
            "displayName": "Pedido",
            "language": "pt-br",
            "status": "approved",
            "category": "utility",
            "type": "IMAGE",
            "template": "Hola {{1}}",
            "mediaUrl": "https://cdn.example.com/a.png",
            "footer": "Gracias",
            "paramsNumber": "1",
            "params": [{"param": "1", "label": "Nombre", "example": "María"}],
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Sí"},
                {"type": "URL", "text": "Ver", "url": "https://example.com/{{1}}"},
                {"type": "PHONE_NUMBER", "text": "Llamar", "phone_number": "+593990000001"},
            ],
        }
    )
    assert (template.provider_id, template.language, template.status) == ("39", "pt_BR", "APPROVED")
    assert (template.category, template.parameter_count) == ("UTILITY", 1)
    assert template.components == Components(
        body="Hola {{1}}",
        header=Header(format="image", sample_url="https://cdn.example.com/a.png"),
        footer="Gracias",
        hints={"body.1": Hint(label="Nombre", example="María")},
        buttons=(
            QUICK_REPLY,
            Button(kind="url", label="Ver", url="https://example.com/{{1}}"),
            Button(kind="phone", label="Llamar", phone="+593990000001"),
        ),
    )


@pytest.mark.parametrize(
    "strange",
    [
        {"type": "PRODUCT"},
        {"buttons": [{"type": "TELEPORT"}]},
        {"buttons": [{"type": "MPM"}]},
        {"buttons": ["x", 7]},
    ],
)
def test_parts_nobody_here_knows_are_kept_and_block(strange):
    assert listed_template({"elementName": "x", "template": "Hola", **strange}).components.unknown


@pytest.mark.parametrize("wrong", [None, True, 1.5, "x" * 1000, [], [7], ["x"], [{}], {"a": 1}, "9" * 5000])
def test_a_template_with_wrong_types_breaks_nothing(wrong):
    for name in [
        "id",
        "elementName",
        "displayName",
        "language",
        "status",
        "category",
        "type",
        "template",
        "mediaUrl",
        "header",
        "footer",
        "paramsNumber",
        "params",
        "headerParams",
        "buttonParams",
        "exampleHeader",
        "buttons",
        "cards",
        "limitedTimeOffer",
        "extraSettings",
    ]:
        template = listed_template({"elementName": "x", "template": "Hola", name: wrong})
        assert (len(template.language), template.parameter_count) <= (12, 1000)


def test_a_template_without_a_count_has_as_many_blanks_as_its_text():
    assert listed_template({"elementName": "x", "template": "{{1}} {{2}}"}).parameter_count == 2


def test_a_template_without_a_status_is_not_taken_for_approved():
    assert listed_template({"elementName": "x", "template": "Hola"}).status == "UNKNOWN"


# -- Webhooks --------------------------------------------------------------------------------------


def parse(body):
    return Jelou.parse(storable(body))


def test_an_inbound_text_is_read():
    body = EXAMPLES["inbound_text"]["payload"]
    (event,) = parse(body)
    assert isinstance(event, InboundMessage)
    assert (event.provider_id, event.sender, event.name) == (body["messageId"], body["userId"], body["names"])
    assert event.content == TextContent(body=body["bubble"]["text"])
    assert event.at == dt.datetime.fromtimestamp(body["received"] / 1000, dt.UTC)


def test_an_inbound_picture_is_read():
    bubble = EXAMPLES["inbound_image"]["payload"]["bubble"]
    (event,) = parse(EXAMPLES["inbound_image"]["payload"])
    expected = InboundContent(of="image", body=bubble.get("text", ""), media_url=bubble["mediaUrl"])
    assert event.content == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("delivered_channel", Status.SENT),
        ("delivered_user", Status.DELIVERED),
        ("read", Status.READ),
        ("failed", Status.FAILED),
        ("CREATED", Status.ACCEPTED),
        ("levitated", None),
    ],
)
@pytest.mark.parametrize("name", ["event", "sentStatus", "status"])
@pytest.mark.parametrize("identity", ["id", "messageId", "notificationId"])
def test_news_is_read_however_it_is_spelled(word, expected, name, identity):
    (event,) = parse({identity: "m-1", name: word})
    assert isinstance(event, StatusEvent)
    assert (event.provider_id, event.status, event.word) == ("m-1", expected, word.upper())


def test_a_row_of_the_list_of_notifications_is_news_too():
    row = EXAMPLES["notification_by_id"]["response"]
    (event,) = parse(row)
    assert (event.provider_id, event.status) == (row["id"], Status.DELIVERED)


@pytest.mark.parametrize("word", ["reply", "REPLIED"])
def test_a_reply_is_read(word):
    (event,) = parse(status("m-1", word, destination=NUMBER))
    assert isinstance(event, ReplyEvent)
    assert (event.provider_id, event.sender) == ("m-1", NUMBER)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (None, ("", "")),
        ("(#131026) Undeliverable", ("", "(#131026) Undeliverable")),
        ({"code": 131026, "message": "Undeliverable"}, ("131026", "Undeliverable")),
        ({"key": "X", "title": "Y"}, ("X", "Y")),
        ({"what": "ever"}, ("", '{"what": "ever"}')),
        (["x"], ("", "['x']")),
    ],
)
def test_the_reason_of_a_failure_is_read_however_it_is_spelled(error, expected):
    (event,) = parse(status("m-1", "failed", error=error))
    assert (event.code, event.detail) == expected


@pytest.mark.parametrize(
    "written",
    [
        1768473000000,
        1768473000,
        "1768473000000",
        "2026-01-15T10:30:00Z",
        "2026-01-15T05:30:00-05:00",
        1768473000.0,
    ],
)
def test_times_are_read_however_they_are_written(written):
    (event,) = parse({"id": "m-1", "event": "read", "timestamp": written})
    assert event.at == dt.datetime(2026, 1, 15, 10, 30, tzinfo=dt.UTC)


def test_the_time_of_the_word_itself_is_preferred():
    row = {
        "id": "m-1",
        "sentStatus": "READ",
        "readAt": "2026-01-15T10:30:00Z",
        "createdAt": "2026-01-01T00:00:00Z",
    }
    (event,) = parse(row)
    assert event.at == dt.datetime(2026, 1, 15, 10, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(("written", "sender"), [("+593 99 000 0321", NUMBER), (593990000321, NUMBER)])
def test_a_sender_is_digits(written, sender):
    (event,) = parse(inbound(written))
    assert event.sender == sender


@pytest.mark.parametrize("user", [None, "", "12", "x" * 30, "9" * 30, [], {"id": NUMBER}])
def test_a_sender_that_is_no_number_is_no_event(user):
    assert parse(inbound(user)) == []


def test_an_id_that_is_too_long_is_none():
    assert parse(status("x" * 201, "read")) == []
    assert len(parse(status("x" * 200, "read"))) == 1


def test_one_call_has_an_end():
    events = [status(f"m-{number}", "read") for number in range(1200)]
    assert len(parse({"data": events})) == len(parse(events)) == 1000


def test_a_signature_is_asked_for_only_with_a_secret():
    Jelou.verify({}, b"{}", "")
    with pytest.raises(WebhookRejected):
        Jelou.verify({}, b"{}", "hush")


def test_subscribing_names_our_address_for_everything(simulator):
    jelou(simulator.url).subscribe(BOT_ID, "https://console.example.com/hook")
    simulator.inbound(NUMBER)
    simulator.add_template(elementName="confirmacion_pedido", template="{{1}} {{2}} {{3}}")
    jelou(simulator.url).send(build(BUILT["hsm_text"]))
    assert json.dumps(simulator.counters()["requestsByEndpoint"]) == '{"webhooks": 2, "send": 1}'


def test_a_button_whose_value_cannot_be_sent_keeps_the_template_back():
    form = Components(body="Hola", buttons=(Button(kind="flow", label="Abrir"),))
    content = TemplateContent(element_name="registro", language="es", components=form)
    assert [problem.field for problem in Jelou.objections(content)] == ["template"]
