"""`{% load console %}`: the small drawings that pages have in common."""

import datetime as dt
from typing import Any
from zlib import crc32

from django import template
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from jelouadmin.templatetags import charts
from jelouadmin.templatetags.icons import ICONS, STATUS_ICONS, TICK_ICONS

register = template.Library()

HUES = 8


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """The icon as inline SVG, hidden from screen readers: the text beside it says what it means."""
    return format_html(
        '<svg class="icon {}" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">{}</svg>',
        css,
        mark_safe(ICONS[name]),  # noqa: S308 - our own drawings, from a table in the code
    )


@register.simple_tag
def status_badge(status: str, label: str = "") -> SafeString:
    """A message's status as a pill, with a sign of its own so that it works without colour."""
    return format_html(
        '<span class="badge badge--{}">{}{}</span>',
        status,
        icon(STATUS_ICONS[status]),
        label or status_label(status),
    )


@register.simple_tag
def ticks(status: str, label: str = "") -> SafeString:
    """What a phone shows beside the time of an outgoing message; nothing for an incoming one."""
    if status not in TICK_ICONS:
        return SafeString("")
    return format_html(
        '<span class="ticks ticks--{}">{}<span class="visually-hidden">{}</span></span>',
        status,
        icon(TICK_ICONS[status]),
        label or status_label(status),
    )


def status_label(status: str) -> str:
    # This library is loaded by pages of every app, and the statuses are one app's own.
    from messaging.statuses import Status

    return str(Status(status).label)


@register.simple_tag
def avatar(name: str, css: str = "") -> SafeString:
    """Initials on one of eight colours, always the same for the same name; a figure if it has no letters."""
    return format_html(
        '<span class="avatar avatar--h{} {}" aria-hidden="true">{}</span>',
        crc32(name.encode()) % HUES,
        css,
        initials(name) or icon("user"),
    )


def initials(name: str) -> str:
    words = [word for word in name.split() if word[0].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.simple_tag
def ago(when: dt.datetime) -> SafeString:
    """How long ago something was, to the second while it is fresh; on hovering the time with its zone."""
    seconds = max(int((timezone.now() - when).total_seconds()), 0)
    local = timezone.localtime(when)
    exact = date_format(local, "Y-m-d H:i:s e")
    shown = age(seconds) or exact
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), exact, shown)


def age(seconds: int) -> str:
    """In the largest unit that still says something; empty past two days, which a date says better."""
    if seconds < 120:
        return _("%(count)s s ago") % {"count": seconds}
    if seconds < 2 * 3600:
        return _("%(count)s min ago") % {"count": seconds // 60}
    if seconds < 48 * 3600:
        return _("%(count)s h ago") % {"count": seconds // 3600}
    return ""


@register.inclusion_tag("console/stacked_bars.html")
def stacked_bars(data: charts.Bars) -> dict[str, Any]:
    """A chart drawn on the server, with its numbers as a table."""
    return {
        "data": data,
        "bars": charts.bars(data),
        "rows": charts.rows(data),
        "grid": charts.grid(data),
        "height": charts.HEIGHT,
        "foot": charts.HEIGHT - 6,
    }


@register.simple_tag
def labelled_cells(cells: list[SafeString], headers: list[dict[str, Any]]) -> SafeString:
    """The cells of a change list's row, each told its column's name for narrow screens.

    Django renders a cell as one string that starts with its tag.
    """
    names = [capfirst(str(header["text"])) if header["class_attrib"] else "" for header in headers]
    names += [""] * (len(cells) - len(names))  # hidden fields have no header
    named = zip(cells, names, strict=True)
    return format_html_join("", "{}", ((_labelled(cell, name),) for cell, name in named))


def _labelled(cell: SafeString, name: str) -> SafeString:
    if not name or "action-checkbox" in cell[:40]:
        return cell
    # Both halves are Django's own markup, escaped already.
    return format_html('{} data-label="{}"{}', mark_safe(cell[:3]), name, mark_safe(cell[3:]))  # noqa: S308
