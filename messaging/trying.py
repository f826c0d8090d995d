"""Would WhatsApp get this file? Asked by fetching the beginning of its link, before anything is sent."""

from collections.abc import Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from messaging.content.media import SIZES, TYPES
from messaging.filetypes import readable
from messaging.providers.links import Beginning, LinkForbidden, LinkUnreachable, fetch_beginning

AT_ONCE = 5
# Seconds for all of them together.
DEADLINE = 12
# Servers that do not know what they serve say one of these.
VAGUE = frozenset({"", "application/octet-stream", "binary/octet-stream"})
MISSING = frozenset({401, 403, 404, 410})
GOOD = frozenset({200, 206})


@dataclass(frozen=True)
class Verdict:
    """`is_known` is false where nothing can be concluded, as after a timeout."""

    sentence: str
    is_good: bool
    is_known: bool = True


def try_links(links: Mapping[str, str]) -> dict[str, Verdict]:
    """A verdict on each link, given with the kind of file that it should be; several are fetched at once."""
    if not links or not settings.TRY_LINKS:
        return {}
    pool = ThreadPoolExecutor(AT_ONCE)
    fetched = {url: pool.submit(fetch_beginning, url.strip()) for url in links}
    wait(fetched.values(), DEADLINE)
    # A server that sends a byte now and then must not hold this page.
    pool.shutdown(wait=False, cancel_futures=True)
    return {url: _verdict(future, links[url]) for url, future in fetched.items()}


def _verdict(future: Future[Beginning], kind: str) -> Verdict:
    try:
        return _judged(future.result(timeout=0), kind)
    except LinkForbidden:
        sentence = _("This link leads into a private network, which WhatsApp cannot reach. Use a public one.")
        return Verdict(sentence, is_good=False)
    except (LinkUnreachable, TimeoutError, CancelledError):
        sentence = _("The link does not answer from here. Open it in a browser and check it.")
        return Verdict(sentence, is_good=False, is_known=False)


def _judged(found: Beginning, kind: str) -> Verdict:
    if found.status in MISSING:
        sentence = _("The link answers %(status)d: there is no file for everybody. Check the address.")
        return Verdict(sentence % {"status": found.status}, is_good=False)
    if found.status not in GOOD:
        sentence = _("The link answers %(status)d. Open it in a browser and check it.")
        return Verdict(sentence % {"status": found.status}, is_good=False, is_known=False)
    return _flaw(found, kind) or Verdict(works(found.mime, found.size), is_good=True)


def _flaw(found: Beginning, kind: str) -> Verdict | None:
    known = TYPES[kind]
    if found.mime not in (*VAGUE, *known.values()):
        sentence = _("The link leads to %(type)s, and WhatsApp takes %(types)s here. Choose another file.")
        facts = {"type": found.mime[:60], "types": ", ".join(known)}
        return Verdict(sentence % facts, is_good=False)
    if found.size is not None and found.size > SIZES[kind] and kind != "sticker":
        sentence = _("The file has %(size)s, and WhatsApp takes %(limit)s. Make it smaller.")
        facts = {"size": readable(found.size), "limit": readable(SIZES[kind])}
        return Verdict(sentence % facts, is_good=False)
    return None


def works(mime: str, size: int | None) -> str:
    facts = {"type": mime or _("unknown type"), "size": readable(size) if size else _("unknown size")}
    return _("The link works: %(type)s, %(size)s.") % facts
