from .accounts import Account, Health
from .bots import Bot
from .contacts import Contact, Tag
from .conversations import Conversation
from .messages import Attempt, Direction, Lane, Message, MessageEvent, Outcome, Source
from .operations import Drill, WorkerBeat
from .uploads import Upload
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
    "Message",
    "MessageEvent",
    "Outcome",
    "Source",
    "Tag",
    "Upload",
    "WebhookDelivery",
    "WorkerBeat",
]
