"""Bird's words in both directions. Bodies are the documented ones: tests/simulator/bird_examples.json."""

import copy
import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.content import (
    ButtonsContent,
    CarouselContent,
    ContactsContent,
    CtaUrlContent,
    FlowContent,
    InboundContent,
    StickerContent,
    TextContent,
    VoiceCallContent,
)
from messaging.content.delivery import Delivery
from messaging.content.media import MediaFile
from messaging.content.template import WhenAnswered
from messaging.providers import connect
from messaging.providers.base import (
    InboundMessage,
    Kind,
    Outbound,
    ProviderError,
    ReplyEvent,
    Scope,
    StatusEvent,
    WebhookRejected,
)
from messaging.providers.bird import FOR_EVER, Bird
from messaging.providers.bird_errors import failure
from messaging.providers.bird_webhooks import signature
from messaging.providers.fields import storable
from messaging.statuses import Status
from templates_app.components import Button, Components, Header
from tests.contents import EXAMPLES as CONTENTS
from tests.messaging.providers.conftest import answer
from tests.messaging.providers.test_bird_fidelity import HELLO, build, template
from tests.simulating import BIRD_KEY, CHANNEL, VERSION, WORKSPACE
from tests.simulator.bird.conftest import EXAMPLES, NUMBER

PLACE = f"{WORKSPACE}/{CHANNEL}"
MESSAGE = EXAMPLES["text.plain"]["response"]
FAILED = EXAMPLES["read.message_failed"]["response"]
NOW = dt.datetime(2025, 1, 15, 10, tzinfo=dt.UTC)


def bird(url="http://127.0.0.1:9", key="hush", **more):
    return Bird({"access_key": key}, base_url=url, **more)


def refused(stub, status, body, **headers):
    stub.acts = [answer(status, body, **headers)]
    with pytest.raises(ProviderError) as caught:
        bird(stub.url).send(build(TextContent(body="x")))
    return caught.value


def fields(content):
    return [problem.field for problem in Bird.objections(content)]


# -- What it cannot carry --------------------------------------------------------------------------


@pytest.mark.parametrize("content", [ContactsContent(), FlowContent(), VoiceCallContent()])
def test_a_kind_that_bird_has_not_is_objected_to(content):
    assert fields(content) == ["kind"]
    assert "Bird cannot send" in str(Bird.objections(content)[0].message)


@pytest.mark.parametrize("name", [name for name in CONTENTS if CONTENTS[name].kind in Bird.kinds])
def test_what_bird_has_no_objection_to_is_built(name):
    assert "header" in fields(CONTENTS[name]) or "footer" in fields(CONTENTS[name]) or build(CONTENTS[name])


OBJECTIONS = [
    (ButtonsContent(header="a", footer="b"), ["header", "footer"]),
    (CtaUrlContent(header="a"), ["header"]),
    (CONTENTS["list"].model_copy(update={"footer": "a"}), ["footer"]),
    (CarouselContent(buttons="reply"), ["buttons"]),
    (InboundContent(of="x"), ["kind"]),
    (TextContent(body="x", delivery=Delivery(short_links="x" * 129)), ["delivery.short_links"]),
    (template(HELLO).model_copy(update={"provider_id": ""}), ["template"]),
    (template(HELLO, VERSION, answered=WhenAnswered(flow_id="1")), ["answered"]),
    (template(HELLO, VERSION, campaign="c", flows={"0": "1"}, expires="x"), ["flows", "campaign", "expires"]),
    (template(Components(body="a", is_carousel=True), VERSION), ["template"]),
    (template(Components(body="a", offer="b"), VERSION), ["template"]),
    (template(Components(body="a", buttons=(Button(kind="otp", label="b"),)), VERSION), ["template"]),
]


@pytest.mark.parametrize(("content", "expected"), OBJECTIONS)
def test_an_objection_names_its_field(content, expected):
    assert fields(content) == expected


def test_a_fixed_file_of_a_template_can_only_be_itself():
    fixed = Components(body="a", header=Header(format="image", sample_url="https://a.co/1.png"))
    assert fields(template(fixed, VERSION, "https://a.co/2.png")) == ["header_media"]
    assert fields(template(fixed, VERSION, "https://a.co/1.png")) == []


