"""The form of a message as a page draws it: every input with its value, its counter and its problems."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.text import format_lazy

from messaging.content.media import TYPES as TYPES_OF_FILES
from templates_app.problems import Problem

from .parts import Field, Fold, Group, Part, Text
from .paths import Change
from .reading import Posted, chosen

# Input types by widget; the others are drawn by templates of their own.
TYPES = {"text": "text", "url": "url", "media": "url", "tel": "tel", "email": "email", "tags": "text"}


def dom_id(name: str) -> str:
    return "f-" + name.replace(".", "-")


@dataclass
class Input:
    """One field. `left` is negative for a text that is too long; `note` says what trying its link found."""

    field: Field
    name: str
    value: str
    media: str = ""
    left: int = 0
    problems: Sequence[Problem] = ()
    note: str = ""
    has_focus: bool = False
    is_group: bool = False
    is_fold: bool = False

    @property
    def id(self) -> str:
        return dom_id(self.name)

    @property
    def type(self) -> str:
        return TYPES.get(self.field.widget, "")

    @property
    def choice(self) -> str:
        return chosen(self.field, self.value)

    @property
    def excess(self) -> int:
        return -self.left

    @property
    def accept(self) -> str:
        """What a browser offers to choose from; the content of what is chosen decides."""
        return ",".join(TYPES_OF_FILES.get("file" if self.media == "document" else self.media, ()))

    @property
    def is_bad(self) -> bool:
        return any(problem.hard for problem in self.problems)


@dataclass
class Thing:
    """One of a group, with the buttons that move it and take it away; `focus` is the one with the focus."""

    path: str
    title: Text
    nodes: list["Node"]
    can_rise: bool
    can_sink: bool
    can_drop: bool
    focus: str = ""

    @property
    def id(self) -> str:
        return dom_id(self.path)


@dataclass
class Things:
    group: Group
    path: str
    things: list[Thing]
    can_add: bool
    problems: Sequence[Problem] = ()
    has_focus: bool = False
    is_group: bool = True
    is_fold: bool = False

    @property
    def id(self) -> str:
        return dom_id(self.path)

    @property
    def is_bare(self) -> bool:
        """A single thing that can be neither moved nor removed needs no frame."""
        return self.group.least == self.group.most == 1


@dataclass
class Folded:
    fold: Fold
    id: str
    nodes: list["Node"]
    is_open: bool
    is_group: bool = False
    is_fold: bool = True


Node = Input | Things | Folded


@dataclass
class Page:
    """What decides how the parts are drawn: what was posted, what is wrong, and where the focus goes."""

    posted: Posted
    problems: Mapping[str, Sequence[Problem]]
    change: Change | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
    focus: str = ""

    def draw(self, parts: Sequence[Part], prefix: str = "") -> list[Node]:
        return list(self._draw(parts, prefix))

    def _draw(self, parts: Sequence[Part], prefix: str) -> Iterator[Node]:
        for part in parts:
            if isinstance(part, Fold):
                yield self._folded(part, prefix)
            elif self.posted.is_shown(part.when, prefix):
                yield self._things(part, prefix) if isinstance(part, Group) else self._input(part, prefix)

    def _input(self, field: Field, prefix: str) -> Input:
        name = (prefix + field.name).removesuffix(".")
        return Input(
            field,
            name,
            self.posted.text(name),
            media=self.posted.media_kind(field, prefix),
            left=field.limit - len(self.posted.clean(name)),
            problems=self.problems.get(name, ()),
            note=self.notes.get(name, ""),
            has_focus=name == self.focus,
        )

    def _folded(self, fold: Fold, prefix: str) -> Folded:
        nodes = self.draw(fold.parts, prefix)
        is_open = any(node.value.strip() or node.problems for node in inputs(nodes)) or self._is_changed(
            nodes
        )
        return Folded(fold, dom_id(f"{prefix}{fold.name}"), nodes, is_open)

    def _is_changed(self, nodes: Sequence[Node]) -> bool:
        return self.change is not None and any(group.path == self.change.path for group in groups(nodes))

    def _things(self, group: Group, prefix: str) -> Things:
        path = prefix + group.name
        count = self.posted.count(path, group)
        things = [self._thing(group, path, index, count) for index in range(count)]
        is_empty_now = self._did("drop", path) is not None and not things
        return Things(
            group, path, things, count < group.most, self.problems.get(path, ()), has_focus=is_empty_now
        )

    def _thing(self, group: Group, path: str, index: int, count: int) -> Thing:
        title = group.item if group.most == 1 else format_lazy("{} {}", group.item, index + 1)
        thing = Thing(
            f"{path}.{index}",
            title,
            self.draw(group.parts_of(index), f"{path}.{index}."),
            can_rise=index > 0,
            can_sink=index < count - 1,
            can_drop=count > group.least,
        )
        self._focus(thing, path, index, count)
        return thing

    def _focus(self, thing: Thing, path: str, index: int, count: int) -> None:
        """Into the new thing, on the same button of a moved one, near the gap that a lost one left."""
        change = self._did("add up down drop", path)
        if change is None:
            return
        if change.verb == "add" and index == change.index:
            first = next(inputs(thing.nodes), None)
            if first:
                first.has_focus = True
        elif change.verb in ("up", "down") and index == change.index:
            thing.focus = _possible(change.verb, thing)
        elif change.verb == "drop" and index == min(change.index, count - 1):
            thing.focus = "drop" if thing.can_drop else "frame"

    def _did(self, verbs: str, path: str) -> Change | None:
        change = self.change
        return change if change and change.path == path and change.verb in verbs.split() else None


def _possible(verb: str, thing: Thing) -> str:
    """At the end of its way the button is gone, and the opposite one is next to it."""
    can = {"up": thing.can_rise, "down": thing.can_sink}
    return verb if can[verb] else {"up": "down", "down": "up"}[verb]


def inputs(nodes: Sequence[Node]) -> Iterator[Input]:
    """All inputs, in the order of the page."""
    for node in nodes:
        if isinstance(node, Input):
            yield node
        else:
            for inner in _inner(node):
                yield from inputs(inner)


def groups(nodes: Sequence[Node]) -> Iterator[Things]:
    for node in nodes:
        if isinstance(node, Things):
            yield node
        if not isinstance(node, Input):
            for inner in _inner(node):
                yield from groups(inner)


def _inner(node: Things | Folded) -> list[list[Node]]:
    return [node.nodes] if isinstance(node, Folded) else [thing.nodes for thing in node.things]
