"""Whether the file of a template's header can be fetched and is of the right kind, judged by its link.

https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media and,
for what Jelou adds, https://docs.jelou.ai/en/api/campanas/envio-individual
"""

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from templates_app.components import Components
from templates_app.link_rules import check_link
from templates_app.problems import Problem, has_controls

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
    flaws = check_link("header_media", _("The link to the file"), url)
    problems = flaws or _check_ending(kind, url)
    return problems + (_check_filename(filename) if kind == "document" else [])


def check_pdf_name(filename: str) -> list[Problem]:
    """What Jelou asks of a document's name, which is the only kind it documents for templates."""
    if filename.lower().endswith(".pdf") and filename[:-4].strip():
        return []
    sentence = _("A document needs a name that ends in .pdf, such as invoice.pdf. Give it one.")
    return [Problem("filename", sentence)]


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
