from .accounts import Account, Health
from .bots import Bot
from .contacts import Contact, Tag
from .conversations import Conversation, Note
from .messages import Attempt, Direction, Lane, Link, Message, MessageEvent, Outcome, Source
from .operations import Drill, WorkerBeat
from .reasons import ReasonEntry
from .stops import Stop
from .summaries import Facet, Summary, SummaryMark
from .uploads import Upload
from .views import Export, SavedView
from .webhooks import DeliveryState, WebhookDelivery

__all__ = [
    "Account",
    "Attempt",
    "Bot",
    "Contact",
    "Conversation",
    "DeliveryState",
    "Direction",
    "Drill",
    "Export",
    "Facet",
    "Health",
    "Lane",
    "Link",
    "Message",
    "MessageEvent",
    "Note",
    "Outcome",
    "ReasonEntry",
    "SavedView",
    "Source",
    "Stop",
    "Summary",
    "SummaryMark",
    "Tag",
    "Upload",
    "WebhookDelivery",
    "WorkerBeat",
]
