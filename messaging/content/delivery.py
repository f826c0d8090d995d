"""How a message is to be delivered, besides what it says. A provider objects to what it does not know.

https://docs.bird.com/api/channels-api/supported-channels/programmable-whatsapp/sending-whatsapp-messages
"""

import datetime as dt
import re

from django.utils import timezone
from django.utils.translation import gettext as _

from templates_app.link_rules import check_link
from templates_app.problems import Problem

from .parts import Part

MOST_TAGS = 10
TAG = re.compile(r"[a-zA-Z0-9_ -]{1,50}")
# Later than this is refused; a time less than ten minutes ahead may mean at once.
FURTHEST = dt.timedelta(days=35)
SOON = dt.timedelta(minutes=10)


class Delivery(Part):
    """`scheduled_for` is an ISO 8601 time with its zone, `validity` a number of seconds, both as text."""

    tags: tuple[str, ...] = ()
    scheduled_for: str = ""
    validity: str = ""
    use_case: str = ""
    cap_frequency: bool = False
    ignore_quiet_hours: bool = False
    link_tracking: bool = False
    short_links: str = ""
    notification_url: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether nothing was asked for."""
        return self == Delivery()

    @property
    def time(self) -> dt.datetime | None:
        """When to send; None without a time, or for a text that is none."""
        try:
            time = dt.datetime.fromisoformat(self.scheduled_for.strip())
        except ValueError:
            return None
        return time if time.tzinfo else None

    def problems(self) -> list[Problem]:
        return [*self._tag_problems(), *self._time_problems(), *self._other_problems()]

    def _tag_problems(self) -> list[Problem]:
        problems = []
        if len(self.tags) > MOST_TAGS:
            sentence = _("A message takes %(limit)d tags at most. Take some away.")
            problems.append(Problem("delivery.tags", sentence % {"limit": MOST_TAGS}))
        if wrong := [tag for tag in self.tags if not TAG.fullmatch(tag) or not tag.strip()]:
            sentence = _("“%(tag)s” is no tag: use up to 50 letters, digits, spaces, - and _.")
            problems.append(Problem("delivery.tags", sentence % {"tag": wrong[0][:60]}))
        return problems

    def _time_problems(self) -> list[Problem]:
        if not self.scheduled_for.strip():
            return []
        if self.time is None:
            return [Problem("delivery.scheduled_for", _("This is no time. Choose a day and an hour."))]
        ahead = self.time - timezone.now()
        if ahead > FURTHEST:
            sentence = _("A message can be scheduled 35 days ahead at most. Choose an earlier time.")
            return [Problem("delivery.scheduled_for", sentence)]
        if ahead < SOON:
            sentence = _("This is less than ten minutes ahead, so it may be sent at once.")
            return [Problem("delivery.scheduled_for", sentence, hard=False)]
        return []

    def _other_problems(self) -> list[Problem]:
        problems = []
        if self.validity.strip() and not re.fullmatch(r"[0-9]{1,9}", self.validity.strip()):
            sentence = _("Write the validity as a number of seconds, such as 3600.")
            problems.append(Problem("delivery.validity", sentence))
        if self.cap_frequency and self.use_case != "marketing":
            sentence = _("The frequency cap works for marketing only. Choose that use case, or leave it off.")
            problems.append(Problem("delivery.cap_frequency", sentence))
        if self.notification_url.strip():
            name = _("The notification URL")
            problems += check_link("delivery.notification_url", name, self.notification_url.strip())
        return problems
