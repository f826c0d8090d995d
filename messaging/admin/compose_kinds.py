"""The kinds of message to choose from, and why some of them cannot be sent now."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from messaging.forms.compose import ComposeForm
from messaging.forms.parts import Text
from messaging.forms.tiles import GROUPS, ICONS, LABELS


@dataclass(frozen=True)
class Kind:
    """`why` is empty for one that can be sent, `reason` names the sentence that explains it."""

    value: str
    label: Text
    icon: str
    is_chosen: bool
    why: str = ""
    reason: str = ""

    @property
    def is_disabled(self) -> bool:
        """The chosen one never is: its problem stands below, and what was typed must not vanish."""
        return bool(self.why) and not self.is_chosen


@dataclass(frozen=True)
class KindGroup:
    label: Text
    kinds: list[Kind]


def kind_groups(form: ComposeForm, window: Mapping[str, object]) -> list[KindGroup]:
    return [KindGroup(label, [_kind(form, window, value) for value in values]) for label, values in GROUPS]


def _kind(form: ComposeForm, window: Mapping[str, object], value: str) -> Kind:
    why, reason = _why_not(form, window, value)
    return Kind(value, LABELS[value], ICONS[value], form.chosen_kind == value, why, reason)


def _why_not(form: ComposeForm, window: Mapping[str, object], value: str) -> tuple[str, str]:
    if value not in form.carried:
        return _("%(provider)s cannot carry it.") % {"provider": form.carrier}, "not-carried"
    if value != "template" and window["state"] != "open":
        return str(window["sentence"]), "window"
    return "", ""


def not_carried(form: ComposeForm) -> str:
    """Which kinds the bot's provider has no way to send, in one sentence; empty if it carries all."""
    values = [value for _label, values in GROUPS for value in values if value not in form.carried]
    if not values:
        return ""
    kinds = ", ".join(str(LABELS[value]) for value in values)
    return _("%(provider)s cannot carry: %(kinds)s.") % {"provider": form.carrier, "kinds": kinds}
