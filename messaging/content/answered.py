"""What the provider's own bot does when the contact answers a template.

https://docs.jelou.ai/en/api/campanas/envio-individual
"""

from django.utils.translation import gettext as _

from templates_app.problems import Problem
from templates_app.special_rules import is_number

from .checks import check_different, check_needed, check_optional
from .parts import Part

TITLE_LIMIT = 100
NAME_LIMIT = 100
VALUE_LIMIT = 1000
MOST_OPTIONS = MOST_REMEMBERED = 50


class MenuOption(Part):
    title: str = ""
    flow_id: str = ""


class Remembered(Part):
    name: str = ""
    value: str = ""


class WhenAnswered(Part):
    """Go to a flow, or offer a numbered menu for so many seconds; and remember things."""

    flow_id: str = ""
    menu: tuple[MenuOption, ...] = ()
    menu_seconds: str = ""
    memory: tuple[Remembered, ...] = ()

    def problems(self, field: str) -> list[Problem]:
        return [
            *self._flow_problems(field),
            *self._menu_problems(f"{field}.menu"),
            *_check_number(
                f"{field}.menu_seconds", _("Write a number of seconds, such as 3600."), self.menu_seconds
            ),
            *self._memory_problems(f"{field}.memory"),
        ]

    def _flow_problems(self, field: str) -> list[Problem]:
        problems = _check_number(f"{field}.flow_id", _no_flow(), self.flow_id)
        if self.flow_id.strip() and self.menu:
            sentence = _(
                "An answer may lead to the flow or to the menu, and which is not documented. Use one."
            )
            problems.append(Problem(f"{field}.flow_id", sentence, hard=False))
        return problems

    def _menu_problems(self, field: str) -> list[Problem]:
        problems = _check_most(field, len(self.menu), MOST_OPTIONS)
        for index, option in enumerate(self.menu):
            problems += check_optional(f"{field}.{index}.title", _("The title"), option.title, TITLE_LIMIT)
            if not is_number(option.flow_id):
                problems.append(Problem(f"{field}.{index}.flow_id", _no_flow()))
        return problems

    def _memory_problems(self, field: str) -> list[Problem]:
        problems = _check_most(field, len(self.memory), MOST_REMEMBERED)
        names = [one.name for one in self.memory]
        for index, one in enumerate(self.memory):
            problems += check_needed(f"{field}.{index}.name", _("The name"), one.name, NAME_LIMIT)
            problems += check_optional(f"{field}.{index}.value", _("The value"), one.value, VALUE_LIMIT)
        return problems + check_different([f"{field}.{index}.name" for index in range(len(names))], names)

    def masked(self, hidden: str) -> "WhenAnswered":
        """The same with `hidden` in place of what is remembered."""
        memory = tuple(one.model_copy(update={"value": hidden}) for one in self.memory)
        return self.model_copy(update={"memory": memory})


def _no_flow() -> str:
    return _("The id of a flow is a number from 1 on, such as 23838. Copy it from the provider.")


def _check_number(field: str, sentence: str, text: str) -> list[Problem]:
    """A number that may be left out."""
    return [Problem(field, sentence)] if text.strip() and not is_number(text) else []


def _check_most(field: str, count: int, most: int) -> list[Problem]:
    if count <= most:
        return []
    return [Problem(field, _("There are more than %(most)d. Remove some.") % {"most": most})]
