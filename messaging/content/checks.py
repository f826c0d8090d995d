"""Checks that kinds of messages share. Each answers with the problems of one field, often none."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from templates_app.problems import (
    BREAKS,
    EMOJI,
    MARKUP,
    Problem,
    check_characters,
    check_length,
    is_visible,
)


def check_needed(field: str, name: str, text: str, limit: int) -> list[Problem]:
    """A text that must be there."""
    if not is_visible(text):
        return [Problem(field, _("%(name)s is empty. Write it.") % {"name": name})]
    return check_optional(field, name, text, limit)


def check_optional(field: str, name: str, text: str, limit: int) -> list[Problem]:
    return [*check_characters(field, name, text), *check_length(field, name, text.strip(), limit)]


def check_label(field: str, name: str, text: str, limit: int) -> list[Problem]:
    """What stands on a button: one line, without emoji and markup.

    https://docs.jelou.ai/api/envia-mensajes/respuestas-rapidas
    """
    problems = check_needed(field, name, text, limit)
    if BREAKS.search(text.strip()):
        sentence = _("%(name)s has a line break or a tab, which a button does not take. Use one line.")
        problems.append(Problem(field, sentence % {"name": name}))
    if EMOJI.search(text) or MARKUP.search(text):
        sentence = _("%(name)s has an emoji or a sign such as *, which a button does not take. Use words.")
        problems.append(Problem(field, sentence % {"name": name}))
    return problems


def check_count(field: str, things: Sequence[object], least: int, most: int) -> list[Problem]:
    """How many there may be of something that people add and remove."""
    if least <= len(things) <= most:
        return []
    facts = {"count": len(things), "least": least, "most": most}
    sentence = _("There are %(count)d, and WhatsApp takes %(least)d to %(most)d. Add or remove some.")
    return [Problem(field, sentence % facts)]


def check_different(fields: Sequence[str], texts: Sequence[str]) -> list[Problem]:
    """Of two that read the same, nobody could tell which was pressed. Empty ones are another check's."""
    seen: set[str] = set()
    problems = []
    for field, text in zip(fields, texts, strict=True):
        plain = text.strip()
        if plain and plain in seen:
            problems.append(Problem(field, _("This stands there twice. Write something else.")))
        seen.add(plain)
    return problems
