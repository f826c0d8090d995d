"""Dotted names of inputs, as trees: what is posted for `sections.1.rows.2.title`, moved, added and dropped.

Posts are hostile. A name that is no path, is too deep or has a huge index is not one of ours and is left
alone; whatever indices come, the tree has none missing.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

# As many pieces as the deepest name has, and a bit more; indices below a hundred.
PATH = re.compile(r"[a-z_]{1,40}(?:\.(?:[a-z_]{1,40}|[0-9]{1,2})){0,6}")
# Their numbers are names: the index of a button of the template.
KEYED = frozenset({"flows"})
VERBS = frozenset({"add", "drop", "up", "down"})


@dataclass
class Node:
    """A value, things below it, or both: `buttons` is a choice of one kind and a list of another."""

    value: str | None = None
    below: dict[str, "Node"] = field(default_factory=dict)

    @property
    def items(self) -> list["Node"]:
        """What is numbered below this."""
        return [self.below[key] for key in sorted(filter(str.isdecimal, self.below), key=int)]

    @items.setter
    def items(self, items: list["Node"]) -> None:
        named = {key: node for key, node in self.below.items() if not key.isdecimal()}
        self.below = named | {str(index): node for index, node in enumerate(items)}


@dataclass(frozen=True)
class Change:
    """What a button of a group did. `index` is where the thing is now, or where it was if it is gone."""

    verb: str
    path: str
    index: int
    count: int


def is_path(name: str) -> bool:
    return PATH.fullmatch(name) is not None


def nest(pairs: Iterable[tuple[str, str]]) -> Node:
    """A tree of the names that are paths, with numbers that leave no gap."""
    root = Node()
    for name, value in pairs:
        if is_path(name):
            _reach(root, name.split(".")).value = value
    _close_gaps(root)
    return root


def flatten(node: Node, prefix: str = "") -> Iterator[tuple[str, str]]:
    """The names and values again, each thing's own before what is below it."""
    if node.value is not None:
        yield prefix, node.value
    for key, child in node.below.items():
        yield from flatten(child, f"{prefix}.{key}" if prefix else key)


def look(root: Node, path: str) -> Node | None:
    node: Node | None = root
    for key in path.split("."):
        node = node.below.get(_number(key)) if node else None
    return node


def change(root: Node, order: str, most: int = 99) -> Change | None:
    """Do what a button asks: `add:sections.0.rows`, `up:cards.1`, `down:cards.0`, `drop:buttons.2`.

    None, and nothing done, for an order that makes no sense here.
    """
    verb, _colon, path = order.partition(":")
    if verb not in VERBS or not is_path(path):
        return None
    if verb == "add":
        return _add(_reach(root, path.split(".")), path, most)
    path, _dot, index = path.rpartition(".")
    group = look(root, path)
    if group is None or not index.isdecimal():
        return None
    return _move(group, verb, path, int(index))


def _add(group: Node, path: str, most: int) -> Change | None:
    count = len(group.items)
    if count >= most:
        return None
    # An empty value of its own, or there would be no name to say that it is there.
    group.items = [*group.items, Node("")]
    return Change("add", path, count, count + 1)


def _move(group: Node, verb: str, path: str, index: int) -> Change | None:
    items = group.items
    if index >= len(items):
        return None
    moved = items.pop(index)
    if verb == "drop":
        group.items = items
        return Change(verb, path, index, len(items))
    to = min(max(index + (1 if verb == "down" else -1), 0), len(items))
    items.insert(to, moved)
    group.items = items
    return Change(verb, path, to, len(items))


def _reach(root: Node, keys: list[str]) -> Node:
    for key in keys:
        root = root.below.setdefault(_number(key), Node())
    return root


def _number(key: str) -> str:
    """`07` is 7."""
    return str(int(key)) if key.isdecimal() else key


def _close_gaps(node: Node) -> None:
    for key, child in node.below.items():
        if key not in KEYED:
            child.items = child.items
        _close_gaps(child)