def test_one_key_has_one_value():
    twice = Components(body="{{name}}", buttons=(Button(kind="url", label="a", url="https://a.co/{{name}}"),))
    content = template(twice, VERSION)
    other = content.model_copy(update={"values": {**content.values, "button.0.name": "Bea"}})
    assert (fields(content), fields(other)) == ([], ["button.0.name"])


# -- What has no example ---------------------------------------------------------------------------


def test_a_link_is_an_action():
    body = build(CtaUrlContent(body="Pay", label="Open", url="https://a.co/1")).body["body"]
    link = {"type": "link", "link": {"text": "Open", "url": "https://a.co/1"}}
    assert body == {"type": "text", "text": {"text": "Pay", "actions": [link]}}


def test_a_sticker_goes_as_a_picture():
    body = build(StickerContent(files=(MediaFile(url="https://a.co/1.webp"),))).body["body"]
    assert body == {"type": "image", "image": {"images": [{"mediaUrl": "https://a.co/1.webp"}]}}


def test_a_sound_goes_as_a_file_with_its_type():
    files = build(CONTENTS["audio"]).body["body"]["file"]["files"]
    assert (files[0]["contentType"], files[0]["altText"]) == ("audio/mpeg", "Nota")


def test_a_row_without_a_payload_is_a_reply():
    rows = build(CONTENTS["list"]).body["body"]["list"]["items"][0]["actions"]
    assert [row["type"] for row in rows] == ["postback", "reply"]


def test_short_links_stand_in_the_template_of_a_template():
    short = Delivery(short_links="default", link_tracking=True)
    assert build(TextContent(body="x", delivery=short)).body["shortLinks"] == {"domain": "default"}
    body = build(template(HELLO, delivery=short)).body
    assert body["template"]["shortLinks"] == {"enabled": True, "domain": "default"}
    assert "shortLinks" not in body and body["enableLinkTracking"] is True


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "2009-01-01T00:00:00Z"])
def test_a_time_long_ago_can_be_written(time):
    wanted = TextContent(body="x", delivery=Delivery(scheduled_for=time))
    assert build(wanted).body["scheduledFor"] == "2009-01-01T00:00:00Z"


@pytest.mark.parametrize("channel", ["../../v1/other", "a/b?c#d", "", "x"])
def test_a_bots_id_cannot_lead_to_another_address(channel):
    path = bird().build(Outbound(TextContent(body="x"), NUMBER, channel, "r")).path
    assert path.count("/") == 5
    assert not set("?#") & set(path)


@pytest.mark.parametrize(("channel", "is_right"), [(PLACE, True), ("ws_1/ch_1", False), (WORKSPACE, False)])
def test_a_bots_id_is_two_uuids(channel, is_right):
    assert (Bird.flaw_of(channel) == "") is is_right


# -- Answers ---------------------------------------------------------------------------------------


def test_the_id_is_the_messages(stub):
    stub.acts = [answer(202, MESSAGE)]
    assert bird(stub.url).send(build(TextContent(body="x"))).provider_id == MESSAGE["id"]
    assert b"Authorization: AccessKey hush\r\n" in stub.requests[0]


@pytest.mark.parametrize("body", [[], {}, None, {"id": {}}, b"OK", b""])
def test_success_without_an_id_is_unknown(stub, body):
    error = refused(stub, 202, body)
    assert (error.kind, error.code) == (Kind.UNKNOWN, "no_id")


def test_a_message_that_is_rejected_at_once_is_refused(stub):
    error = refused(stub, 202, {**FAILED, "status": "rejected"})
    assert (error.kind, error.scope, error.code) == (Kind.REFUSED, Scope.MESSAGE, "131047")
    assert refused(stub, 202, {**MESSAGE, "status": "rejected"}).code == "rejected_by_provider"


