"""Templates: a project holds versions, which Bird calls channel templates; values are put in by key.

A row is {"id", "projectId", "elementName", "status", "category", "defaultLocale", "channels", "variables",
"content"}; `content` has for each locale {"header", "body", "footer", "buttons"}, with {{key}} in them.
"""

import uuid
from typing import Any

from messaging.simulator.bird import errors
from messaging.simulator.rows import Bot, Json, Template, iso
from messaging.simulator.template_rows import VARIABLE
from messaging.simulator.world import WORLD

STATUSES = ("draft", "pending", "active", "inactive", "rejected")


def add(workspace_id: str, given: Json) -> Template:
    """Completes what matters: {"name", "content": {locale: {"body"}}}; replaces one of the same id."""
    with WORLD.lock:
        rows = WORLD.templates[WORLD.companies[workspace_id].name]
        now = iso(WORLD.now())
        row = {
            "id": _id(workspace_id, given["name"], "version"),
            "projectId": _id(workspace_id, given["name"], "project"),
            "elementName": given["name"],
            "description": "",
            "status": "active",
            "category": "UTILITY",
            "defaultLocale": next(iter(given["content"])),
            "channels": [bot.id for bot in WORLD.bots.values() if bot.company == workspace_id],
            "variables": [{"key": key} for key in _keys(given["content"])],
            "createdAt": now,
            "updatedAt": now,
            **{name: value for name, value in given.items() if name != "name"},
        }
        _refuse_status(row["status"])
        WORLD.templates[workspace_id] = [*(other for other in rows if other["id"] != row["id"]), row]
        return row


def set_status(workspace_id: str, template_id: str, status: str) -> Template:
    """Of the version with that id, or of all versions of the project with that id."""
    _refuse_status(status)
    with WORLD.lock:
        ids = ("id", "projectId")
        rows = [row for row in WORLD.templates[workspace_id] if template_id in [row[name] for name in ids]]
        if not rows:
            raise KeyError(template_id)
        for row in rows:
            row.update(status=status, updatedAt=iso(WORLD.now()))
        return rows[-1]


def versions(workspace_id: str, project_id: str) -> list[Template]:
    """Oldest first; raises Refused for a project that is not there."""
    with WORLD.lock:
        rows = [row for row in WORLD.templates[workspace_id] if row["projectId"] == project_id]
    if not rows:
        raise errors.not_found("project")
    return rows


def chosen(channel: Bot, asked: Json) -> Template:
    """What may be sent, as it is now and in one locale; raises Refused."""
    rows = [row for row in WORLD.templates[channel.company] if row["projectId"] == asked["projectId"]]
    if not rows:
        raise errors.wrong("project not found", "template", "projectId")
    row = _version(rows, asked["version"])
    if row["status"] != "active":
        raise errors.wrong(f"template is {row['status']}, not active", "template", "version")
    if channel.id not in row["channels"]:
        raise errors.wrong("template is not approved for this channel", "template", "projectId")
    return {**row, "locale": _locale(row, asked)}


def values(asked: Json, row: Template) -> dict[str, str]:
    """What stands for each variable; raises Refused when one has nothing."""
    given: dict[str, Any] = dict(asked.get("variables") or {})
    given.update({item["key"]: item.get("value") for item in asked.get("parameters") or []})
    wanted = _keys({row["locale"]: row["content"][row["locale"]]})
    if missing := [key for key in wanted if given.get(key) in (None, "")]:
        raise errors.values_missing(missing)
    return {key: str(given[key]) for key in wanted}


def put_in(text: str, given: dict[str, str]) -> str:
    return VARIABLE.sub(lambda found: given.get(found[1], found[0]), text)


def rendered(row: Template, given: dict[str, str]) -> Json:
    """The `body` that the answer carries beside `template`."""
    content = row["content"][row["locale"]]
    said: Json = {"text": put_in(content["body"], given)}
    if actions := [_action(button, given) for button in content.get("buttons") or []]:
        said["actions"] = actions
    header = content.get("header") or {}
    if header.get("type") == "image":
        return {"type": "image", "image": {"images": [{"mediaUrl": put_in(header["url"], given)}], **said}}
    if header.get("type") in FILES:
        one = {"mediaUrl": put_in(header["url"], given), "contentType": FILES[header["type"]]}
        return {"type": "file", "file": {"files": [one], **said}}
    return {"type": "text", "text": said}


def media_url(row: Template, given: dict[str, str]) -> str | None:
    header = row["content"][row["locale"]].get("header") or {}
    return put_in(header["url"], given) if "url" in header else None


FILES = {"video": "video/mp4", "document": "application/pdf"}


def _action(button: Json, given: dict[str, str]) -> Json:
    if button["type"] == "link":
        link = {"text": button["text"], "url": put_in(button["url"], given)}
        return {"type": "link", "link": link}
    if button["type"] == "call":
        return {"type": "link", "link": {"text": button["text"], "url": f"tel:{button['phoneNumber']}"}}
    payload = button.get("payload", button["text"])
    return {"type": "postback", "postback": {"text": button["text"], "payload": payload}}


def _version(rows: list[Template], asked: str) -> Template:
    """`latest` is the newest active one, or else the newest."""
    if asked == "latest":
        return next((row for row in reversed(rows) if row["status"] == "active"), rows[-1])
    for row in rows:
        if row["id"] == asked:
            return row
    raise errors.wrong("version not found", "template", "version")


def _locale(row: Template, asked: Json) -> str:
    locales = list(row["content"])
    if "locale" not in asked and len(locales) == 1:
        return locales[0]
    if asked.get("locale") not in locales:
        raise errors.wrong("template has no active content in this locale", "template", "locale")
    return str(asked["locale"])


def _keys(content: Json) -> list[str]:
    """Every variable, in the order in which they first appear."""
    texts = [text for one in content.values() for text in _texts(one)]
    return list(dict.fromkeys(key for text in texts for key in VARIABLE.findall(text)))


def _texts(one: Json) -> list[str]:
    header = one.get("header") or {}
    links = [button.get("url", "") for button in one.get("buttons") or []]
    return [header.get("url", ""), header.get("text", ""), one["body"], *links]


def _refuse_status(status: str) -> None:
    if status not in STATUSES:
        raise ValueError(f"status is one of {', '.join(STATUSES)}.")


def _id(workspace_id: str, name: str, what: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{workspace_id}/{name}/{what}"))
