from .accounts import Account, Health
from .bots import Bot
from .contacts import Contact, Tag
from .conversations import Conversation
from .messages import Attempt, Direction, Lane, Message, MessageEvent, Outcome, Source
from .webhooks import DeliveryState, WebhookDelivery, WorkerBeat

__all__ = [
    "Account",
    "Attempt",
    "Bot",
    "Contact",
    "Conversation",
    "DeliveryState",
    "Direction",
    "Health",
    "Lane",
    "Message",
    "MessageEvent",
    "Outcome",
    "Source",
    "Tag",
    "WebhookDelivery",
    "WorkerBeat",
]
