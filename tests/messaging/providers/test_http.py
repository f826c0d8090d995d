"""What may be concluded from the way in which a call ends."""

import datetime as dt
import gzip
import socket
import ssl
import threading
import time
from contextlib import suppress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from messaging.providers import http
from messaging.providers.base import Kind, ProviderError, Request, Scope
from tests.messaging.providers.conftest import answer, raw, reset, then_close

PING = Request("POST", "/ping", {"text": "señal"})


@pytest.fixture(autouse=True)
def short_patience(settings):
    settings.PROVIDER_TIMEOUT = (0.3, 0.3)


def call(url, request=PING, **headers):
    return http.call(url, request, headers)


def failure(url):
    with pytest.raises(ProviderError) as caught:
        call(url)
    return caught.value


# -- Nothing left ----------------------------------------------------------------------------------


def test_a_closed_port_means_that_nothing_left(closed_port):
    error = failure(f"http://127.0.0.1:{closed_port}")
    assert (error.kind, error.scope, error.code) == (Kind.NOT_SENT, Scope.BOT, "unreachable")
    assert error.answer is None


@pytest.mark.parametrize(
    "url", ["nonsense", "ftp://example.com", "http://", "http://[::1", "http://a b/", "http://" + "a" * 300]
)
def test_an_address_that_is_none_means_that_nothing_left(url):
    assert failure(url).kind == Kind.NOT_SENT


def test_a_name_nobody_has_means_that_nothing_left():
    assert failure("http://nobody.invalid").kind == Kind.NOT_SENT


def test_a_connection_that_never_comes_about_means_that_nothing_left():
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        error = failure(f"http://127.0.0.1:{port}")
        for one in waiting:
            one.close()
    assert (error.kind, error.scope) == (Kind.NOT_SENT, Scope.BOT)


def test_a_wrong_certificate_means_that_nothing_left(self_signed):
    assert failure(self_signed).kind == Kind.NOT_SENT


# -- It may have arrived ---------------------------------------------------------------------------

PARTS = {
    "reset": reset,
    "closed": then_close(raw(b"")),
    "half a body": then_close(raw(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id"')),
    "a broken chunk": then_close(raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")),
    "no HTTP": then_close(raw(b"SSH-2.0-OpenSSH_9.6\r\n")),
    "no gzip": answer(body=b"plain", Content_Encoding="gzip"),
}


@pytest.mark.parametrize("act", PARTS.values(), ids=PARTS)
def test_a_connection_that_breaks_after_the_request_leaves_it_unknown(stub, act):
    stub.acts = [act]
    error = failure(stub.url)
    assert (error.kind, error.scope, error.code) == (Kind.UNKNOWN, Scope.MESSAGE, "no_answer")
    assert len(stub.requests) == 1


def test_an_answer_that_does_not_come_in_time_leaves_it_unknown(stub):
    stub.acts = [lambda connection: stub.gate.wait(5)]
    begin = time.monotonic()
    assert failure(stub.url).kind == Kind.UNKNOWN
    assert time.monotonic() - begin < 2


def test_an_answer_that_stops_halfway_leaves_it_unknown(stub):
    def half(connection):
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")(connection)
        stub.gate.wait(5)

    stub.acts = [half]
    assert failure(stub.url).kind == Kind.UNKNOWN


# -- Answers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 204, 302, 400, 401, 404, 422, 429, 500, 503])
def test_whatever_was_answered_is_handed_on(stub, status):
    stub.acts = [answer(status, b"" if status == 204 else b'{"a": 1}', Retry_After="7")]
    found = call(stub.url)
    assert (found.status, found.retry_after) == (status, 7)


def test_it_says_what_it_was_told_to_say(stub):
    call(stub.url + "/", Request("GET", "/x y", query={"page": "2 3"}), Authorization="Basic abc")
    head = stub.requests[0].decode()
    assert head.startswith("GET /x%20y?page=2+3 HTTP/1.1")
    assert "Authorization: Basic abc" in head
    call(stub.url)
    assert stub.body() == {"text": "señal"}


def test_a_redirect_is_not_followed(stub):
    stub.acts = [answer(307, b"", Location=stub.url + "/elsewhere")]
    assert call(stub.url).status == 307
    assert len(stub.requests) == 1


def test_a_giant_answer_is_read_to_a_limit(stub):
    stub.acts = [answer(body=b"[" + b"1," * 3_000_000 + b"1]")]
    found = call(stub.url)
    assert (len(found.text), found.data) == (http.MAX_ANSWER_BYTES, None)


def test_a_giant_answer_that_came_small_is_read_to_the_same_limit(stub):
    stub.acts = [answer(body=gzip.compress(b" " * 50_000_000), Content_Encoding="gzip")]
    assert len(call(stub.url).text) <= http.MAX_ANSWER_BYTES


@pytest.mark.parametrize(
    "kind", ["text/html", "text/plain; charset=utf-8", "", "x/y; charset=nonsense", "a; charset=rot13"]
)
def test_json_is_read_whatever_it_calls_itself(stub, kind):
    stub.acts = [answer(body={"id": "a"}, Content_Type=kind)]
    assert call(stub.url).data == {"id": "a"}


@pytest.mark.parametrize(
    "body", [b"", b"OK", b"<html>", b"\xff\xfe\x00", b'{"a":', b"[" * 100_000, b"9" * 5000]
)
def test_what_is_no_json_is_kept_as_text(stub, body):
    stub.acts = [answer(body=body)]
    assert call(stub.url).data is None


def test_half_a_sign_that_an_encoding_makes_is_replaced(stub):
    stub.acts = [answer(body=b"a\\ud800b\\x00", Content_Type="text/plain; charset=unicode_escape")]
    assert call(stub.url).text == "a?b"


def test_what_no_database_takes_is_left_out(stub):
    stub.acts = [answer(body=b'{"a": "x\\u0000y", "b": "\\ud800", "c": NaN, "d": 1e999, "\\u0000e": 1}')]
    assert call(stub.url).data == {"a": "xy", "b": "?", "c": None, "d": None, "e": 1}


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        ("9" * 15, 86400),
        ("9" * 50, None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
    ],
)
def test_how_long_to_wait_is_read_carefully(stub, said, seconds):
    stub.acts = [answer(429, Retry_After=said)]
    assert call(stub.url).retry_after == seconds


# -- The session -----------------------------------------------------------------------------------


def test_calls_share_a_connection(stub):
    for _ in range(3):
        call(stub.url)
    assert (len(stub.requests), stub.connections) == (3, 1)


def test_a_connection_that_was_closed_in_between_is_opened_again(stub):
    stub.acts = [then_close(answer())]
    for _ in range(3):
        time.sleep(0.05)
        assert call(stub.url).status == 200
    assert (len(stub.requests), stub.connections) == (3, 3)


def test_no_proxy_of_the_environment_gets_the_credentials(stub, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert call(stub.url).status == 200


def test_cookies_of_one_account_do_not_go_out_with_anothers_call(stub):
    stub.acts = [answer(Set_Cookie="session=ana")]
    call(stub.url)
    call(stub.url)
    assert b"session=ana" not in stub.requests[1]


# -- A server whose certificate nobody signed --------------------------------------------------------


@pytest.fixture
def self_signed(tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(tmp_path))
    listener = socket.create_server(("127.0.0.1", 0))

    def shake_hands():
        with suppress(OSError):
            context.wrap_socket(listener.accept()[0], server_side=True)

    threading.Thread(target=shake_hands, daemon=True).start()
    yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()


def _certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
    form = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = folder / "server.pem"
    path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(form) + key.private_bytes(form, *plain))
    return path
