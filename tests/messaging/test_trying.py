"""The link of a file is fetched before it is sent, and never from inside this network."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from messaging.providers import links
from messaging.providers.links import LinkForbidden, LinkUnreachable, fetch_beginning
from messaging.trying import try_links

ANSWERS = {
    "/good.png": (206, {"Content-Type": "image/png", "Content-Range": "bytes 0-1023/51200"}),
    "/whole.png": (200, {"Content-Type": "image/png; charset=binary", "Content-Length": "7"}),
    "/vague.png": (200, {"Content-Type": "application/octet-stream"}),
    "/page.png": (200, {"Content-Type": "text/html"}),
    "/huge.png": (206, {"Content-Type": "image/png", "Content-Range": f"bytes 0-1/{9**9}"}),
    "/gone.png": (404, {"Content-Type": "text/html"}),
    "/tired.png": (503, {}),
    "/moved.png": (302, {"Location": "/good.png"}),
    "/inside.png": (302, {"Location": "http://10.0.0.1/a.png"}),
    "/circle.png": (302, {"Location": "/circle.png"}),
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, headers = ANSWERS[self.path]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def site(settings) -> Iterator[str]:
    """A server on this machine, which only the demo may call."""
    settings.DEMO = settings.TRY_LINKS = True
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("port", [1, 22, 25, 445, 1023])
def test_ports_of_other_services_are_not_called(site, port):
    with pytest.raises(LinkUnreachable, match="port"):
        fetch_beginning(f"http://127.0.0.1:{port}/a.png")


def verdict(url: str, kind: str = "image"):
    return try_links({url: kind})[url]


@pytest.mark.parametrize("path", ["/good.png", "/whole.png", "/vague.png", "/moved.png"])
def test_a_file_that_is_there_is_told_with_type_and_size(site, path):
    assert verdict(site + path).is_good
    assert verdict(site + "/good.png").sentence == "The link works: image/png, 50 KB."


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/page.png", "text/html"),
        ("/huge.png", "5.0 MB"),
        ("/gone.png", "404"),
        ("/inside.png", "private network"),
    ],
)
def test_a_file_that_whatsapp_would_not_get_is_refused(site, path, words):
    found = verdict(site + path)
    assert (found.is_good, found.is_known) == (False, True)
    assert words in found.sentence


@pytest.mark.parametrize("path", ["/tired.png", "/circle.png"])
def test_a_server_that_does_not_answer_well_proves_nothing(site, path):
    assert (verdict(site + path).is_good, verdict(site + path).is_known) == (False, False)


def test_nobody_there_proves_nothing(site):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert not verdict(f"http://127.0.0.1:{free.getsockname()[1]}/a.png").is_known


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.9.9",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:0a00:0001::",
    ],
)
def test_a_private_address_is_never_called(monkeypatch, address):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(links.socket, "getaddrinfo", lambda *args, **more: found)
    with pytest.raises(LinkForbidden):
        fetch_beginning("https://cdn.example.com/a.png")


def test_one_private_address_among_public_ones_is_enough(monkeypatch):
    found = [(2, 1, 6, "", (address, 443)) for address in ("93.184.215.14", "10.0.0.1")]
    monkeypatch.setattr(links.socket, "getaddrinfo", lambda *args, **more: found)
    with pytest.raises(LinkForbidden):
        fetch_beginning("https://cdn.example.com/a.png")


@pytest.mark.parametrize("url", ["ftp://example.com/a", "file:///etc/passwd", "https://", "https://[", "x"])
def test_what_is_no_link_is_not_reached(url):
    with pytest.raises((LinkUnreachable, LinkForbidden)):
        fetch_beginning(url)


def test_nothing_is_tried_where_the_host_has_no_way_out(settings):
    settings.TRY_LINKS = False
    assert try_links({"https://example.com/a.png": "image"}) == {}
