"""The parts that an address of history may have, and what people call them."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from messaging.models import Message

TIMES = ("created_at", "accepted_at", "sent_at", "delivered_at", "read_at", "failed_at", "replied_at")
LOOKUPS = ("exact", "in", "isnull", "gte", "gt", "lte", "lt", "id__exact")
# What an address may name besides `TIMES`; everything else in it is none of ours.
NAMES = (
    *("q", "person", "bot", "template", "batch", "created_by", "contact", "direction", "kind", "status"),
    *("reason", "provider_code", "from", "to", "since", "hour", "news", "zone"),
)
# Names that may also say whether there is one at all.
MAY_LACK = ("template", "created_by")


def kept(params: Mapping[str, str]) -> dict[str, str]:
    """What of an address is about which rows, without empty fields and without the page one is on."""
    return {name: value for name, value in params.items() if field_of(name) and value}


def field_of(name: str) -> str:
    base, _sep, lookup = name.partition("__")
    if base in TIMES and lookup in ("isnull", "gte", "gt", "lte", "lt"):
        return base
    if base in MAY_LACK and lookup == "isnull":
        return base
    return base if base in NAMES and lookup in ("", "exact", "in", "id__exact") else ""


def label(name: str) -> str:
    """What people call a part of the address."""
    labels = {
        "q": _("Search"),
        "person": _("Person"),
        "bot": _("Bot"),
        "template": _("Template"),
        "batch": pgettext("one press of the button", "Send"),
        "created_by": _("Agent"),
        "contact": _("Contact"),
        "direction": _("Direction"),
        "kind": _("Kind"),
        "status": _("Status"),
        "reason": _("Reason"),
        "provider_code": _("Provider's code"),
        "from": _("From"),
        "to": _("Until"),
        "since": _("Time"),
        "hour": _("Hour of the day"),
        "news": _("News"),
        "zone": _("Time zone"),
    }
    base = field_of(name)
    return labels.get(base) or str(getattr(Message._meta.get_field(base), "verbose_name", base)).capitalize()
