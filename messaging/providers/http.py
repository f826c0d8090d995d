"""The one place that talks HTTP to providers: one keep-alive session a process, nothing repeated.

What an exception says about the request decides whether a message may be sent again, so the mapping
from `requests` to `Kind` stands here, once.
"""

import json
import os
import ssl
from collections.abc import Mapping
from functools import cache, lru_cache
from http.cookiejar import DefaultCookiePolicy

import requests
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError, SSLError

from .base import JSON, Answer, Kind, ProviderError, Request, Scope
from .fields import storable

POOL_SIZE = 256
HEADERS = {"User-Agent": "jelou-admin", "Accept": "application/json", "Accept-Encoding": "gzip, deflate"}
# A provider's answer is hostile until proven otherwise; ours are a few hundred bytes.
MAX_ANSWER_BYTES = 1024 * 1024


@cache
def _session(process: int) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no proxy, no .netrc: credentials go where the account says
    # One session serves all accounts: a cookie of one must not go out with a call of another.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = HTTPAdapter(pool_connections=8, pool_maxsize=POOL_SIZE, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def call(base_url: str, request: Request, headers: Mapping[str, str]) -> Answer:
    """Make one call and return whatever answer came, with any status.

    Redirects are not followed: they would turn a POST into a GET and carry the credentials elsewhere.
    Raises ProviderError when no answer came, with the kind that the break allows us to conclude.
    """
    try:
        prepared = _prepared(base_url.rstrip("/"), request, headers)
        adapter = _session(os.getpid()).get_adapter(base_url)
        # What `Session.send` adds (cookies, redirects, proxies, hooks) is all switched off here, and it
        # doubles the price of a call.
        with adapter.send(prepared, stream=True, timeout=settings.PROVIDER_TIMEOUT) as response:
            return _answer(response)
    except (requests.RequestException, HTTPError) as error:
        raise _no_answer(error) from error


def _prepared(base_url: str, request: Request, headers: Mapping[str, str]) -> requests.PreparedRequest:
    """The request as it goes out. Raises requests.RequestException for an address that is none."""
    prepared = requests.PreparedRequest()
    prepared.method = request.method
    prepared.url = _checked(base_url) + request.path
    if request.query:
        prepared.prepare_url(prepared.url, dict(request.query))
    prepared.headers = CaseInsensitiveDict({**HEADERS, **headers})
    prepared.body = None
    if request.body is not None:
        prepared.body = json.dumps(request.body, allow_nan=False).encode()
        prepared.headers["Content-Type"] = "application/json"
        prepared.headers["Content-Length"] = str(len(prepared.body))
    return prepared


@lru_cache(maxsize=100)
def _checked(base_url: str) -> str:
    """An account's address, looked at once. Raises requests.RequestException for one that is none."""
    prepared = requests.PreparedRequest()
    prepared.prepare_url(base_url, None)
    assert prepared.url is not None
    return prepared.url.rstrip("/")


def _answer(response: requests.Response) -> Answer:
    content = response.raw.read(MAX_ANSWER_BYTES, decode_content=True)
    text = _decoded(content, response.encoding or "utf-8")
    return Answer(response.status_code, text, response.headers, _json(text))


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
    if isinstance(error, requests.ConnectTimeout | ValueError):
        return True
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    if isinstance(reason, SSLError):
        return isinstance(reason.args[0], ssl.SSLCertVerificationError)
    return isinstance(reason, NewConnectionError | NameResolutionError)
