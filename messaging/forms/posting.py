"""A post before anything in it is understood: buttons have had their effect, and names are in shape."""

import uuid
from collections.abc import Collection, Iterable

from django.http import QueryDict

from messaging.content import SESSION_KINDS, TemplateContent
from messaging.forms import paths
from messaging.forms.keys import as_key
from messaging.forms.paths import Change

VALUE_PREFIX = "value-"
# What a browser carries along at most for kinds that are not shown: Django takes a thousand fields.
MOST_KEPT = 400

# The first pieces of all names that some kind's form has.
HEADS = frozenset(
    name for content in (*SESSION_KINDS.values(), TemplateContent) for name in content.model_fields
) | {"text"}
NO_INPUTS = frozenset(
    {"kind", "version", "reply_to", "components", "values", "element_name", "language", "category"}
)


def in_shape(data: QueryDict) -> tuple[QueryDict, Change | None]:
    """A copy in which the pressed button has had its effect, without impossible keys and gaps."""
    changed = data.copy()
    _change_people(changed)
    nested = {name: changed[name] for name in changed if "." in name and paths.is_path(name)}
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


def kept(data: QueryDict, shown: Collection[str]) -> list[tuple[str, str]]:
    """Names and values that some other kind or template may want again, but those on the page."""
    names = (name for name in data if name not in shown and _is_wanted(name))
    return [(name, data[name]) for name in names if data[name]][:MOST_KEPT]


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