WAY = (Kind.NOT_SENT, Scope.BOT)
NO = (Kind.REFUSED, Scope.MESSAGE)
PERHAPS = (Kind.UNKNOWN, Scope.MESSAGE)
SCHEMA = EXAMPLES["error.422_schema"]["response"]
MISSING = EXAMPLES["error.422_template_variable_missing"]["response"]
ERRORS = [
    (401, {"code": "Whatever", "message": "No."}, WAY, "http_401", "No."),
    (403, b"<html>", WAY, "http_403", "Bird answered with HTTP status 403."),
    (404, EXAMPLES["error.404_channel"]["response"], WAY, "bot_not_found", "channel not found"),
    (404, {"message": "project not found"}, NO, "http_404", "project not found"),
    (400, {"code": "x", "message": "Bad."}, NO, "http_400", "Bad."),
    (409, {"code": "x", "message": "Conflict."}, NO, "http_409", "Conflict."),
    (422, SCHEMA, NO, "InvalidPayload", 'receiver.contacts[0]: property "listId" is unsupported'),
    (422, MISSING, NO, "InvalidPayload", "missing value for variable: name"),
    (429, b"", WAY, "http_429", "Bird answered with HTTP status 429."),
    (302, b"", WAY, "http_302", "Bird answered with HTTP status 302."),
    (500, {"code": "x", "message": "Oops."}, PERHAPS, "http_500", "Oops."),
    (503, b"", PERHAPS, "http_503", "Bird answered with HTTP status 503."),
]


@pytest.mark.parametrize(("status", "body", "conclusion", "code", "text"), ERRORS)
def test_every_error_body_is_understood(stub, status, body, conclusion, code, text):
    error = refused(stub, status, body)
    assert ((error.kind, error.scope), error.code) == (conclusion, code)
    assert text in error.message


ODD = [
    {"message": []},
    {"details": [1]},
    {"details": {"a": None, "b": {}}},
    {"code": {}},
    [],
    "text",
    7,
    None,
]


@pytest.mark.parametrize("status", [400, 422, 500])
@pytest.mark.parametrize("body", ODD)
def test_odd_error_bodies_break_nothing(stub, status, body):
    assert refused(stub, status, body).message


def test_how_long_to_wait_is_handed_on(stub):
    assert refused(stub, 429, b"", Retry_After="30").retry_after == 30


def test_during_a_rotation_the_second_key_is_tried(stub):
    stub.acts = [answer(401, b""), answer(202, MESSAGE)]
    both = Bird({"access_key": "old"}, spare={"access_key": "new"}, base_url=stub.url)
    both.send(build(TextContent(body="x")))
    assert b"AccessKey new" in stub.requests[1]
    assert both.redact("old and new") == "••• and •••"


def test_the_code_is_whatsapps_where_that_is_the_source():
    assert failure(FAILED)[0] == "131047"
    assert failure({"failure": {"code": 12002, "source": {"name": "pre-processing"}}})[0] == "12002"
    assert failure({"failure": "x", "reason": 7, "details": None}) == ("", "7")


# -- Setup -----------------------------------------------------------------------------------------


def test_the_key_is_checked_without_a_bot(bird_simulator):
    bird(bird_simulator.url, BIRD_KEY).check()
    with pytest.raises(ProviderError) as caught:
        bird(bird_simulator.url, "wrong").check()
    assert caught.value.answer.status == 401


def test_a_bot_is_checked(bird_simulator):
    bird(bird_simulator.url, BIRD_KEY).check(PLACE)
    with pytest.raises(ProviderError) as caught:
        bird(bird_simulator.url, BIRD_KEY).check(f"{WORKSPACE}/{VERSION}")
    assert caught.value.code == "bot_not_found"


def test_a_channel_of_another_platform_is_none_of_ours(stub):
    stub.acts = [answer(200, {"id": CHANNEL, "platformId": "sms"})]
    with pytest.raises(ProviderError, match="sms"):
        bird(stub.url).check(PLACE)


def test_templates_come_from_every_page(stub):
    project = EXAMPLES["templates.list_projects"]["response"]["results"][0]
    versions = EXAMPLES["templates.list_channel_templates"]["response"]
    first_page = {"results": [{**project, "activeCount": 0}], "nextPageToken": "t-2"}
    stub.acts = [answer(body=first_page), answer(body={"results": [project]}), answer(body=versions)]
    [found] = bird(stub.url).list_templates(PLACE)
    assert b"pageToken=t-2" in stub.requests[1]
    assert (found.element_name, found.language, found.category, found.status) == (
        *("order_update", "en", "UTILITY"),
        "APPROVED",
    )
    assert [(one.key, one.label, one.example) for one in found.components.variables] == [
        ("body.name", "customer name", "Ana")
    ]


