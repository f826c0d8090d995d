"""Whether the file of a template's header can be fetched and is of the right kind, judged by its link.

https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media and,
for what Jelou adds, https://docs.jelou.ai/en/api/campanas/envio-individual
"""

import ipaddress
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from templates_app.components import Components
from templates_app.problems import URL_LIMIT, URL_UNSAFE, Problem, has_controls

_ENDINGS = {"image": (".jpg", ".jpeg", ".png"), "video": (".mp4", ".3gp"), "document": (".pdf",)}


def check_media(components: Components, url: str, filename: str) -> list[Problem]:
    """What keeps this file from being this template's header; empty for a template without media."""
    kind = components.media_format
    if components.header and components.header.format == "location":
        return [
            Problem("header_media", _("A header with a map cannot be sent from here. Use another template."))
        ]
    if not kind:
        return []
    flaw = link_flaw(url)
    problems = [Problem("header_media", flaw)] if flaw else _check_ending(kind, url)
    return problems + (_check_filename(filename) if kind == "document" else [])


def check_pdf_name(filename: str) -> list[Problem]:
    """What Jelou asks of a document's name, which is the only kind it documents for templates."""
    if filename.lower().endswith(".pdf") and filename[:-4].strip():
        return []
    sentence = _("A document needs a name that ends in .pdf, such as invoice.pdf. Give it one.")
    return [Problem("filename", sentence)]


def link_flaw(url: str) -> str:
    """Public, https and without a login; plain http is for a simulator on this very machine."""
    if not url.strip():
        return _("This template needs a file in its header. Give the https link to it.")
    if URL_UNSAFE.search(url):
        return _("The link has spaces or signs that no link may have. Copy it again from a browser.")
    if len(url) > URL_LIMIT:
        return _("The link is longer than %(limit)d characters. Use a shorter one.") % {"limit": URL_LIMIT}
    return _site_flaw(url)


def _site_flaw(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return _("This link cannot be read. Copy it again from a browser.")
    if not host or parts.scheme not in ("https", "http"):
        return _("This is no link to a file. A link begins with https:// and the name of a site.")
    if parts.username is not None:
        return _("The link holds a user name, and WhatsApp cannot log in. Use one that opens for everybody.")
    if parts.scheme == "http" and not _is_loopback(host):
        return _("WhatsApp only fetches files over https. Use the https link of this file.")
    return ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_ending(kind: str, url: str) -> list[Problem]:
    """WhatsApp judges the file and not its name, so this only warns."""
    ending = PurePosixPath(urlsplit(url).path).suffix.lower()
    if not ending or ending in _ENDINGS[kind]:
        return []
    sentence = _(
        "The link ends in %(ending)s, and this header takes %(endings)s. Check that it is the right file."
    )
    facts = {"ending": ending, "endings": ", ".join(_ENDINGS[kind])}
    return [Problem("header_media", sentence % facts, hard=False)]


def _check_filename(filename: str) -> list[Problem]:
    """The recipient sees this name, where a provider has a place for it."""
    if not has_controls(filename) and "/" not in filename and "\\" not in filename:
        return []
    return [Problem("filename", _("The file name has a slash or an invisible character. Write it without."))]
