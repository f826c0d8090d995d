r"""The states of a message, and the order in which evidence moves it.

     PLANNED ─► QUEUED ─► SENDING ─► ACCEPTED ─► SENT ─► DELIVERED ─► READ
        │          │  ▲      │  │        │          │
        │          │  └retry─┘  └─► UNKNOWN ─────┐  └──► FAILED
        └► CANCELED / SKIPPED        (evidence) ─┴─► any state to the right

An outbound message only moves right along `ORDER`, so a repeated, late or early webhook is harmless and
real evidence (delivered) beats a guess (failed). An inbound message is RECEIVED and stays so.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    PLANNED = "planned", _("Planned")  # recipient of a campaign that has not started
    QUEUED = "queued", _("Queued")  # may be sent from due_at on
    SENDING = "sending", _("Sending")  # a worker claimed it
    UNKNOWN = "unknown", _("Unknown")  # the request may have reached the provider, no answer was kept
    ACCEPTED = "accepted", _("Accepted")  # the provider took it and gave an id
    SENT = "sent", _("Sent")  # WhatsApp took it: one tick
    FAILED = "failed", _("Failed")  # it will not arrive; the reason says why
    DELIVERED = "delivered", _("Delivered")  # it is on the phone: two ticks
    READ = "read", _("Read")  # it was opened
    CANCELED = "canceled", _("Canceled")  # a person stopped it before it left
    SKIPPED = "skipped", _("Skipped")  # a rule refused it at the last moment
    RECEIVED = "received", _("Received")  # inbound


ORDER = (
    Status.QUEUED,
    Status.SENDING,
    Status.UNKNOWN,
    Status.ACCEPTED,
    Status.SENT,
    Status.FAILED,
    Status.DELIVERED,
    Status.READ,
)

# Still ours to stop or to send.
WAITING = frozenset({Status.PLANNED, Status.QUEUED})
# Where `skipped` and `canceled` may come from: nothing has left yet.
BEFORE_LEAVING = {
    Status.SKIPPED: (Status.PLANNED, Status.QUEUED, Status.SENDING),
    Status.CANCELED: (Status.PLANNED, Status.QUEUED),
}
# Nothing more is expected, so pages stop asking for news.
FINAL = frozenset({Status.FAILED, Status.READ, Status.CANCELED, Status.SKIPPED, Status.RECEIVED})
# Statuses that must say why.
EXPLAINED = (Status.FAILED, Status.SKIPPED)


def left_of(status: Status) -> tuple[Status, ...]:
    """The states from which evidence of `status` moves a message there.

    Empty for states that no evidence leads to (planned, queued, sending, received): those are written
    by the verbs that own them.
    """
    if status in BEFORE_LEAVING:
        return BEFORE_LEAVING[status]
    if status not in ORDER[2:]:
        return ()
    return ORDER[: ORDER.index(status)]
