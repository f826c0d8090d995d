"""A template as the provider lists it, and its text with the values put in."""

import re
from collections.abc import Sequence

from messaging.simulator.rows import Bot, Company, Json, Template

VARIABLE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")


def completed(given: Json, number: int, bot: Bot, owner: Company, now: str | None) -> Template:
    """The object of https://docs.jelou.ai/en/api/campanas/obtener-plantillas, from the facts that matter."""
    names = list(dict.fromkeys(VARIABLE.findall(given["template"])))
    language = given.get("language", "ES")
    defaults = {
        "id": number,
        "displayName": given["elementName"].replace("_", " ").capitalize(),
        "companyId": owner.number,
        "botId": bot.id,
        "params": [{"label": f"Valor {name}", "param": name} for name in names],
        "paramsNumber": len(names),
        "createdAt": now,
        "updatedAt": now,
        "isVisible": True,
        "type": "HSM",
        "status": "APPROVED",
        "category": "UTILITY",
        "shouldAssign": False,
        "teamId": None,
        "interactiveAction": _action(given.get("buttons") or []),
        "buttons": None,
        "header": None,
        "footer": None,
        "mediaUrl": None,
        "extraSettings": None,
        "buttonParams": None,
    }
    return {**defaults, **given, "language": language.upper() if len(language) == 2 else language}


def _action(buttons: list[Json]) -> str:
    kinds = {button["type"] for button in buttons}
    if not kinds:
        return "NONE"
    if "OTP" in kinds:
        return "OTP"
    return "QUICK_REPLY" if kinds == {"QUICK_REPLY"} else "CALL_TO_ACTION"


def filled(text: str, values: Sequence[str]) -> str:
    """Puts the values in, in the order in which the variables first appear; leaves what has none."""
    names = list(dict.fromkeys(VARIABLE.findall(text)))
    by_name = dict(zip(names, values, strict=False))
    return VARIABLE.sub(lambda found: by_name.get(found[1], found[0]), text)


def buttons_of(template: Template, kind: str) -> list[Json]:
    return [button for button in template.get("buttons") or [] if button["type"] == kind]


def dynamic_links(template: Template) -> list[Json]:
    """URL buttons whose address ends in a variable."""
    return [button for button in buttons_of(template, "URL") if VARIABLE.search(button["url"])]
