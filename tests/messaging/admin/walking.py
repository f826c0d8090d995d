"""Every address of the console, found by walking the resolver, so that a new one is never forgotten."""

import re
from collections.abc import Iterator

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.urls import URLPattern, URLResolver, get_resolver

from messaging.models import Bot
from tests.messaging.admin.conftest import World

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


def routes() -> list[str]:
    """`admin/messaging/bot/<int:bot_id>/sync/` and the like."""
    return [route for route in _walk(get_resolver()) if route.startswith("admin/")]


def _walk(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern).removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from _walk(pattern, route)


def address(route: str, world: World) -> str:
    """The route with the world's rows in its places."""
    return "/" + _PARAMETER.sub(lambda match: _value(match[1] or match[2], route, world), route)


def _value(name: str, route: str, world: World) -> str:
    rows = {
        "template": world.template,
        "account": world.bot.account,
        "bot": world.bot,
        "webhookdelivery": world.delivery,
        "contact": world.contact,
        "reasonentry": world.reason,
    }
    if name == "public_id" and "/exports/" in route:
        return str(world.export.public_id)
    model = route.split("/")[2] if route.count("/") > 2 else ""
    values = {
        "app_label": "messaging",
        "url": "nowhere",
        "bot_id": world.bot.pk,
        "batch": world.message.batch,
        "key": world.view.pk,
        "pk": world.conversation.pk,
        "public_id": world.message.public_id,
        "content_type_id": ContentType.objects.get_for_model(Bot).pk,
        "id": world.bot.members.order_by("pk")[0].pk,
        "object_id": rows[model].pk if model in rows else _first(model, world),
    }
    return str(values[name])


def _first(model: str, world: World) -> object:
    if model == "message":
        return world.message.public_id
    found = [one for one in apps.get_models() if one._meta.model_name == model]
    row = found[0]._default_manager.order_by("pk").first() if found else world.bot
    return row.pk if row else 1
