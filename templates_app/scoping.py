"""Who sees which rows: `Bot.members` decides, for every list, object, search, autocomplete and action."""

from typing import ClassVar, Self

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.db import models

SEE_ALL_BOTS = "messaging.see_all_bots"

# Whoever asks: a person who is logged in, or nobody.
User = AbstractUser | AnonymousUser


class BotScopedQuerySet(models.QuerySet):
    """Rows that belong to a bot; `members` is the lookup from such a row to the people who use the bot."""

    members: ClassVar[str] = "bot__members"

    def for_user(self, user: User) -> Self:
        """The rows `user` may see. A person may be a member only once, so this repeats no row."""
        if user.has_perm(SEE_ALL_BOTS):
            return self
        return self.filter(**{self.members: user.pk}) if user.is_active else self.none()
