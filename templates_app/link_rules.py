"""Whether a link is one that WhatsApp and the people who get it can open."""

import ipaddress
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from templates_app.problems import URL_LIMIT, URL_UNSAFE, Problem


def check_link(field: str, name: str, url: str) -> list[Problem]:
    """A public https link without a login; plain http only for this very machine, where the demo's files are.

    `url` as it is to be sent: spaces around it are a flaw, too.
    """
    flaw = _link_flaw(url)
    return [Problem(field, flaw % {"name": name, "limit": URL_LIMIT})] if flaw else []


def _link_flaw(url: str) -> str:
    if not url.strip():
        return _("%(name)s is missing. Write an https link.")
    if URL_UNSAFE.search(url):
        return _("%(name)s has spaces or signs that no link may have. Copy it again from a browser.")
    if len(url) > URL_LIMIT:
        return _("%(name)s is longer than %(limit)d characters. Use a shorter one.")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return _("%(name)s cannot be read. Copy it again from a browser.")
    if not host or parts.scheme not in ("https", "http"):
        return _("%(name)s is no link. A link begins with https:// and the name of a site.")
    if parts.username is not None:
        return _("%(name)s holds a user name. Use a link that opens for everybody.")
    if parts.scheme == "http" and not _is_loopback(host):
        return _("%(name)s must begin with https://.")
    return ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
