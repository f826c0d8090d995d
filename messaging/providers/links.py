"""Fetching the beginning of a file that somebody else serves, as WhatsApp will when it gets the link.

People type the address, so it may be meant for this network: every host is looked up first, only public
addresses are called, and the connection goes to the very address that was checked.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.exceptions import HTTPError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

SECONDS = 5
MOST_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
HEADERS = {
    "User-Agent": "jelou-admin",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Range": "bytes=0-1023",
}
IPV6_IN_IPV4 = ipaddress.ip_network("64:ff9b::/96")
# IPv4 addresses in the oldest way of writing them as IPv6.
# https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.1
IPV4_COMPATIBLE = ipaddress.ip_network("::/96")
# Public by its number, and inside of every virtual machine at Azure.
# https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
AZURE_HOST = ipaddress.ip_address("168.63.129.16")
# Below it only the web's own ports: the others are mail, shells and the like.
FREE_PORTS = 1024


class LinkUnreachable(Exception):
    """No answer came: the name is unknown, nobody answers, or the certificate is wrong."""


class LinkForbidden(Exception):
    """The link leads into a private network."""


@dataclass(frozen=True)
class Beginning:
    """What the head of an answer says; `size` is None where the server does not say it."""

    status: int
    mime: str
    size: int | None


def fetch_beginning(url: str) -> Beginning:
    """One GET that asks for the first bytes and reads no body, after a few redirects.

    Raises LinkUnreachable or LinkForbidden.
    """
    for _hop in range(MOST_REDIRECTS + 1):
        try:
            answer, target = _fetch(url)
        except (HTTPError, OSError, ValueError) as error:
            raise LinkUnreachable(str(error)) from error
        if not target:
            return answer
        url = target
    raise LinkUnreachable("Too many redirects.")


def _fetch(url: str) -> tuple[Beginning, str]:
    """What one server answers, and where it sends us on to, if it does."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("No link to a file.")
    if parts.port and parts.port < FREE_PORTS and parts.port not in (80, 443):
        raise ValueError("No port of a web server.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with _pool(parts.scheme, parts.hostname, parts.port) as pool:
        # The Host header names the site; the connection goes to the address that was checked.
        response = pool.urlopen(
            "GET",
            path,
            headers=HEADERS | {"Host": parts.netloc.rpartition("@")[2]},
            retries=False,
            redirect=False,
            preload_content=False,
        )
        with response:
            if response.status in REDIRECTS and (target := response.headers.get("Location")):
                return Beginning(response.status, "", None), urljoin(url, target)
            return _beginning(response), ""


def _pool(scheme: str, host: str, port: int | None) -> HTTPConnectionPool:
    address = str(_public_address(host, port or (443 if scheme == "https" else 80)))
    timeout = Timeout(connect=SECONDS, read=SECONDS)
    if scheme == "http":
        return HTTPConnectionPool(address, port or 80, timeout=timeout)
    return HTTPSConnectionPool(
        address, port or 443, timeout=timeout, server_hostname=host, assert_hostname=host
    )


def _public_address(host: str, port: int) -> Address:
    """The first address of a host of which all are public. Raises LinkForbidden or OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses or not all(_may_call(address) for address in addresses):
        raise LinkForbidden(host)
    return addresses[0]


def _may_call(address: Address) -> bool:
    """Public ones alone; in the demo also this machine, where the demo's files are."""
    if settings.DEMO and address.is_loopback:
        return True
    if isinstance(address, ipaddress.IPv6Address):
        # An IPv4 address inside an IPv6 one is what counts.
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and (address in IPV6_IN_IPV4 or address in IPV4_COMPATIBLE):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _may_call(inner)
    return address.is_global and not address.is_multicast and address != AZURE_HOST


def leads_inside(url: str) -> bool:
    """Whether a host is known to have an address that is not public; unknown ones have none."""
    try:
        parts = urlsplit(url)
        _public_address(parts.hostname or "", parts.port or 443)
    except LinkForbidden:
        return True
    except (OSError, ValueError):
        return False
    return False


def _beginning(response: BaseHTTPResponse) -> Beginning:
    mime = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Beginning(response.status, mime, _size(response))


def _size(response: BaseHTTPResponse) -> int | None:
    """Of the whole file: behind the slash of Content-Range where the server sent a part."""
    total = response.headers.get("Content-Range", "").rpartition("/")[2]
    length = total if response.status == 206 else response.headers.get("Content-Length", "")
    return int(length) if length.isascii() and length.isdecimal() and len(length) < 16 else None
