"""Bird's templates in our words: a project holds versions, and a version says the same in several locales.

https://docs.bird.com/api/touchpoints-api/api-reference/message-templates and, for the blocks,
https://docs.bird.com/api/touchpoints-api/supported-projects/whatsapp-approved-message-templates/blocks-documentation
"""

from collections.abc import Callable, Iterator
from typing import Any

from templates_app.components import VARIABLE, Button, Components, Header, HeaderFormat, Hint

from .base import ListedTemplate
from .fields import Fields, first, mapping, rows

PLATFORM = "whatsapp"
MAX_TEXT = 5000


def may_hold_active(project: Fields) -> bool:
    """Whether a project is one of templates and has one that was approved, as far as its row tells."""
    platforms = project.get("supportedPlatforms")
    is_ours = not isinstance(platforms, list) or PLATFORM in platforms
    return is_ours and first(project, "type") in ("", "channelTemplate") and project.get("activeCount") != 0


def listed(project: Fields, versions: list[Fields], channel_id: str) -> Iterator[ListedTemplate]:
    """One for each locale of what may be sent from the channel, the active version first."""
    active = first(project, "activeResourceId")
    for version in sorted(versions, key=lambda version: first(version, "id") != active):
        for content in rows(version.get("platformContent")):
            if _is_sendable(version, content, channel_id):
                yield _template(project, version, content)


def _is_sendable(version: Fields, content: Fields, channel_id: str) -> bool:
    locale = first(content, "locale")
    statuses = mapping(version.get("localeStatuses"))
    status = first(statuses, locale) or first(version, "status")
    channels = content.get("channelIds")
    is_here = not isinstance(channels, list) or not channels or channel_id in channels
    return bool(locale) and first(content, "platform") == PLATFORM and status == "active" and is_here


def _template(project: Fields, version: Fields, content: Fields) -> ListedTemplate:
    deployed = {first(row, "key"): first(row, "value") for row in rows(version.get("deployments"))}
    locale = first(content, "locale")
    components = _components(version, content, locale)
    return ListedTemplate(
        provider_id=f"{first(version, 'projectId') or first(project, 'id')}:{first(version, 'id')}",
        element_name=(deployed.get("whatsappTemplateName") or first(project, "name"))[:512],
        language=locale[:12],
        category=deployed.get("whatsappCategory", "").upper(),
        status="APPROVED",
        display_name=first(project, "name"),
        components=components,
        parameter_count=len(components.variables),
    )


def _components(version: Fields, content: Fields, locale: str) -> Components:
    """Blocks that nobody here understands are kept as unknown and block sending."""
    hints = {first(row, "key"): _hint(row, locale) for row in rows(version.get("variables"))}
    parts: dict[str, Any] = {"body": "", "buttons": (), "unknown": ()}
    for block in rows(content.get("blocks")):
        read = BLOCKS.get(first(block, "type"), _strange)
        read(parts, block, hints)
    components = Components(**parts)
    known = {one.key: hints[one.name] for one in components.variables if one.name in hints}
    return components.model_copy(update={"hints": known})


def _hint(row: Fields, locale: str) -> Hint:
    examples = mapping(mapping(row.get("examplesLocale")).get(locale)).get("exampleValueStrings")
    example = examples[0] if isinstance(examples, list) and examples else ""
    return Hint(label=first(row, "description")[:200], example=str(example)[:MAX_TEXT])


# -- Blocks --------------------------------------------------------------------------------------

Parts = dict[str, Any]
Hints = dict[str, Hint]


def _strange(parts: Parts, block: Fields, _hints: Hints) -> None:
    parts["unknown"] += (dict(block),)


def _text(parts: Parts, block: Fields, hints: Hints) -> None:
    text = first(mapping(block.get("text")), "text")[:MAX_TEXT]
    role = first(block, "role")
    if role == "header":
        parts["header"] = Header(format="text", text=text)
    elif role in ("body", "footer"):
        parts[role] = text
    else:
        _strange(parts, block, hints)


def _image(parts: Parts, block: Fields, hints: Hints) -> None:
    _media(parts, block, "image", hints)


def _file(parts: Parts, block: Fields, hints: Hints) -> None:
    kind = first(mapping(block.get("file")), "contentType")
    _media(parts, block, "video" if kind.startswith("video/") else "document", hints)


def _video(parts: Parts, block: Fields, hints: Hints) -> None:
    _media(parts, block, "video", hints)


def _media(parts: Parts, block: Fields, kind: HeaderFormat, hints: Hints) -> None:
    """The address is a variable of its own, or it is fixed; one with a blank inside cannot be filled here."""
    url = first(mapping(block.get(first(block, "type"))), "mediaUrl")
    found = VARIABLE.fullmatch(url)
    if first(block, "role") not in ("", "header") or (found is None and VARIABLE.search(url)):
        _strange(parts, block, hints)
        return
    name = found[1] if found else ""
    sample = hints.get(name, Hint()).example if name else url
    parts["header"] = Header(format=kind, sample_url=sample, variable=name)


def _button(**fields: str) -> Callable[[Parts, Fields, Hints], None]:
    """Reads a button; `fields` are our names and Bird's. What is said stands in the type's camel case."""

    def read(parts: Parts, block: Fields, hints: Hints) -> None:
        words = first(block, "type").split("-")
        said = mapping(block.get(words[0] + "".join(word.capitalize() for word in words[1:])))
        values = {ours: first(said, theirs)[:MAX_TEXT] for ours, theirs in fields.items() if ours != "kind"}
        parts["buttons"] += (Button(kind=fields["kind"], **values),)  # type: ignore[arg-type]

    return read


BLOCKS: dict[str, Callable[[Parts, Fields, Hints], None]] = {
    "text": _text,
    "image": _image,
    "file": _file,
    "video": _video,
    "link-action": _button(kind="url", label="text", url="url"),
    "call-phone-number-action": _button(kind="phone", label="text", phone="phoneNumber"),
    "reply-action": _button(kind="quick_reply", label="text"),
}
