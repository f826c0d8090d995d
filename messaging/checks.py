"""Settings that would lose or double messages, or give secrets away, stop the start with a sentence."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from messaging.models.encryption import cipher
from messaging.providers.http import POOL_SIZE
from messaging.sending import SLICE_SECONDS


@register
def check_queue(**_kwargs: Any) -> list[CheckMessage]:
    return list(_queue_errors(settings.Q_CLUSTER))


def _queue_errors(queue: dict[str, Any]) -> Iterator[CheckMessage]:
    longest = SLICE_SECONDS + sum(settings.PROVIDER_TIMEOUT)
    if queue["timeout"] <= longest:
        yield Error(
            f"Q_TIMEOUT ({queue['timeout']} s) would kill a worker while a provider may still answer.",
            hint=f"Set it above {longest:.0f}.",
            id="jelou.E001",
        )
    if queue["retry"] <= queue["timeout"]:
        yield Error(
            "Q_RETRY must be longer than Q_TIMEOUT, or the queue runs a task twice.",
            hint=f"Set Q_RETRY above {queue['timeout']}.",
            id="jelou.E002",
        )
    if queue.get("max_attempts") != 1 or not queue.get("ack_failures") or queue.get("catch_up"):
        yield Error(
            "The queue must try a task once, drop it when it fails, and not catch up on missed schedules.",
            hint="Q_CLUSTER needs max_attempts 1, ack_failures True and catch_up False.",
            id="jelou.E003",
        )


@register
def check_lease(**_kwargs: Any) -> list[CheckMessage]:
    if sum(settings.PROVIDER_TIMEOUT) < settings.SEND_LEASE_SECONDS:
        return []
    return [
        Error(
            "SEND_LEASE_SECONDS must be longer than the provider's timeouts together, or a row that is being "
            "sent would be taken for lost.",
            hint=f"Set it above {sum(settings.PROVIDER_TIMEOUT):.0f}.",
            id="jelou.E004",
        )
    ]


@register
def check_in_flight(**_kwargs: Any) -> list[CheckMessage]:
    if 1 <= settings.SEND_IN_FLIGHT <= POOL_SIZE:
        return []
    return [
        Error(
            f"SEND_IN_FLIGHT ({settings.SEND_IN_FLIGHT}) is no number of calls that can be under way.",
            hint=f"Set it between 1 and {POOL_SIZE}, which is how many connections are kept.",
            id="jelou.E008",
        )
    ]


@register(Tags.security)
def check_encryption(**_kwargs: Any) -> list[CheckMessage]:
    try:
        cipher()
    except ValueError:
        return [
            Error(
                "FIELD_ENCRYPTION_KEYS holds something that is no Fernet key.",
                hint="Print a new key with `make key`.",
                id="jelou.E005",
            )
        ]
    return []


@register(Tags.database)
def check_sqlite(**_kwargs: Any) -> list[CheckMessage]:
    database = settings.DATABASES["default"]
    if "sqlite" not in database["ENGINE"] or database["OPTIONS"].get("transaction_mode") == "IMMEDIATE":
        return []
    return [
        Error(
            "SQLite needs transaction_mode IMMEDIATE, or sends are lost to “database is locked”.",
            id="jelou.E006",
        )
    ]


@register(Tags.security, deploy=True)
def check_demo(**_kwargs: Any) -> list[CheckMessage]:
    if not settings.DEMO:
        return []
    return [Error("DEMO is on: anybody can log in with the demo accounts.", id="jelou.E007")]


@register(Tags.security, deploy=True)
def check_site_url(**_kwargs: Any) -> list[CheckMessage]:
    if settings.SITE_URL.startswith("https://"):
        return []
    return [
        Warning(
            "SITE_URL is not https: providers will not call the webhooks, and cookies travel in the clear.",
            hint="Set SITE_URL to the public https address.",
            id="jelou.W001",
        )
    ]
