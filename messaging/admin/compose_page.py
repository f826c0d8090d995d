"""What the compose page shows: one dictionary for the page, for every keystroke, and after Send."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from messaging.admin.compose_kinds import kind_groups, not_carried
from messaging.forms.compose import ComposeForm
from messaging.forms.nodes import Node, Page, groups, inputs
from messaging.forms.paths import Change
from messaging.forms.posting import VALUE_PREFIX
from messaging.models import Contact, Conversation, Tag
from templates_app.components import Variable
from templates_app.rendering import bubble_html
from templates_app.rules import Problem

Problems = Mapping[str, Sequence[Problem]]

# Where the checks of templates and texts speak of a thing by another name than the form.
INPUT_NAMES = {"header_media": "media_url"}


def page_context(request: HttpRequest, form: ComposeForm, *, strict: bool) -> dict[str, Any]:
    """`strict` also shows problems of fields nobody has touched yet: after Send, not while typing."""
    problems = _by_field(form, strict=strict)
    window = _window(form)
    focus = _first_bad(form, problems, strict)
    page = Page(form.posted, problems, form.change, form.attachments.notes, focus)
    nodes = form.nodes(page)
    return {
        "title": _("Compose"),
        "form": form,
        "plan": form.plan,
        "problems": problems,
        "other_problems": _elsewhere(form, nodes, problems),
        "kind_groups": kind_groups(form, window),
        "not_carried": not_carried(form),
        "fields": _value_fields(form, problems),
        "header_nodes": nodes[: len(form.header)],
        "nodes": nodes[len(form.header) :],
        "inputs": list(inputs(nodes)),
        "groups": list(groups(nodes)),
        "announcement": _announcement(form.change),
        "bubble": _bubble(form),
        "window": window,
        "tags": Tag.objects.all(),
        "templates": form.templates,
        "provider": form.provider.label if form.chosen_bot else "",
        "carries_quotes": form.provider.carries_quotes,
        "zone": timezone.get_current_timezone_name(),
        "strict": strict,
        **admin.site.each_context(request),
    }


def _first_bad(form: ComposeForm, problems: Problems, strict: bool) -> str:
    """Where the focus goes after a Send that was refused."""
    bad = (one.name for one in form.inputs if any(problem.hard for problem in problems.get(one.name, ())))
    return next(bad, "") if strict else ""


def _announcement(change: Change | None) -> str:
    """What a screen reader is told after a button of a group was pressed."""
    if change is None:
        return ""
    sentences = {
        "add": _("Added. There are %(count)d now."),
        "drop": _("Removed. There are %(count)d now."),
        "up": _("Moved up. It is number %(place)d of %(count)d now."),
        "down": _("Moved down. It is number %(place)d of %(count)d now."),
    }
    return sentences[change.verb] % {"count": change.count, "place": change.index + 1}


# -- Problems --------------------------------------------------------------------------------------


def _by_field(form: ComposeForm, *, strict: bool) -> dict[str, list[Problem]]:
    """Problems under the name of the field they stand at."""
    found: dict[str, list[Problem]] = {}
    shown = [one.name for one in form.inputs]
    for problem in form.problems:
        name = INPUT_NAMES.get(problem.field, problem.field)
        if strict or problem in form.attachments.problems or _is_touched(form, name, shown):
            found.setdefault(name, []).append(problem)
    return found


def _is_touched(form: ComposeForm, name: str, shown: Sequence[str]) -> bool:
    """A page nobody has filled yet is not wrong, it is empty."""
    if name == "recipients":
        return bool(form.audience.contacts or form.audience.refused)
    if name in form.typed or name in form.fields:
        return bool((form.typed.get(name) or form.data.get(name, "")).strip())
    if any(one == name or one.startswith(f"{name}.") for one in shown):
        below = (text for key, text in form.data.items() if key == name or key.startswith(f"{name}."))
        return any(isinstance(text, str) and text.strip() for text in below)
    return not any(name == variable.key for variable in form.draft.variables) if form.draft else True


def _elsewhere(form: ComposeForm, nodes: Sequence[Node], problems: Problems) -> list[Problem]:
    """Problems of the whole message, which stand at no field: its length, parts that nobody here knows."""
    at_fields = {*form.fields, "recipients", *_names(nodes)}
    at_fields |= {variable.key for variable in form.draft.variables} if form.draft else set()
    return [problem for name, found in problems.items() if name not in at_fields for problem in found]


def _names(nodes: Sequence[Node]) -> Iterator[str]:
    yield from (one.name for one in inputs(nodes))
    yield from (group.path for group in groups(nodes))


# -- Blanks of a template ----------------------------------------------------------------------------


def _value_fields(form: ComposeForm, problems: Problems) -> list[dict[str, Any]]:
    """One input for each blank of the template: what was typed, and what fills it if nothing was."""
    if form.draft is None or form.plan is None:
        return []
    contact = form.plan.sample_contact
    return [_value_field(form, variable, contact, problems) for variable in form.draft.variables]


def _value_field(
    form: ComposeForm, variable: Variable, contact: Contact | None, problems: Problems
) -> dict[str, Any]:
    assert form.draft
    typed = form.typed.get(variable.key, "")
    filled = form.draft.value(variable, contact)
    return {
        "variable": variable,
        "label": form.draft.template.components.caption(variable) if form.draft.template else "",
        "name": VALUE_PREFIX + variable.key,
        "id": VALUE_PREFIX + variable.key.replace(".", "-"),
        "typed": typed,
        "filled": filled if filled.source else None,
        "problems": problems.get(variable.key, []),
        "is_many": len(form.audience.contacts) > 1,
    }


# -- Preview -----------------------------------------------------------------------------------------


def _bubble(form: ComposeForm) -> str:
    if form.plan is None or _is_blank(form):
        return ""
    return bubble_html(form.plan.sample.bubble(), time=timezone.now(), show_media_from=settings.MEDIA_HOSTS)


def _is_blank(form: ComposeForm) -> bool:
    """Whether there is nothing to draw yet; a choice alone is nothing."""
    if form.chosen_kind == "template":
        return form.chosen_template is None
    return not any(one.value.strip() for one in form.inputs if one.field.widget != "select")


def _window(form: ComposeForm) -> dict[str, Any]:
    """Whether the chosen people may get free text, and the sentence that says so."""
    people = [contact for contact in form.audience.contacts if contact.pk]
    if form.chosen_bot is None or not form.audience.contacts:
        return {"state": "nobody", "sentence": _("Choose a contact to see whether free text can be sent.")}
    conversations = Conversation.objects.filter(bot=form.chosen_bot, contact__in=people)
    ends = [row.window_ends_at for row in conversations if row.is_window_open and row.window_ends_at]
    if len(form.audience.contacts) == 1:
        return _single_window(ends, list(conversations))
    if ends:
        sentence = _("%(open)s of %(all)s people wrote in the last 24 hours and can get free text.")
        return {
            "state": "open",
            "sentence": sentence % {"open": len(ends), "all": len(form.audience.contacts)},
            "ends_at": min(ends),
        }
    return {"state": "closed", "sentence": _("None of them wrote in the last 24 hours. Use a template.")}


def _single_window(ends: list[Any], conversations: list[Conversation]) -> dict[str, Any]:
    if ends:
        return {"state": "open", "sentence": _("The 24-hour window is open."), "ends_at": ends[0]}
    if conversations and (last := conversations[0].last_inbound_at):
        sentence = _("The 24-hour window is closed: this contact last wrote %(ago)s ago. Use a template.")
        return {"state": "closed", "sentence": sentence % {"ago": timesince(last)}}
    sentence = _("We do not know that this contact ever wrote to this bot, so only a template can be sent.")
    return {"state": "unknown", "sentence": sentence}
