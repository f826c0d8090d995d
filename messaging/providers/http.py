"""The one place that talks HTTP to providers: one keep-alive session a process, nothing repeated.

What an exception says about the request decides whether a message may be sent again, so the mapping
from exceptions to `Kind` stands here, once.
"""

import json
import os
import ssl
from collections.abc import Mapping
from functools import cache, lru_cache
from urllib.parse import urlencode, urlsplit

import requests
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from requests.adapters import HTTPAdapter
from requests.utils import get_encoding_from_headers
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError

from .base import JSON, Answer, Kind, ProviderError, Request, Scope
from .fields import storable

POOL_SIZE = 256
# Addresses of accounts whose connections are kept open.
PLACES = 100
HEADERS = {"User-Agent": "jelou-admin", "Accept": "application/json", "Accept-Encoding": "gzip, deflate"}
# A provider's answer is hostile until proven otherwise; ours are a few hundred bytes.
MAX_ANSWER_BYTES = 1024 * 1024


def call(base_url: str, request: Request, headers: Mapping[str, str]) -> Answer:
    """Make one call and return whatever answer came, with any status.

    Redirects are not followed: they would turn a POST into a GET and carry the credentials elsewhere.
    Nothing of the environment is used (proxies, .netrc), and no cookie is kept: one process serves all
    accounts. Raises ProviderError when no answer came, with the kind that the break allows us to conclude.
    """
    try:
        pool, prefix = _place(os.getpid(), base_url)
        with _sent(pool, prefix, request, headers) as response:
            return _answer(response)
    except (requests.RequestException, HTTPError) as error:
        raise _no_answer(error) from error


@cache
def _adapter(process: int) -> HTTPAdapter:
    return HTTPAdapter(pool_connections=2 * PLACES, pool_maxsize=POOL_SIZE, max_retries=0)


@lru_cache(maxsize=PLACES)
def _place(process: int, base_url: str) -> tuple[HTTPConnectionPool, str]:
    """The connections to an account's address, and the path that it ends in.

    Sending on them directly costs half of what a session's `send` does: what that adds is all unwanted here.
    Raises requests.RequestException or ValueError for an address that is none.
    """
    prepared = requests.PreparedRequest()
    prepared.prepare_url(base_url, None)
    parts = urlsplit(prepared.url or "")
    if parts.scheme not in ("http", "https"):
        raise requests.exceptions.InvalidSchema(parts.scheme)
    pool = _adapter(process).get_connection_with_tls_context(prepared, verify=True)
    assert isinstance(pool, HTTPConnectionPool)
    return pool, str(parts.path).rstrip("/")


def _sent(
    pool: HTTPConnectionPool, prefix: str, request: Request, headers: Mapping[str, str]
) -> BaseHTTPResponse:
    """The answer's head; its body is still to be read."""
    connect, read = settings.PROVIDER_TIMEOUT
    body, sent_headers = None, {**HEADERS, **headers}
    if request.body is not None:
        body = json.dumps(request.body, allow_nan=False).encode()
        sent_headers["Content-Type"] = "application/json"
    query = f"?{urlencode(request.query)}" if request.query else ""
    return pool.urlopen(
        request.method,
        prefix + request.path + query,
        body=body,
        headers=sent_headers,
        retries=False,
        redirect=False,
        timeout=Timeout(connect=connect, read=read),
        preload_content=False,
    )


def _answer(response: BaseHTTPResponse) -> Answer:
    content = response.read(MAX_ANSWER_BYTES, decode_content=True)
    text = str(storable(_decoded(content, get_encoding_from_headers(response.headers) or "utf-8")))
    return Answer(response.status, text, response.headers, _json(text))


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding, errors="replace")
    except LookupError:  # the answer names an encoding that does not exist
        return content.decode(errors="replace")


def _json(text: str) -> JSON:
    try:
        return storable(json.loads(text))
    except (ValueError, RecursionError):
        return None


def _no_answer(error: Exception) -> ProviderError:
    if _never_left(error):
        return ProviderError(
            _("The provider could not be reached. Nothing was sent."),
            kind=Kind.NOT_SENT,
            scope=Scope.BOT,
            code="unreachable",
        )
    return ProviderError(
        _("The connection ended before the provider answered. It may have taken the message."),
        kind=Kind.UNKNOWN,
        code="no_answer",
    )


def _never_left(error: Exception) -> bool:
    """Whether the break came before any byte of the request could leave.

    An address that is none, a name that does not resolve, a refused or slow connection and a wrong
    certificate are all found before. Anything else may have happened after.
    """
    if isinstance(error, SSLError):
        return bool(error.args) and isinstance(error.args[0], ssl.SSLCertVerificationError)
    return isinstance(error, NewConnectionError | ConnectTimeoutError | ValueError)
