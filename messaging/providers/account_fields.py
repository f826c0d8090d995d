"""What an account of a provider is asked for; its form is made from this."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise


@dataclass(frozen=True)
class CredentialField:
    """One thing an account of this provider needs; secret ones are never shown again."""

    name: str
    label: str | Promise
    secret: bool = True


@dataclass(frozen=True)
class OptionField:
    """One choice among the provider's variants; the account's form shows it and keeps the answer.

    `type` is `bool`, `int` (from `least` to `most`) or `choice` (one of `choices`, pairs of value and label).
    """

    name: str
    label: str | Promise
    help: str | Promise = ""
    type: Literal["bool", "int", "choice"] = "bool"
    default: bool | int | str = False
    least: int = 0
    most: int = 1_000_000
    choices: Sequence[tuple[str, str | Promise]] = ()