def listed(stub, **changes):
    """The documented version with some of its fields, or of its content's, changed."""
    project = EXAMPLES["templates.list_projects"]["response"]["results"][0]
    version = copy.deepcopy(EXAMPLES["templates.list_channel_templates"]["response"]["results"][0])
    for name, value in changes.items():
        (version if name in version else version["platformContent"][0])[name] = value
    stub.acts = [answer(body={"results": [project]}), answer(body={"results": [version]})]
    return list(bird(stub.url).list_templates(PLACE))


def test_only_what_is_active_in_a_locale_is_listed(stub):
    assert listed(stub, localeStatuses={"en": "pending"}) == []
    assert listed(stub, localeStatuses={}, status="draft") == []
    assert listed(stub, channelIds=[VERSION]) == []
    assert len(listed(stub, channelIds=[CHANNEL])) == 1


BLOCKS = [
    {"type": "image", "role": "header", "image": {"mediaUrl": "{{imageURL}}", "altText": ""}},
    {"type": "text", "role": "body", "text": {"text": "Hi {{name}}"}},
    {"type": "text", "role": "footer", "text": {"text": "Bye"}},
    {"type": "link-action", "linkAction": {"text": "Open", "url": "https://a.co/{{url}}"}},
    {"type": "call-phone-number-action", "callPhoneNumberAction": {"text": "Call", "phoneNumber": "+1500"}},
    {"type": "reply-action", "replyAction": {"text": "Yes", "payload": "y"}},
]


def test_blocks_become_components(stub):
    parts = listed(stub, blocks=BLOCKS)[0].components
    assert parts.header == Header(format="image", variable="imageURL")
    assert (parts.body, parts.footer, parts.unknown) == ("Hi {{name}}", "Bye", ())
    assert [button.kind for button in parts.buttons] == ["url", "phone", "quick_reply"]
    assert [variable.key for variable in parts.variables] == ["body.name", "button.0.url"]


@pytest.mark.parametrize(
    "block",
    [
        {"type": "carousel"},
        {"type": "copy-code-action"},
        {"type": "text", "role": "aside"},
        {"type": "image", "role": "header", "image": {"mediaUrl": "https://a.co/{{x}}.png"}},
        {},
    ],
)
def test_a_block_that_nobody_here_understands_blocks(stub, block):
    assert listed(stub, blocks=[*BLOCKS[1:2], block])[0].components.unknown == (block,)


def test_a_file_block_is_a_film_or_a_document(stub):
    def header(kind):
        block = {
            "type": "file",
            "role": "header",
            "file": {"mediaUrl": "https://a.co/1", "contentType": kind},
        }
        return listed(stub, blocks=[block])[0].components.header

    assert header("video/mp4") == Header(format="video", sample_url="https://a.co/1")
    assert header("application/pdf").format == "document"


def test_a_list_that_goes_round_is_no_list(stub):
    stub.acts = [answer(body={"results": [], "nextPageToken": "again"})]
    with pytest.raises(ProviderError) as caught:
        list(bird(stub.url).list_templates(PLACE))
    assert caught.value.code == "unreadable"


def test_subscribing_twice_leaves_one_of_each(bird_simulator):
    for secret in ("one", "two"):
        bird(bird_simulator.url, BIRD_KEY).subscribe(PLACE, "https://app.example.com/hooks", secret)
    found = bird_simulator.session.get(
        f"{bird_simulator.url}/workspaces/{WORKSPACE}/webhook-subscriptions",
        headers={"Authorization": f"AccessKey {BIRD_KEY}"},
        timeout=10,
    ).json()["results"]
    assert len(found) == 3


def test_subscriptions_are_listed_by_event(bird_simulator):
    provider = bird(bird_simulator.url, BIRD_KEY)
    assert provider.subscriptions(PLACE) == {}
    provider.subscribe(PLACE, "https://app.example.com/hooks", "one")
    assert provider.subscriptions(PLACE) == dict.fromkeys(Bird.events, "https://app.example.com/hooks")
    assert provider.subscriptions(f"{WORKSPACE}/{VERSION}") == {}


# -- Evidence --------------------------------------------------------------------------------------


def found(stub, body):
    stub.acts = [answer(body=body)]
    [page] = bird(stub.url).find(PLACE, since=NOW, until=NOW + dt.timedelta(minutes=1))
    return page


