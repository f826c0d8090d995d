"""What WhatsApp refuses, said before it refuses it.

Documented rules block (`hard`); inferred ones warn. The source of each rule stands with its check.

Outside authentication templates a value of more than 15 characters is not warned about, although Jelou's
page prints that limit for all templates (https://docs.jelou.ai/en/api/campanas/envio-individual): names,
addresses and dates are longer every day, and a warning on every send is a warning nobody reads. The one
other place with a documented 15 is the coupon of a copy-code button, and there it does warn.
"""

import re
import unicodedata
from collections.abc import Mapping

from django.utils.translation import gettext as _

from templates_app.components import Button, Components, Variable, fill
from templates_app.formatting import styles
from templates_app.media_rules import check_media
from templates_app.problems import (
    EMOJI,
    URL_LIMIT,
    Problem,
    check_characters,
    check_length,
    is_visible,
)
from templates_app.value_rules import check_line, check_suffix

__all__ = ["Problem", "check_media", "check_text", "check_values", "clean_value"]

TEXT_LIMIT = 4096
BODY_LIMIT = 1024
HEADER_LIMIT = 60
CODE_LIMIT = 15
COUPON_LIMIT = 20

_ADDRESS = re.compile(r"://|www\.|[a-z0-9-]\.[a-z]{2,}(?![a-z0-9])", re.IGNORECASE)
_DOUBLE_STARS = re.compile(r"\*\*[^\s*]")
_SIGNS = re.compile(r"[*_~`>.-]")


def clean_value(text: str) -> str:
    """`text` without blanks around it, in composed form; nothing that changes what it says."""
    return unicodedata.normalize("NFC", text).strip()


def check_text(text: str) -> list[Problem]:
    """What is wrong with a message of free text.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/text-messages
    """
    if not is_visible(text):
        return [Problem("text", _("The message is empty. Write something."))]
    problems = check_characters("text", _("The message"), text)
    problems += check_length("text", _("The message"), text, TEXT_LIMIT)
    # Many clients show the outer stars: https://github.com/openclaw/openclaw/pull/96570
    if _DOUBLE_STARS.search(text):
        sentence = _("WhatsApp makes bold with one star on each side and shows a second one. Write *word*.")
        problems.append(Problem("text", sentence, hard=False))
    return problems


def check_values(components: Components, values: Mapping[str, str], *, category: str) -> list[Problem]:
    """What keeps these values from being sent with this template.

    Errors 131008, 132000, 132005, 132012 and 132018 of
    https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
    """
    problems = _check_template(components)
    for variable in components.variables:
        problems += _check_value(components, variable, values.get(variable.key, ""), category)
    problems += _check_filled(components, values)
    problems += _check_same_code(components, values, category)
    problems += _check_styles(components, values)
    return problems


def _check_template(components: Components) -> list[Problem]:
    """A message without the parts nobody here understands would not be the approved one."""
    if not components.unknown:
        return []
    return [Problem("template", _("Parts of this template cannot be sent from here. Use another template."))]


def _check_value(components: Components, variable: Variable, value: str, category: str) -> list[Problem]:
    """Named as the form calls the blank."""
    variable = variable.model_copy(update={"label": components.caption(variable)})
    if problems := check_line(variable.key, variable.title, value):
        return problems
    button = _button(components, variable)
    if _is_code(button, category):
        return _check_code(variable, value)
    if button and button.kind == "copy_code":
        return _check_coupon(variable, value)
    return check_suffix(variable.key, variable.title, value) if button else []


def _button(components: Components, variable: Variable) -> Button | None:
    """The button that this variable belongs to, if it does."""
    place, _dot, rest = variable.key.partition(".")
    return components.buttons[int(rest.partition(".")[0])] if place == "button" else None


def _is_code(button: Button | None, category: str) -> bool:
    return category.upper() == "AUTHENTICATION" or (button is not None and button.kind == "otp")


def _check_code(variable: Variable, value: str) -> list[Problem]:
    """https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/authentication-templates/authentication-templates"""
    problems = check_length(variable.key, variable.title, value, CODE_LIMIT)
    if EMOJI.search(value) or _ADDRESS.search(value):
        sentence = _("%(name)s is a code, where WhatsApp allows no link and no emoji. Write the code alone.")
        problems.append(Problem(variable.key, sentence % {"name": variable.title}))
    return problems


def _check_coupon(variable: Variable, value: str) -> list[Problem]:
    """20 since December 2025; the page on coupon templates still says 15.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/changelog
    """
    problems = check_length(variable.key, variable.title, value, COUPON_LIMIT)
    if not problems and len(value) > CODE_LIMIT:
        sentence = _(
            "%(name)s has more than %(limit)d characters, which may be refused. Shorten it if you can."
        )
        facts = {"name": variable.title, "limit": CODE_LIMIT}
        problems.append(Problem(variable.key, sentence % facts, hard=False))
    return problems


def _check_filled(components: Components, values: Mapping[str, str]) -> list[Problem]:
    """Error 132005; for links, 2,000 characters of
    https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """
    body = fill(components.body, "body", values)
    problems = check_length("body", _("The filled message"), body, BODY_LIMIT)
    labels = sum(len(button.label) for button in components.buttons)
    # Seen at one company between us and WhatsApp: https://github.com/glific/glific/issues/3517
    if len(body) <= BODY_LIMIT < len(body) + labels:
        sentence = _(
            "With its buttons the message passes %(limit)d characters, and it may get lost. Shorten it."
        )
        problems.append(Problem("body", sentence % {"limit": BODY_LIMIT}, hard=False))
    if components.header and components.header.format == "text":
        header = fill(components.header.text, "header", values)
        problems += check_length(_field(components, "header"), _("The filled header"), header, HEADER_LIMIT)
    for index, button in enumerate(components.buttons):
        place = f"button.{index}"
        name = _("The link of “%(label)s”") % {"label": button.label}
        url = fill(button.url, place, values)
        problems += check_length(_field(components, place), name, url, URL_LIMIT)
    return problems


def _field(components: Components, place: str) -> str:
    """Where a person mends what is wrong with a place that has one variable at most."""
    return next(iter(components.keys(place)), place)


def _check_same_code(components: Components, values: Mapping[str, str], category: str) -> list[Problem]:
    """A code travels twice, and the button must copy the one that is read.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/authentication-templates/copy-code-button-authentication-templates
    """
    shown = {values.get(key, "") for key in components.keys("body")}
    sentence = _("The button would copy another code than the message shows. Write the same one in both.")
    return [
        Problem(variable.key, sentence)
        for variable in components.variables
        if (button := _button(components, variable)) and _is_code(button, category)
        if shown and values.get(variable.key) and values[variable.key] not in shown
    ]


def _check_styles(components: Components, values: Mapping[str, str]) -> list[Problem]:
    """A star in a value may make text bold, or keep it from being bold: inferred, so a warning."""
    seen = styles(fill(components.body, "body", values))
    sentence = _("A sign such as * or _ in this value changes how the message looks. Check the preview.")
    return [
        Problem(key, sentence, hard=False)
        for key in components.keys("body")
        if _SIGNS.search(values.get(key, ""))
        if styles(fill(components.body, "body", {**values, key: _SIGNS.sub("·", values[key])})) != seen
    ]
