"""What a body must look like, said once and checked strictly.

A shape answers nothing; it adds to a list of problems, which each provider says in its own words.
Unknown fields are problems: not every provider promises to refuse them, but one that we send by
mistake would otherwise do nothing, silently.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]
Rule = Callable[[str], str | None]


@dataclass(frozen=True)
class Problem:
    """What is wrong where: `key` names the rule, `facts` are its numbers and names."""

    path: Path
    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)


Problems = list[Problem]


def say(problems: Problems, path: Path, key: str, **facts: Any) -> None:
    problems.append(Problem(path, key, facts))


class Shape:
    def check(self, value: Any, path: Path, problems: Problems) -> None:
        raise NotImplementedError


@dataclass(frozen=True)
class Text(Shape):
    """A string; `rule` answers the key of a sentence when it does not like the value."""

    most: int | None = None
    rule: Rule | None = None
    least: int = 1

    def check(self, value: Any, path: Path, problems: Problems) -> None:
        if not isinstance(value, str):
            say(problems, path, "text")
        elif len(value.strip()) < self.least:
            say(problems, path, "empty", least=self.least)
        elif self.most is not None and len(value) > self.most:
            say(problems, path, "long", most=self.most)
        elif self.rule and (broken := self.rule(value)):
            say(problems, path, broken)


@dataclass(frozen=True)
class Choice(Shape):
    options: tuple[str, ...]

    def check(self, value: Any, path: Path, problems: Problems) -> None:
        if value not in self.options:
            say(problems, path, "choice", options=self.options)


@dataclass(frozen=True)
class Flag(Shape):
    """True or false; 1 and 0 are numbers."""

    def check(self, value: Any, path: Path, problems: Problems) -> None:
        if not isinstance(value, bool):
            say(problems, path, "flag")


@dataclass(frozen=True)
class Nullable(Shape):
    """JSON's null, or what the shape inside says."""

    inside: Shape

    def check(self, value: Any, path: Path, problems: Problems) -> None:
        if value is not None:
            self.inside.check(value, path, problems)


class Anything(Shape):
    def check(self, value: Any, path: Path, problems: Problems) -> None:
        pass


@dataclass(frozen=True)
class MapOf(Shape):
    """An object with any names whose values are alike."""

    value: Shape

    def check(self, value: Any, path: Path, problems: Problems) -> None:
        if not isinstance(value, dict):
            return say(problems, path, "object")
        for name, content in value.items():
            self.value.check(content, (*path, name), problems)
        return None


@dataclass(frozen=True)
class Number(Shape):
    """A number; JSON's true and false are none, whatever Python thinks."""

    least: float = float("-inf")
    most: float = float("inf")
    whole: bool = False

    def check(self, value: Any, path: Path, problems: Problems) -> None:
        wanted = int if self.whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, wanted):
            say(problems, path, "whole" if self.whole else "number")
        elif not self.least <= value <= self.most:
            say(problems, path, "range", least=self.least, most=self.most, low=value < self.least)


def whole(least: float = float("-inf"), most: float = float("inf")) -> Number:
    return Number(least, most, whole=True)


@dataclass(frozen=True)
class ListOf(Shape):
    """`unique` names the key of its items that must not repeat."""

    item: Shape
    least: int = 0
    most: int | None = None
    unique: str = ""

    def check(self, value: Any, path: Path, problems: Problems) -> None:
        if not isinstance(value, list):
            return say(problems, path, "list")
        if len(value) < self.least:
            say(problems, path, "few", least=self.least)
        if self.most is not None and len(value) > self.most:
            say(problems, path, "many", most=self.most)
        for index, item in enumerate(value):
            self.item.check(item, (*path, index), problems)
        if self.unique and self._repeats(value):
            say(problems, path, "twice")
        return None

    def _repeats(self, value: list[Any]) -> bool:
        keys = [item[self.unique] for item in value if isinstance(item, dict) and self.unique in item]
        return len({str(key) for key in keys}) < len(keys)


@dataclass(frozen=True)
class Object(Shape):
    """A field it does not name is a problem, unless it is not `closed`."""

    required: Mapping[str, Shape] = field(default_factory=dict)
    optional: Mapping[str, Shape] = field(default_factory=dict)
    closed: bool = True

    def check(self, value: Any, path: Path, problems: Problems) -> None:
        if not isinstance(value, dict):
            return say(problems, path, "object")
        known = {**self.optional, **self.required}
        for name in [name for name in self.required if name not in value]:
            say(problems, (*path, name), "required")
        for name, content in value.items():
            if name in known:
                known[name].check(content, (*path, name), problems)
            elif self.closed:
                say(problems, (*path, name), "unknown")
        return None


@dataclass(frozen=True)
class Kinds(Shape):
    """An object whose shape goes by the word in its field `key`."""

    shapes: Mapping[str, Shape]
    key: str = "type"

    def check(self, value: Any, path: Path, problems: Problems) -> None:
        if not isinstance(value, dict):
            return say(problems, path, "object")
        if self.key not in value:
            return say(problems, (*path, self.key), "required")
        kind = value[self.key]
        if not isinstance(kind, str) or kind not in self.shapes:
            return say(problems, (*path, self.key), "choice", options=tuple(self.shapes))
        return self.shapes[kind].check(value, path, problems)


@dataclass(frozen=True)
class OpenObject(Shape):
    """An object whose inside is documented nowhere."""

    least: int = 0

    def check(self, value: Any, path: Path, problems: Problems) -> None:
        if not isinstance(value, dict):
            say(problems, path, "object")
        elif len(value) < self.least:
            say(problems, path, "empty")


def problems_of(shape: Shape, value: Any) -> Problems:
    """Every problem of `value`; empty when it is fine."""
    problems: Problems = []
    shape.check(value, (), problems)
    return problems
