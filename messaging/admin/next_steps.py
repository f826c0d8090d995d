"""The one button that helps: where it leads, and whether this person may go there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

from messaging.failures import Failure, Step
from messaging.forms.refilling import refill
from messaging.models import Message


@dataclass(frozen=True)
class NextStep:
    """`url` is a link; with `fields` it is a form that posts them; without either, `copy` is copied."""

    label: str | Promise
    icon: str
    url: str = ""
    fields: list[tuple[str, Any]] = field(default_factory=list)
    copy: str = ""
    is_resend: bool = False


def step(request: HttpRequest, message: Message, failure: Failure) -> NextStep:
    """The step that the failure asks for; where this person may not take it, telling somebody who may."""
    permission, make = STEPS[failure.step]
    if permission and not request.user.has_perm(permission):
        return _tell(request, message, Step.TELL)
    return make(request, message, failure.step)


def _tell(request: HttpRequest, message: Message, step: Step) -> NextStep:
    page = reverse("admin:messaging_message_change", args=[message.public_id])
    return NextStep(step.label, "copy", copy=request.build_absolute_uri(page))


def _contact(request: HttpRequest, message: Message, step: Step) -> NextStep:
    return NextStep(step.label, "user", reverse("admin:messaging_contact_change", args=[message.contact_id]))


def _bot(request: HttpRequest, message: Message, step: Step) -> NextStep:
    return NextStep(step.label, "bots", reverse("admin:messaging_bot_change", args=[message.bot_id]))


def _account(request: HttpRequest, message: Message, step: Step) -> NextStep:
    page = reverse("admin:messaging_account_change", args=[message.bot.account_id])
    return NextStep(step.label, "key", page)


def _template(request: HttpRequest, message: Message, step: Step) -> NextStep:
    query = {"bot": message.bot_id, "contact": message.contact.public_id, "kind": "template"}
    return NextStep(step.label, "templates", f"{reverse('admin:compose')}?{urlencode(query)}")


def _rewrite(request: HttpRequest, message: Message, step: Step) -> NextStep:
    """Compose, filled as the message was. Posted: what people are told does not belong in an address."""
    return NextStep(step.label, "edit", reverse("admin:compose"), _filled(message))


def _filled(message: Message) -> list[tuple[str, Any]]:
    content = message.loaded
    fields = [("bot", message.bot_id), ("contact", message.contact.public_id), ("kind", content.kind)]
    if message.template_id:
        fields.append(("template", message.template_id))
    if content.reply_to:
        quoted = Message.objects.filter(bot=message.bot_id, provider_id=content.reply_to)
        fields += [("reply_to", key) for key in quoted.values_list("public_id", flat=True)]
    return [*fields, *refill(content)]


def _resend(request: HttpRequest, message: Message, step: Step) -> NextStep:
    return NextStep(step.label, "refresh", is_resend=True)


def _entry(request: HttpRequest, message: Message, step: Step) -> NextStep:
    page = reverse("admin:messaging_reasonentry_add")
    return NextStep(step.label, "plus", f"{page}?message={message.public_id}")


Make = Callable[[HttpRequest, Message, Step], NextStep]
STEPS: dict[Step, tuple[str, Make]] = {
    Step.NUMBER: ("messaging.change_contact", _contact),
    Step.CONTACT: ("messaging.view_contact", _contact),
    Step.TEMPLATE: ("messaging.add_message", _template),
    Step.REWRITE: ("messaging.add_message", _rewrite),
    Step.RESEND: ("messaging.add_message", _resend),
    Step.WAIT: ("messaging.add_message", _resend),
    Step.BOT: ("messaging.view_bot", _bot),
    Step.ACCOUNT: ("messaging.view_account", _account),
    Step.ENTRY: ("messaging.add_reasonentry", _entry),
    Step.TELL: ("", _tell),
}
