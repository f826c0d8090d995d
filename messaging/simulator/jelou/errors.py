"""The refusals that Jelou documents: https://docs.jelou.ai/en/api/introduction

Bodies are kept exact, also where two pages contradict each other.
"""

from typing import Any

from messaging.simulator.entrance import Refused
from messaging.simulator.jelou.sentences import sentences
from messaging.simulator.rows import Bot, Json
from messaging.simulator.shapes import Problem, Problems

LANGUAGES = ("es", "en", "pt")


def envelope(message: str, code: str, key: str, description: str, **more: Any) -> Json:
    """The modern error envelope: https://docs.jelou.ai/whatsapp/hsm/messages"""
    texts = dict.fromkeys(LANGUAGES, message)
    error = {
        "code": code,
        "key": key,
        "description": description,
        "developerMessages": texts,
        "clientMessages": texts,
    }
    return {"message": [message], "statusMessage": "failed", "status": 0, "error": error, **more}


def unauthorized() -> Refused:
    """https://docs.jelou.ai/en/api/campanas/obtener-plantillas: `message` is a plain string here."""
    return Refused(401, {"message": "Authentication failed"})


def bot_not_found() -> Refused:
    """https://docs.jelou.ai/whatsapp/hsm/messages"""
    message = "The Bot could not be found at the moment."
    description = "Error to be thrown when trying to get a Bot."
    return Refused(404, envelope(message, "E1019", "BOT_NOT_FOUND", description))


def forbidden_bot() -> Refused:
    """The code is documented, the envelope around it is taken from the others."""
    message = "The company is not allowed to use this Bot."
    return Refused(
        403, envelope(message, "forbidden_bot", "FORBIDDEN_BOT", "The caller may not use that bot.")
    )


def invalid(problems: Problems) -> Refused:
    """https://docs.jelou.ai/whatsapp/hsm/templates"""
    message = "Los valores ingresados no son correctos."
    body = envelope(message, "E0422", "VALIDATOR_ERROR", "Error to be thrown when a value is not valid.")
    return Refused(422, {**body, "validationError": sentences(problems)})


def invalid_field(path: str, key: str, **facts: Any) -> Refused:
    return invalid([Problem((path,), key, facts)])


def template_does_not_exist(body: Json, bot: Bot) -> Refused:
    """Also the answer for a template that is not approved: https://docs.jelou.ai/whatsapp/hsm/send

    `status` is a string here, and `_metadata` shows what the body had become inside.
    """
    normalised = {
        "destinations": [{"destination": number} for number in body["destinations"]],
        "parameters": body["parameters"],
        "elementName": body["elementName"],
        "code": body.get("language", "es"),
        "type": body.get("type", "text"),
        "botId": bot.id,
        "botName": bot.name,
    }
    metadata = {"error": {}, "body": normalised}
    return Refused(400, {"message": ["Template does not exist"], "status": "failed", "_metadata": metadata})


def notification_could_not_be_send(reason: str) -> Refused:
    """A template call that disagrees with its template. The code is documented, spelled so."""
    key = "NOTIFICATION_COULD_NOT_BE_SEND"
    return Refused(400, envelope(reason, "notification_could_not_be_send", key, "Notification rejected."))


def message_could_not_be_send(reason: str) -> Refused:
    """A session message that is refused. The code is documented, spelled so."""
    key = "MESSAGE_COULD_NOT_BE_SEND"
    return Refused(400, envelope(reason, "message_could_not_be_send", key, "Message rejected."))


def internal_server_error() -> Refused:
    """The code is documented, the envelope around it is taken from the others."""
    message = "Something went wrong."
    return Refused(
        500, envelope(message, "internal_server_error", "INTERNAL_SERVER_ERROR", "Internal error.")
    )
