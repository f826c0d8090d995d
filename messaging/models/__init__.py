from .accounts import Account, Health
from .bots import Bot
from .contacts import Contact, Tag
from .conversations import Conversation, Note
from .messages import Attempt, Direction, Lane, Link, Message, MessageEvent, Outcome, Source
from .operations import Drill, WorkerBeat
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
    "Health",
    "Lane",
    "Link",
    "Message",
    "MessageEvent",
    "Note",
    "Outcome",
    "Source",
    "Tag",
    "WebhookDelivery",
    "WorkerBeat",
]
