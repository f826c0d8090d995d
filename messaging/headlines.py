"""One sentence about everything that is to be sent: whether it moves, and if not, why."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from messaging import health
from messaging.operations import Overview
from messaging.waiting import Cause


@dataclass(frozen=True)
class Headline:
    """One sentence about everything. `level` is ok, warn or bad."""

    level: str
    sentence: str


def headline(now: Overview) -> Headline:
    """The worst that is to be said of how things stand."""
    if not health.is_fresh(now.last_beat):
        return Headline("bad", _nobody(now.last_beat))
    if stuck := [cause for cause in now.causes if not cause.wait.is_moving]:
        return _stuck(stuck)
    if now.is_still:
        return Headline("bad", _("Messages are due, nothing is in their way, and yet none is being sent."))
    if not now.is_swept:
        text = _("The sweeper has not made its round, so what was interrupted is not put right.")
        return Headline("warn", text)
    if now.late:
        return Headline("warn", _late(now.late))
    if now.books.unknown:
        return Headline("warn", _unknown(now.books.unknown))
    if canceling := [cause for cause in now.causes if cause.wait.reason == "canceling"]:
        return Headline("ok", _canceling(canceling[0]))
    if now.books.queued or now.books.sending:
        return Headline("ok", _("Everything is moving."))
    return Headline("ok", _("Everything that was to be sent has been sent."))


def _nobody(last_beat: dt.datetime | None) -> str:
    if last_beat is None:
        return _("No worker has ever been seen, so nothing is sent.")
    since = date_format(timezone.localtime(last_beat), "Y-m-d H:i:s e")
    return _("No worker has been seen since %(when)s, so nothing is sent.") % {"when": since}


def _stuck(causes: Sequence[Cause]) -> Headline:
    first = causes[0]
    text = ngettext(
        "One message waits for %(bot)s: %(why)s", "%(count)s messages wait for %(bot)s: %(why)s", first.count
    )
    level = "warn" if all(cause.wait.until for cause in causes) else "bad"
    return Headline(level, text % {"count": first.count, "bot": first.bot, "why": first.wait.sentence})


def _canceling(cause: Cause) -> str:
    text = ngettext(
        "One message of %(bot)s is being canceled.",
        "%(count)s messages of %(bot)s are being canceled.",
        cause.count,
    )
    return text % {"count": cause.count, "bot": cause.bot}


def _late(count: int) -> str:
    text = ngettext(
        "The worker that was sending a message did not come back; the sweeper puts it right within a minute.",
        "Workers that were sending %(count)s messages did not come back; the sweeper puts it right "
        "within a minute.",
        count,
    )
    return text % {"count": count}


def _unknown(count: int) -> str:
    text = ngettext(
        "Of one message nobody knows whether it was sent.",
        "Of %(count)s messages nobody knows whether they were sent.",
        count,
    )
    return text % {"count": count}
