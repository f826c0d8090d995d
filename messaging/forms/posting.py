"""A post before anything in it is understood: buttons have had their effect, and names are in shape."""

import uuid
from collections.abc import Collection, Iterable

from django.http import QueryDict

from messaging.content import SESSION_KINDS, Content, TemplateContent
from messaging.forms import paths
from messaging.forms.keys import as_key
from messaging.forms.paths import Change

VALUE_PREFIX = "value-"
# What a browser carries along at most for kinds that are not shown: Django takes a thousand fields.
MOST_KEPT = 400

# The first pieces of all names that some kind's form has.
CONTENTS: tuple[type[Content], ...] = (*SESSION_KINDS.values(), TemplateContent)
HEADS = frozenset(name for content in CONTENTS for name in content.model_fields) | {"text"}
NO_INPUTS = frozenset(
    {"kind", "version", "reply_to", "components", "values", "element_name", "language", "category"}
)


def in_shape(data: QueryDict) -> tuple[QueryDict, Change | None]:
    """A copy in which the pressed button has had its effect, without impossible keys and gaps."""
    changed = data.copy()
    _change_people(changed)
    nested = {name: text for name, text in texts(changed).items() if "." in name and paths.is_path(name)}
    tree = paths.nest(nested.items())
    change = paths.change(tree, data.get("rows", ""))
    for name in nested:
        del changed[name]
    for name, value in paths.flatten(tree):
        changed[name] = value
    return changed, change


def _change_people(data: QueryDict) -> None:
    chosen = [*data.getlist("contact"), *data.getlist("add_contact")]
    removed = set(data.getlist("remove_contact"))
    data["numbers"] = "\n".join(filter(None, [data.get("numbers", ""), *data.getlist("add_number")]))
    data.setlist("contact", _unique(key for key in chosen if key not in removed and _is_uuid(key)))
    data.setlist("tag", [key for key in data.getlist("tag") if as_key(key)])


def texts(data: QueryDict) -> dict[str, str]:
    """The last value of each name; nothing of a name whose values are all gone."""
    return {name: str(values[-1]) for name, values in data.lists() if values}


def kept(data: QueryDict, shown: Collection[str]) -> list[tuple[str, str]]:
    """Names and values that some other kind or template may want again, but those on the page."""
    found = texts(data).items()
    return [(name, text) for name, text in found if text and name not in shown and _is_wanted(name)][
        :MOST_KEPT
    ]


def _is_wanted(name: str) -> bool:
    if name == "template" or name.startswith(VALUE_PREFIX):
        return True
    head = name.partition(".")[0]
    return head in HEADS and head not in NO_INPUTS and paths.is_path(name)


def _unique(keys: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(keys))


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
