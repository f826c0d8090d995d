"""A row that a worker won, with all that sending it asks and nothing else.

Making the model would cost a third of what winning a row does; only rows that go no straight way need it.
"""

import json
import uuid
from dataclasses import dataclass
from functools import cached_property

from messaging.content import Content, load
from messaging.models import Bot, Lane, Message
from messaging.statuses import Status
from templates_app.models import TemplateVersion

# What of a claimed row is also a column of the model, under the same name.
_COLUMNS = ("contact_id", "kind", "template_id", "to", "lane", "starts", "claim_id")


@dataclass(kw_only=True, eq=False)
class Claimed:
    """How the row, and what the rules ask about its person and template, stood when it was won.

    `content` is JSON, `public_id` a UUID as the database gives it; `tried` counts the attempts the row had.
    """

    pk: int
    public_id: uuid.UUID | str
    claim_id: uuid.UUID
    bot: Bot
    contact_id: int
    kind: str
    content: str
    template_id: int | None
    version: TemplateVersion | None
    to: str
    lane: int
    starts: int
    tried: int
    is_expired: bool
    is_sendable: bool
    is_blocked: bool
    is_window_open: bool

    @cached_property
    def loaded(self) -> Content:
        """The content object the row was made from. Raises ValueError for JSON that no kind can read."""
        return load(json.loads(self.content), self.version.components if self.version else None)

    @property
    def is_campaign(self) -> bool:
        return self.lane == Lane.CAMPAIGN

    @cached_property
    def message(self) -> Message:
        """The model, of this claim; what is not known here is fetched when somebody asks."""
        known = {name: getattr(self, name) for name in _COLUMNS} | {
            "id": self.pk,
            "public_id": uuid.UUID(str(self.public_id)),
            "bot_id": self.bot.pk,
            "content": json.loads(self.content),
            "version_id": self.version.pk if self.version else None,
            "status": Status.SENDING,
        }
        names = [field.attname for field in Message._meta.concrete_fields if field.attname in known]
        message = Message.from_db("default", names, [known[name] for name in names])
        message.bot, message.version = self.bot, self.version
        return message
