"""What the form of a message is made of. `kinds` describes each form, one template draws them all.

Names are paths into the content, such as `sections.1.rows.2.title`: the names of the inputs, and the
fields that `Content.problems()` speaks of. A part's own name is the piece of that path that it adds.
"""

from dataclasses import dataclass

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class When:
    """A field is there only while another one, beside it or at the top, has one of these values."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Field:
    """`limit` is what the counter counts down from. `key` is its place in the content if not its name.

    `widget`: text, textarea, tel, email, url, media, select, checkbox, datetime or tags. A media field takes
    a link or an upload; `media` is the kind of file, or the name of the field that says which kind.
    """

    name: str
    label: Text
    widget: str = "text"
    limit: int = 0
    hint: Text = ""
    placeholder: Text = ""
    choices: tuple[tuple[str, Text], ...] = ()
    media: str = ""
    when: When | None = None
    key: str = ""


@dataclass(frozen=True)
class Group:
    """Things that people add, move and remove. A group of plain texts has one field without a name.

    `each` are the parts of things that differ from one another, in their order.
    """

    name: str
    label: Text
    item: Text
    add: Text
    parts: tuple["Part", ...]
    least: int = 0
    most: int = 10
    hint: Text = ""
    when: When | None = None
    each: tuple[tuple["Part", ...], ...] = ()

    def parts_of(self, index: int) -> tuple["Part", ...]:
        return self.each[index] if index < len(self.each) else self.parts

    @property
    def is_plain(self) -> bool:
        return len(self.parts) == 1 and isinstance(self.parts[0], Field) and not self.parts[0].name

    @property
    def is_fixed(self) -> bool:
        """Whether there is nothing to add or to remove."""
        return self.least == self.most


@dataclass(frozen=True)
class Fold:
    """What few people need, behind a line to press; it adds nothing to the names inside."""

    name: str
    label: Text
    parts: tuple["Part", ...]
    hint: Text = ""


Part = Field | Group | Fold
