"""How much the stub can take: one loop over bare sockets, with requests that are always the same bytes."""

import selectors
import socket
import time

CONNECTIONS = 64

_BODY = (
    b'{"elementName": "aviso_pedido", "destinations": ["593990000000"], "language": "es", "type": "text", '
    b'"parameters": ["Nombre", "ORD-000001"]}'
)
# As long as what our own client sends.
_REQUEST = (
    b"POST /v2/whatsapp/bench-bot/hsm HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: python-requests/2.34.2\r\n"
    b"Accept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\n"
    b"Authorization: Basic YmVuY2gtY2xpZW50OmJlbmNoLXNlY3JldA==\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(_BODY), _BODY)
)


def requests_a_second(port: int, seconds: float) -> float:
    """Answers a second over `CONNECTIONS` connections that each wait for one answer at a time."""
    selector = selectors.DefaultSelector()
    for _ in range(CONNECTIONS):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ)
        connection.send(_REQUEST)
    answered = _answered(selector, ends=time.monotonic() + seconds)
    for key in list(selector.get_map().values()):
        assert isinstance(key.fileobj, socket.socket)
        key.fileobj.close()
    selector.close()
    return answered / seconds


def _answered(selector: selectors.BaseSelector, ends: float) -> int:
    """An answer is a few bytes of one segment, so reading once reads it whole."""
    answered = 0
    while time.monotonic() < ends:
        for key, _events in selector.select(timeout=0.1):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.recv(4096)
            key.fileobj.send(_REQUEST)
            answered += 1
    return answered
