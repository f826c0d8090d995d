"""What a body must look like, said once and checked strictly.

A shape answers nothing; it adds to `problems`, which maps a field to sentences in three languages,
the form in which Jelou's validator answers. Unknown fields are problems: the providers do not promise
to refuse them, but one that we send by mistake would otherwise do nothing, silently.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Problems = dict[str, list[dict[str, str]]]
Rule = Callable[[str], str | None]

SENTENCES = {
    "required": ("is required", "es obligatorio", "é obrigatório"),
    "unknown": ("is not a known field", "no es un campo conocido", "não é um campo conhecido"),
    "text": ("must be a string", "debe ser un texto", "deve ser um texto"),
    "empty": ("must not be empty", "no debe estar vacío", "não deve estar vazio"),
    "long": ("is longer than {most}", "tiene más de {most} caracteres", "tem mais de {most} caracteres"),
    "whole": ("must be an integer", "debe ser un entero", "deve ser um inteiro"),
    "number": ("must be a number", "debe ser un número", "deve ser um número"),
    "range": ("is out of range", "está fuera de rango", "está fora do intervalo"),
    "choice": ("must be one of {options}", "debe ser uno de {options}", "deve ser um de {options}"),
    "list": ("must be an array", "debe ser una lista", "deve ser uma lista"),
    "few": ("needs at least {least} items", "necesita al menos {least}", "precisa de ao menos {least}"),
    "many": ("takes at most {most} items", "admite hasta {most}", "aceita até {most}"),
    "twice": ("must not repeat", "no debe repetirse", "não deve repetir-se"),
    "object": ("must be an object", "debe ser un objeto", "deve ser um objeto"),
    "json": ("must be a JSON object", "debe ser un objeto JSON", "deve ser um objeto JSON"),
    "phone": ("must be 7 to 15 digits", "debe tener de 7 a 15 dígitos", "deve ter de 7 a 15 dígitos"),
    "e164": ("must be + and digits", "debe ser + y dígitos", "deve ser + e dígitos"),
    "one_line": (
        "must not have line breaks, tabs or more than 4 spaces in a row",
        "no debe tener saltos de línea, tabulaciones ni más de 4 espacios seguidos",
        "não deve ter quebras de linha, tabulações nem mais de 4 espaços seguidos",
    ),
    "plain": (
        "must not have emoji or markdown",
        "no debe tener emojis ni formato",
        "não deve ter emojis nem formatação",
    ),
    "address": ("must be an https address", "debe ser una URL https", "deve ser uma URL https"),
    "millis": ("must be epoch milliseconds", "debe ser milisegundos", "deve ser milissegundos"),
    "date": ("must be an ISO 8601 date", "debe ser una fecha ISO 8601", "deve ser uma data ISO 8601"),
    "same": ("must be {value}", "debe ser {value}", "deve ser {value}"),
}


def say(problems: Problems, path: str, key: str, **facts: Any) -> None:
    """Adds the sentence `key` about the field at `path`."""
    english, spanish, portuguese = (f"{path} {text.format(**facts)}" for text in SENTENCES[key])
    problems.setdefault(path, []).append({"en": english, "es": spanish, "pt": portuguese})


class Shape:
    def check(self, value: Any, path: str, problems: Problems) -> None:
        raise NotImplementedError


@dataclass(frozen=True)
class Text(Shape):
    """A string; `rule` answers the key of a sentence when it does not like the value."""

    most: int | None = None
    rule: Rule | None = None
    least: int = 1

    def check(self, value: Any, path: str, problems: Problems) -> None:
        if not isinstance(value, str):
            say(problems, path, "text")
        elif len(value.strip()) < self.least:
            say(problems, path, "empty")
        elif self.most is not None and len(value) > self.most:
            say(problems, path, "long", most=self.most)
        elif self.rule and (broken := self.rule(value)):
            say(problems, path, broken)


@dataclass(frozen=True)
class Choice(Shape):
    options: tuple[str, ...]

    def check(self, value: Any, path: str, problems: Problems) -> None:
        if value not in self.options:
            say(problems, path, "choice", options=", ".join(self.options))


@dataclass(frozen=True)
class Number(Shape):
    """A number; JSON's true and false are none, whatever Python thinks."""

    least: float = float("-inf")
    most: float = float("inf")
    whole: bool = False

    def check(self, value: Any, path: str, problems: Problems) -> None:
        wanted = int if self.whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, wanted):
            say(problems, path, "whole" if self.whole else "number")
        elif not self.least <= value <= self.most:
            say(problems, path, "range")


def whole(least: float = float("-inf"), most: float = float("inf")) -> Number:
    return Number(least, most, whole=True)


@dataclass(frozen=True)
class ListOf(Shape):
    """`unique` names the key of its items that must not repeat."""

    item: Shape
    least: int = 0
    most: int | None = None
    unique: str = ""

    def check(self, value: Any, path: str, problems: Problems) -> None:
        if not isinstance(value, list):
            return say(problems, path, "list")
        if len(value) < self.least:
            say(problems, path, "few", least=self.least)
        if self.most is not None and len(value) > self.most:
            say(problems, path, "many", most=self.most)
        for index, item in enumerate(value):
            self.item.check(item, f"{path}.{index}", problems)
        if self.unique and self._repeats(value):
            say(problems, path, "twice")
        return None

    def _repeats(self, value: list[Any]) -> bool:
        keys = [item[self.unique] for item in value if isinstance(item, dict) and self.unique in item]
        return len({str(key) for key in keys}) < len(keys)


@dataclass(frozen=True)
class Object(Shape):
    """Closed: a field it does not name is a problem."""

    required: Mapping[str, Shape] = field(default_factory=dict)
    optional: Mapping[str, Shape] = field(default_factory=dict)

    def check(self, value: Any, path: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            return say(problems, path, "object")
        inside = f"{path}." if path else ""
        known = {**self.optional, **self.required}
        for name in self.required.keys() - value.keys():
            say(problems, inside + name, "required")
        for name, content in value.items():
            if name in known:
                known[name].check(content, inside + name, problems)
            else:
                say(problems, inside + name, "unknown")
        return None


@dataclass(frozen=True)
class OpenObject(Shape):
    """An object whose inside is documented nowhere."""

    least: int = 0

    def check(self, value: Any, path: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            say(problems, path, "object")
        elif len(value) < self.least:
            say(problems, path, "empty")


def problems_of(shape: Shape, value: Any) -> Problems:
    """Every problem of `value`, by field; empty when it is fine."""
    problems: Problems = {}
    shape.check(value, "", problems)
    return problems