def test_what_was_taken_is_found_by_time(stub):
    listed = {**EXAMPLES["read.message_list"]["response"], "nextPageToken": None}
    delivered, failed = found(stub, listed)
    assert b"startAt=2025-01-15T10%3A00%3A00.000Z" in stub.requests[0]
    assert (delivered.status, delivered.to, delivered.reference) == (Status.DELIVERED, NUMBER, "")
    assert (failed.status, failed.code, failed.taken_at) == (Status.FAILED, "131047", NOW)


def test_our_reference_comes_back(bird_simulator):
    provider = bird(bird_simulator.url, BIRD_KEY)
    sent = provider.send(build(template(HELLO), "attempt-1"))
    now = dt.datetime.now(dt.UTC)
    hour = dt.timedelta(hours=1)
    [page] = provider.find(PLACE, since=now - hour, until=now + hour)
    assert [(one.provider_id, one.reference) for one in page] == [(sent.provider_id, "attempt-1")]
    assert provider.look_up(PLACE, sent.provider_id).reference == "attempt-1"
    assert provider.look_up(PLACE, VERSION) is None


@pytest.mark.parametrize("body", [{}, [], None, {"results": {}}])
def test_a_list_that_cannot_be_read_is_an_error(stub, body):
    with pytest.raises(ProviderError):
        found(stub, body)


def test_the_record_keeps_no_bodies(stub):
    [row] = found(stub, {"results": [{**MESSAGE, "body": {"type": "text", "text": {"text": "482913"}}}]})
    assert "482913" not in str(row.raw)


def test_the_window_is_the_contacts_at_bird(bird_simulator, stub):
    provider = bird(bird_simulator.url, BIRD_KEY)
    sent = provider.send(build(template(HELLO)))
    assert provider.window(PLACE, sent.provider_id) is None
    bird_simulator.inbound(NUMBER, bot=CHANNEL)
    assert provider.window(PLACE, sent.provider_id) > dt.datetime.now(dt.UTC) + dt.timedelta(hours=23)
    stub.acts = [answer(body=MESSAGE), answer(body={"isPermanentSession": True})]
    assert bird(stub.url).window(PLACE, MESSAGE["id"]) == FOR_EVER


# -- Signature -------------------------------------------------------------------------------------

SIGNED = [row for row in EXAMPLES.values() if row.get("signature_vector")]
URL = "https://app.example.com/hooks/bird"


@pytest.mark.parametrize("row", SIGNED, ids=lambda row: row["kind"])
def test_the_signature_is_the_documented_one(row):
    vector = row["signature_vector"]
    stamp = vector["headers"]["messagebird-request-timestamp"]
    made = signature(vector["signingKey"], stamp, vector["url"], vector["raw_body"].encode())
    assert made == vector["headers"]["messagebird-signature"]


def headers(secret="hush", hours_ago=0.0, url=URL, body=b"{}"):
    stamp = str(int(time.time() - hours_ago * 3600))
    return {
        "messagebird-request-timestamp": stamp,
        "messagebird-signature": signature(secret, stamp, url, body),
    }


@pytest.mark.parametrize("hours_ago", [0, 4, 23])
def test_a_retry_with_its_first_timestamp_is_believed(hours_ago):
    Bird.verify(headers(hours_ago=hours_ago), b"{}", "hush", url=URL)


@pytest.mark.parametrize(
    ("given", "secret", "url"),
    [
        ({}, "hush", URL),
        (headers(hours_ago=25), "hush", URL),
        (headers(hours_ago=-1), "hush", URL),
        (headers("other"), "hush", URL),
        (headers(url="https://other.example.com"), "hush", URL),
        (headers(body=b"[]"), "hush", URL),
        (headers(""), "", URL),
        (headers() | {"messagebird-request-timestamp": "x"}, "hush", URL),
    ],
)
def test_what_is_not_signed_with_our_secret_is_rejected(given, secret, url):
    with pytest.raises(WebhookRejected):
        Bird.verify(given, b"{}", secret, url=url)


# -- Events ----------------------------------------------------------------------------------------


def parsed(kind, **changes):
    [event] = Bird.parse(hook(kind, **changes))
    return event


