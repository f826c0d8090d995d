"""Bird's addresses: https://docs.bird.com/api/channels-api/api-reference/messaging and pages beside it."""

from django.urls import path, re_path

from messaging.simulator.bird import hooks, reading, sending
from messaging.simulator.bird.gate import by_method, endpoint, no_operation

WS = "workspaces/<str:ws>"
CH = f"{WS}/channels/<str:ch>"
PROJECT = f"{WS}/projects/<str:project_id>"

messages = by_method(
    GET=endpoint("notifications", GET=reading.list_messages), POST=endpoint("send", POST=sending.send)
)
collection = endpoint("webhooks", GET=hooks.subscriptions, POST=hooks.subscribe)
single = endpoint("webhooks", GET=hooks.one, PATCH=hooks.change, DELETE=hooks.forget)

urlpatterns = [
    path(f"{WS}/channels", endpoint("channels", GET=reading.list_channels)),
    path(f"{WS}/channels/messages", endpoint("notifications", GET=reading.list_messages)),
    path(f"{CH}", endpoint("channels", GET=reading.one_channel)),
    path(f"{CH}/messages", messages),
    path(f"{CH}/contacts/<str:contact_id>", endpoint("contacts", GET=reading.contact_details)),
    path(
        f"{CH}/messages/<str:message_id>/interactions",
        endpoint("notifications", GET=reading.list_interactions),
    ),
    path(f"{CH}/messages/<str:message_id>", endpoint("notifications", GET=reading.one_message)),
    path(f"{WS}/projects", endpoint("templates", GET=reading.list_projects)),
    path(PROJECT, endpoint("templates", GET=reading.one_project)),
    path(f"{PROJECT}/channel-templates", endpoint("templates", GET=reading.list_channel_templates)),
    path(
        f"{PROJECT}/channel-templates/<str:template_id>",
        endpoint("templates", GET=reading.one_channel_template),
    ),
    path(f"{WS}/webhook-subscriptions", collection),
    path(f"{WS}/webhook-subscriptions/<str:hook_id>", single),
    path(f"organizations/<str:org>/{WS}/webhook-subscriptions", collection),
    path(f"organizations/<str:org>/{WS}/webhook-subscriptions/<str:hook_id>", single),
    re_path("^(?P<rest>(workspaces|organizations)/.*)$", no_operation),
]
