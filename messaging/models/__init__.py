from .accounts import Account, Health
from .bots import Bot
from .contacts import Contact, Tag
from .conversations import Conversation
from .messages import Attempt, Direction, Lane, Message, MessageEvent, Outcome, Source
from .operations import Drill, WorkerBeat
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
    "Health",
    "Lane",
    "Message",
    "MessageEvent",
    "Outcome",
    "SavedView",
    "Source",
    "Tag",
    "WebhookDelivery",
    "WorkerBeat",
]