def hook(kind, **changes):
    body = EXAMPLES[f"webhook.{kind}"]["payload"]
    return {**body, "payload": {**body["payload"], **changes}}


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("accepted", Status.ACCEPTED),
        ("processing", Status.ACCEPTED),
        ("sent", Status.SENT),
        ("delivered", Status.DELIVERED),
        ("delivery_failed", Status.FAILED),
    ],
)
def test_a_status_becomes_ours(word, status):
    event = parsed(f"outbound_{word}")
    assert isinstance(event, StatusEvent)
    assert (event.provider_id, event.status, event.at) == (MESSAGE["id"], status, NOW)


@pytest.mark.parametrize("word", ["scheduled", "rejected", "sending_failed", "skipped", "deleted"])
def test_every_other_documented_word_is_known(word):
    assert parsed("outbound_sent", status=word).status is not None


def test_an_unknown_word_is_kept():
    event = parsed("outbound_sent", status="teleported")
    assert (event.word, event.status) == ("teleported", None)


def test_a_failure_says_why():
    event = parsed("outbound_delivery_failed")
    assert event.code == "131047"
    assert "re_engagement_message" in event.detail


def test_a_report_is_kept_without_what_was_said():
    event = parsed(
        "outbound_sent", body={"type": "text", "text": {"text": "482913"}}, template={"a": "482913"}
    )
    assert "482913" not in str(event.raw)


def test_reading_is_an_interaction():
    event = parsed("interaction_read")
    assert (event.provider_id, event.status, event.word) == (MESSAGE["id"], Status.READ, "read")


def test_a_pressed_button_answers():
    event = parsed("interaction_clicked")
    assert isinstance(event, ReplyEvent)
    assert (event.provider_id, event.sender, event.payload) == (MESSAGE["id"], NUMBER, "slot-am")


def test_a_followed_link_only_proves_reading():
    event = parsed("interaction_clicked", metadata={"link": {"url": "https://a.co"}})
    assert (event.status, event.word) == (Status.READ, "clicked")


@pytest.mark.parametrize("kind", [kind.removeprefix("webhook.") for kind in EXAMPLES if ".inbound_" in kind])
def test_every_inbound_example_is_read(kind):
    event = parsed(kind)
    assert isinstance(event, InboundMessage)
    assert (event.provider_id, event.sender) == ("88888888-8888-4888-8888-888888888888", NUMBER)
    assert event.content.text() or event.content.media_url
    assert event.at is not None


@pytest.mark.parametrize("of", ["image", "sticker", "document", "video", "audio", "location"])
def test_what_came_is_called_as_whatsapp_does(of):
    content = parsed(f"inbound_{of}").content
    assert (content.of, bool(content.media_url)) == (of, of != "location")


def test_a_pressed_button_comes_as_its_title():
    assert parsed("inbound_button_reply").content == TextContent(body="Yes")


def test_a_quote_names_what_it_quotes():
    quoted = {"id": MESSAGE["id"], "type": "message"}
    assert parsed("inbound_text", replyTo=quoted).quotes == MESSAGE["id"]


def test_somebody_without_a_number_is_kept_in_the_raw_delivery_only():
    contact = {"id": VERSION, "identifierKey": "whatsappbsuid", "identifierValue": "EC.1234567890"}
    assert Bird.parse(hook("inbound_text", sender={"contact": contact})) == []
    known = {**contact, "identifiers": [{"identifierKey": "phonenumber", "identifierValue": f"+{NUMBER}"}]}
    assert parsed("inbound_text", sender={"contact": known}).sender == NUMBER


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
HOOKS = [
    hook(kind.removeprefix("webhook."))
    for kind in EXAMPLES
    if kind.startswith("webhook.") and "sub" not in kind
]


@given(JSONS)
def test_no_json_breaks_it(body):
    assert Bird.parse(storable(body)) == []


@given(st.sampled_from(HOOKS), st.data(), JSONS)
def test_no_field_breaks_it(body, data, odd):
    body = copy.deepcopy(body)
    inside = body["payload"]
    name = data.draw(st.sampled_from(sorted(inside)))
    while isinstance(inside[name], dict) and inside[name] and data.draw(st.booleans()):
        inside = inside[name]
        name = data.draw(st.sampled_from(sorted(inside)))
    inside[name] = odd
    for event in Bird.parse(storable(body)):
        assert event.raw


def test_the_registry_connects_it(bird_simulator):
    connect("bird", {"access_key": BIRD_KEY}, base_url=bird_simulator.url).check(PLACE)
