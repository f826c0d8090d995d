"""`{% load figures %}`: numbers as people read them."""

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def grouped(number: int) -> str:
    """With the thousands apart."""
    return number_format(number, use_l10n=True, force_grouping=True) if number >= 1000 else str(number)


@register.simple_tag
def number(value: int, url: str = "") -> SafeString | str:
    """A link to what was counted, if anything was."""
    return format_html('<a href="{}">{}</a>', url, grouped(value)) if url and value else grouped(value)


@register.filter
def share(count: int, of: int | None) -> str:
    """In percent; empty where there is nothing to be a part of."""
    return _("%(percent)s %%") % {"percent": percent(count, of)} if of else ""


def percent(count: int, of: int) -> str:
    """Never 0 or 100 for what is more than nothing or less than all."""
    exact = 100 * count / of
    if 0 < exact < 1:
        return "<1"
    return str(99 if 99 < exact < 100 else round(exact))


@register.filter
def width(count: int, of: int | None) -> str:
    """How long a bar is, as a share of its place. With a point, in every language."""
    return f"{min(100 * count / of, 100):.2f}%" if of else "0%"
