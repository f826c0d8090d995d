"""Projects and channel templates as they are listed: https://docs.bird.com/api/touchpoints-api/api-reference/message-templates

Field names are documented there or were seen in public clients; the values of groups and accounts are ours.
"""

from collections import Counter
from itertools import count

from messaging.simulator.rows import Json, Template

GROUP = "simulated-group"
ACCOUNT = "simulated-account"
COUNTED = ("draft", "pending", "active", "inactive")


def project(rows: list[Template]) -> Json:
    """One project, of its versions, oldest first."""
    newest, statuses = rows[-1], Counter(row["status"] for row in rows)
    active = [row["id"] for row in rows if row["status"] == "active"]
    return {
        "id": newest["projectId"],
        "name": newest["elementName"],
        "description": newest["description"],
        "type": "channelTemplate",
        "supportedPlatforms": ["whatsapp"],
        "locales": list(newest["content"]),
        **{f"{status}Count": statuses[status] for status in COUNTED},
        "activeResourceId": active[-1] if active else None,
        "approvedTemplateChannelGroupIds": [GROUP] if active else [],
        "createdAt": rows[0]["createdAt"],
        "updatedAt": newest["updatedAt"],
    }


def channel_template(row: Template) -> Json:
    locales = list(row["content"])
    info = {"status": row["status"], "category": row["category"], "qualityRating": "GREEN"}
    return {
        "id": row["id"],
        "projectId": row["projectId"],
        "status": row["status"],
        "localeStatuses": dict.fromkeys(locales, row["status"]),
        "description": row["description"],
        "defaultLocale": row["defaultLocale"],
        "assets": [],
        "styles": [],
        "deployments": [
            _deployment("whatsappTemplateName", row["elementName"]),
            _deployment("whatsappCategory", row["category"]),
            _deployment("whatsappAllowCategoryChange", "true"),
        ],
        "variables": [_variable(variable, locales) for variable in row["variables"]],
        "genericContent": [],
        "platformContent": [_content(row, locale) for locale in locales],
        "supportedPlatforms": ["whatsapp"],
        "platformInfo": {f"whatsapp:{ACCOUNT}:{locale}": info for locale in locales},
        "isCloneable": True,
        "createdAt": row["createdAt"],
        "updatedAt": row["updatedAt"],
    }


def _deployment(key: str, value: str) -> Json:
    return {"key": key, "platform": "whatsapp", "locale": None, "channelIds": None, "value": value}


def _variable(variable: Json, locales: list[str]) -> Json:
    examples = {"exampleValueStrings": [variable["example"]]} if variable.get("example") else {}
    return {
        "key": variable["key"],
        "type": "string",
        "description": variable.get("description", ""),
        "format": "",
        "examplesLocale": dict.fromkeys(locales, examples) if examples else {},
    }


def _content(row: Template, locale: str) -> Json:
    approved = row["status"] == "active"
    return {
        "platform": "whatsapp",
        "locale": locale,
        "type": (row["content"][locale].get("header") or {}).get("type", "text"),
        "channelGroupIds": [GROUP],
        "channelIds": row["channels"],
        "blocks": blocks(row["content"][locale]),
        "approvals": [
            {
                "status": row["status"],
                "platformStatus": "whatsapp_approved" if approved else f"whatsapp_{row['status']}",
                "reason": None,
                "platformReference": row["id"],
                "channelGroupId": GROUP,
                "platformAccountIdentifier": ACCOUNT,
                "platform": "whatsapp",
            }
        ],
    }


def blocks(content: Json) -> list[Json]:
    """https://docs.bird.com/api/touchpoints-api/supported-projects/whatsapp-approved-message-templates/blocks-documentation"""
    header, footer = content.get("header"), content.get("footer")
    found = [_header(header)] if header else []
    found.append(_text("body", content["body"]))
    found += [_text("footer", footer)] if footer else []
    found += [_button(button) for button in content.get("buttons") or []]
    return [{"id": f"b{number}", **block} for number, block in zip(count(1), found, strict=False)]


def _text(role: str, text: str) -> Json:
    return {"type": "text", "role": role, "text": {"text": text}}


def _header(header: Json) -> Json:
    if header["type"] == "text":
        return _text("header", header["text"])
    if header["type"] == "image":
        return {"type": "image", "role": "header", "image": {"mediaUrl": header["url"], "altText": ""}}
    kind = {"video": "video/mp4", "document": "application/pdf"}[header["type"]]
    return {"type": "file", "role": "header", "file": {"mediaUrl": header["url"], "contentType": kind}}


def _button(button: Json) -> Json:
    """The name of the inner object is assumed: the type in camel case."""
    text = button["text"]
    if button["type"] == "link":
        return {"type": "link-action", "linkAction": {"text": text, "url": button["url"]}}
    if button["type"] == "call":
        called = {"text": text, "phoneNumber": button["phoneNumber"]}
        return {"type": "call-phone-number-action", "callPhoneNumberAction": called}
    return {"type": "reply-action", "replyAction": {"text": text, "payload": button.get("payload", text)}}
