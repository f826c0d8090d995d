"""Why a message did not arrive or has not left yet, in words a support agent can act on.

Every failed or skipped row carries a key of `FAILURES`; the provider's own code and text are kept beside
it. What each provider's code means is in `failure_codes`. The facts behind the sentences are Meta's:
https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from messaging.failure_codes import CODES, PHRASES, VAGUE

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

UNLISTED = "unlisted"

# Meta writes "(#131026) …" in answers and "131047: …" in the texts of events. Short numbers are common
# in any text, so they count only in the first form.
_META_CODE = re.compile(r"\(#([0-9]{1,7})\)|(?<![0-9])(13[0-9]{4})(?![0-9])")


class Side(TextChoices):
    """Who can mend it."""

    RECIPIENT = "recipient", _("The recipient")
    US = "us", _("Us")
    TEMPLATE = "template", _("The template")
    PROVIDER = "provider", _("The provider")
    WHATSAPP = "whatsapp", _("WhatsApp")
    ACCOUNT = "account", _("The account")


class Retry(TextChoices):
    """Whether sending the same again can help."""

    NEVER = "never", _("Sending again does not help")
    LATER = "later", _("Sending again later may help")
    AFTER_FIX = "after_fix", _("Sending again helps once this is mended")


class Step(TextChoices):
    """The one thing to do, as the button that leads there says it."""

    NUMBER = "number", _("Correct the number")
    CONTACT = "contact", _("Open the contact")
    TEMPLATE = "template", _("Choose a template")
    REWRITE = "rewrite", _("Correct and send anew")
    RESEND = "resend", _("Send again")
    WAIT = "wait", _("Send again later")
    BOT = "bot", _("Open the bot")
    ACCOUNT = "account", _("Open the account")
    ENTRY = "entry", _("Add an explanation")
    TELL = "tell", _("Copy the link for an admin")


@dataclass(frozen=True)
class Failure:
    """`sentence` says what happened, `action` the one thing to do, and `step` is the button for it.

    Where time helps, `wait` says in words how long, and sending again before `delay` is over is too early.
    """

    key: str
    sentence: StrOrPromise
    side: Side
    retry: Retry
    action: StrOrPromise
    wait: StrOrPromise = ""
    step: Step = Step.TELL
    delay: dt.timedelta | None = None


def explain(key: str, ours: Failure | None = None) -> Failure:
    """The entry of `key`; that of `unlisted` for a key that is not in the catalogue any more.

    `ours` is what this installation wrote about an unlisted code, and takes the place of that entry alone.
    """
    found = FAILURES.get(key, FAILURES[UNLISTED])
    return ours if ours and found.key == UNLISTED else found


def reason_for(code: str, text: str = "") -> str:
    """The key for what a provider answered: its `code` and the `text` that came with it.

    A Meta code or a known phrase in the text says more than a provider's "rejected", so vague codes give
    way to them. Always a key of `FAILURES`.
    """
    named = _key_of(code)
    if named and named not in VAGUE:
        return named
    return _key_in(text) or named or UNLISTED


def _key_of(code: str) -> str:
    word = code.strip().casefold().removeprefix("#")
    return word if word in FAILURES else CODES.get(word, "")


def _key_in(text: str) -> str:
    keys = [CODES.get(match[1] or match[2], "") for match in _META_CODE.finditer(text)]
    folded = text.casefold()
    keys += [key for phrase, key in PHRASES.items() if phrase in folded]
    found = [key for key in keys if key]
    return next((key for key in found if key not in VAGUE), next(iter(found), ""))


_ALL = (
    # -- The recipient -------------------------------------------------------------------------------
    Failure(
        "undeliverable",
        _("WhatsApp could not deliver to this number: it may have no WhatsApp, or a very old one."),
        Side.RECIPIENT,
        Retry.NEVER,
        _("Check the number. If it is right, ask the person in another way to write to you first."),
        step=Step.NUMBER,
    ),
    Failure(
        "invalid_number",
        _("The number does not exist in this form."),
        Side.US,
        Retry.AFTER_FIX,
        _("Correct the contact's number, with its country code."),
        step=Step.NUMBER,
    ),
    Failure(
        "opted_out",
        _("This person asked not to get marketing messages from this business."),
        Side.RECIPIENT,
        Retry.NEVER,
        _("Leave the person out of marketing. Only a new consent of theirs changes that."),
        step=Step.CONTACT,
    ),
    Failure(
        "marketing_cap",
        _("WhatsApp held this marketing message back: the person got enough of them lately."),
        Side.RECIPIENT,
        Retry.LATER,
        _("Wait before sending marketing to this person again; trying early makes the pause longer."),
        _("at least 24 hours"),
        step=Step.WAIT,
        delay=dt.timedelta(hours=24),
    ),
    Failure(
        "experiment",
        _("WhatsApp keeps marketing from this person as part of an experiment of its own."),
        Side.WHATSAPP,
        Retry.NEVER,
        _("Reach the person in another way, or wait until they write to you."),
        step=Step.CONTACT,
    ),
    Failure(
        "country_restricted",
        _("This business may not message people in the recipient's country."),
        Side.WHATSAPP,
        Retry.NEVER,
        _("Leave numbers of that country out."),
        step=Step.CONTACT,
    ),
    Failure(
        "pair_limit",
        _("Too many messages went to this person within a short time."),
        Side.US,
        Retry.LATER,
        _("Wait a little and send again; messages to other people are not affected."),
        _("a few minutes"),
        step=Step.WAIT,
        delay=dt.timedelta(minutes=5),
    ),
    Failure(
        "pair_interval",
        _("This person got another message a moment ago, and the bot leaves some time between two."),
        Side.US,
        Retry.LATER,
        _("Nothing has to be done: it leaves as soon as that time is over."),
        _("seconds"),
        step=Step.WAIT,
        delay=dt.timedelta(seconds=10),
    ),
    Failure(
        "daily_reach",
        _("Within 24 hours the bot has begun to write to as many people as it may."),
        Side.ACCOUNT,
        Retry.LATER,
        _("Wait until there is room again, or ask an admin whether the bot's daily limit can be raised."),
        _("at most 24 hours"),
        step=Step.WAIT,
        delay=dt.timedelta(hours=24),
    ),
    # -- Us: who we wrote to, what we wrote, when ----------------------------------------------------
    Failure(
        "window_closed",
        _("More than 24 hours have passed since the person last wrote, so only templates may be sent."),
        Side.US,
        Retry.AFTER_FIX,
        _("Send an approved template, or wait for the person to write."),
        step=Step.TEMPLATE,
    ),
    Failure(
        "contact_blocked",
        _("This contact is blocked, so nothing is sent to them."),
        Side.US,
        Retry.AFTER_FIX,
        _("If that is no longer right, unblock the contact and send again."),
        step=Step.CONTACT,
    ),
    Failure(
        "recipient_is_sender",
        _("The recipient is the very number that sends."),
        Side.US,
        Retry.NEVER,
        _("Choose another recipient."),
        step=Step.REWRITE,
    ),
    Failure(
        "test_number",
        _("The sending number is a test number and may only write to its list of recipients."),
        Side.ACCOUNT,
        Retry.AFTER_FIX,
        _("Add the recipient to that list, or send from a bot with a real number."),
        step=Step.ACCOUNT,
    ),
    Failure(
        "value_missing",
        _("A value that the message needs was empty or missing."),
        Side.US,
        Retry.AFTER_FIX,
        _("Fill every blank and the header, then send again."),
        step=Step.REWRITE,
    ),
    Failure(
        "wrong_value_count",
        _("The template has another number of blanks than the values that were sent."),
        Side.US,
        Retry.AFTER_FIX,
        _("Bring the templates up to date, open the template and fill its blanks again."),
        step=Step.REWRITE,
    ),
    Failure(
        "invalid_value",
        _("One of the values is not allowed, for instance for a line break, a tab or many spaces in a row."),
        Side.US,
        Retry.AFTER_FIX,
        _("Correct the value that the details name, and send again."),
        step=Step.REWRITE,
    ),
    Failure(
        "value_too_long",
        _("With its values filled in, the message is too long."),
        Side.US,
        Retry.AFTER_FIX,
        _("Shorten the values and send again."),
        step=Step.REWRITE,
    ),
    Failure(
        "media_unreachable",
        _("The file could not be fetched from its link."),
        Side.US,
        Retry.AFTER_FIX,
        _("Open the link in a private window. It must show the file itself over https, without a login."),
        step=Step.REWRITE,
    ),
    Failure(
        "media_type",
        _("The file is of a kind that WhatsApp does not take here."),
        Side.US,
        Retry.AFTER_FIX,
        _("Use a JPEG or PNG picture, an MP4 video or a PDF document, as the template asks."),
        step=Step.REWRITE,
    ),
    Failure(
        "media_too_large",
        _("The file is too large."),
        Side.US,
        Retry.AFTER_FIX,
        _("Make the file smaller: 5 MB for a picture, 15 MB for a video or a document."),
        step=Step.REWRITE,
    ),
    Failure(
        "media_failed",
        _("WhatsApp could not take the file: its link, kind, size or coding is not right."),
        Side.US,
        Retry.AFTER_FIX,
        _("Check that the link opens for everybody and that the file is of the right kind and size."),
        step=Step.REWRITE,
    ),
    Failure(
        "unsupported_kind",
        _("This kind of message cannot be sent this way."),
        Side.US,
        Retry.AFTER_FIX,
        _("Send another kind of message."),
        step=Step.REWRITE,
    ),
    Failure(
        "expired",
        _("The message was not sent before the time at which it stopped being useful."),
        Side.US,
        Retry.AFTER_FIX,
        _("If it still makes sense, write it again with a later end."),
        step=Step.REWRITE,
    ),
    Failure(
        "bot_off",
        _("The bot is switched off, so nothing leaves it."),
        Side.US,
        Retry.AFTER_FIX,
        _("Ask an admin to switch the bot on; waiting messages then leave by themselves."),
        step=Step.BOT,
    ),
    Failure(
        "bot_paused",
        _("The bot was paused by a person."),
        Side.US,
        Retry.AFTER_FIX,
        _("Ask whoever paused it, or resume the bot; waiting messages then leave by themselves."),
        step=Step.BOT,
    ),
    Failure(
        "too_many_starts",
        _("Sending was started several times and never finished, so the message was put aside."),
        Side.US,
        Retry.AFTER_FIX,
        _("Look at the attempts for what went wrong, tell an admin, and then send again."),
        step=Step.RESEND,
    ),
    # -- The template --------------------------------------------------------------------------------
    Failure(
        "template_missing",
        _("The provider knows no approved template of this name in this language."),
        Side.TEMPLATE,
        Retry.AFTER_FIX,
        _("Bring the templates up to date and choose one that is there."),
        step=Step.TEMPLATE,
    ),
    Failure(
        "template_not_approved",
        _("The template is not approved at the moment or not ready yet, so it may not be sent."),
        Side.TEMPLATE,
        Retry.AFTER_FIX,
        _("Wait for its approval, or choose another template."),
        step=Step.TEMPLATE,
    ),
    Failure(
        "template_paused",
        _("WhatsApp paused the template, because too many people blocked or reported it."),
        Side.TEMPLATE,
        Retry.LATER,
        _("Choose another template, or wait until WhatsApp lifts the pause."),
        _("3 or 6 hours"),
        step=Step.TEMPLATE,
        delay=dt.timedelta(hours=6),
    ),
    Failure(
        "template_disabled",
        _("WhatsApp disabled the template for good after several pauses."),
        Side.TEMPLATE,
        Retry.NEVER,
        _("Write a new template and submit it for approval."),
        step=Step.TEMPLATE,
    ),
    Failure(
        "template_mismatch",
        _("What was sent does not fit the template, such as text where it wants a picture."),
        Side.TEMPLATE,
        Retry.AFTER_FIX,
        _("Bring the templates up to date and write the message again."),
        step=Step.REWRITE,
    ),
    Failure(
        "content_refused",
        _("WhatsApp refused the content for breaking one of its policies."),
        Side.TEMPLATE,
        Retry.AFTER_FIX,
        _("Change the wording, and submit the template again if it is one."),
        step=Step.REWRITE,
    ),
    Failure(
        "flow_blocked",
        _("The form (Flow) inside the message is blocked or has reached its limit for now."),
        Side.TEMPLATE,
        Retry.AFTER_FIX,
        _("Ask whoever keeps the Flow to mend it, or choose another template."),
        step=Step.TEMPLATE,
    ),
    # -- The provider --------------------------------------------------------------------------------
    Failure(
        "wrong_credentials",
        _("The provider did not accept the account's credentials."),
        Side.ACCOUNT,
        Retry.AFTER_FIX,
        _("Ask an admin to enter valid credentials; waiting messages then leave by themselves."),
        step=Step.ACCOUNT,
    ),
    Failure(
        "permission_missing",
        _("The account lacks a permission that sending this needs."),
        Side.ACCOUNT,
        Retry.AFTER_FIX,
        _("Ask an admin to have the permission granted by the provider."),
        step=Step.ACCOUNT,
    ),
    Failure(
        "bot_not_found",
        _("The provider knows no bot with this id in this account."),
        Side.ACCOUNT,
        Retry.AFTER_FIX,
        _("Ask an admin to compare the bot's id with the one at the provider."),
        step=Step.BOT,
    ),
    Failure(
        "forbidden_bot",
        _("These credentials may not use this bot."),
        Side.ACCOUNT,
        Retry.AFTER_FIX,
        _("Ask an admin for credentials that include this bot."),
        step=Step.ACCOUNT,
    ),
    Failure(
        "invalid_request",
        _("The provider found a mistake in the request."),
        Side.US,
        Retry.AFTER_FIX,
        _("Correct the field that the details name. If they name none, show the message to an admin."),
        step=Step.REWRITE,
    ),
    Failure(
        "rejected_by_provider",
        _("The provider refused the message and did not say why."),
        Side.PROVIDER,
        Retry.AFTER_FIX,
        _("Check the number and the values. If they are right, ask the provider about this message."),
        step=Step.REWRITE,
    ),
    Failure(
        "provider_error",
        _("The provider had an error of its own, or the account belongs to no company there."),
        Side.PROVIDER,
        Retry.LATER,
        _("Send again later. If every message ends like this, ask the provider to check the account."),
        _("a few minutes"),
        step=Step.WAIT,
        delay=dt.timedelta(minutes=5),
    ),
    Failure(
        "provider_down",
        _("The provider could not be reached."),
        Side.PROVIDER,
        Retry.LATER,
        _("Wait; if it lasts, ask the provider."),
        _("a few minutes"),
        step=Step.WAIT,
        delay=dt.timedelta(minutes=5),
    ),
    Failure(
        "no_answer",
        _("The connection ended before the provider answered, so it may or may not have the message."),
        Side.PROVIDER,
        Retry.AFTER_FIX,
        _("Wait for news of it. Send again only if the person says that nothing came."),
        step=Step.RESEND,
    ),
    Failure(
        "rate_limited",
        _("Too many requests reached the provider or WhatsApp within a short time."),
        Side.PROVIDER,
        Retry.LATER,
        _("Wait. If it happens often, ask an admin to lower the bot's rate."),
        _("minutes, at most an hour"),
        step=Step.WAIT,
        delay=dt.timedelta(hours=1),
    ),
    # -- WhatsApp and the account --------------------------------------------------------------------
    Failure(
        "whatsapp_trouble",
        _("WhatsApp had trouble of its own."),
        Side.WHATSAPP,
        Retry.LATER,
        _("Send again in a while."),
        _("a few minutes"),
        step=Step.WAIT,
        delay=dt.timedelta(minutes=5),
    ),
    Failure(
        "spam_limit",
        _("WhatsApp slows this number down, because many people blocked or reported its messages."),
        Side.ACCOUNT,
        Retry.LATER,
        _("Stop campaigns of this bot, and look at its quality before you start again, slowly."),
        _("at least 24 hours"),
        step=Step.WAIT,
        delay=dt.timedelta(hours=24),
    ),
    Failure(
        "account_restricted",
        _("WhatsApp restricted or locked the business account, for its content or its templates."),
        Side.ACCOUNT,
        Retry.AFTER_FIX,
        _("Ask an admin to open Business Support Home at Meta and to appeal or solve it there."),
        step=Step.ACCOUNT,
    ),
    Failure(
        "payment",
        _("WhatsApp does not deliver because of a problem with the payment of the account."),
        Side.ACCOUNT,
        Retry.AFTER_FIX,
        _("Ask an admin to solve the billing with Meta or the provider, and send again."),
        step=Step.ACCOUNT,
    ),
    Failure(
        "sender_not_ready",
        _("The sending number is not registered, not approved or not set up for this."),
        Side.ACCOUNT,
        Retry.AFTER_FIX,
        _("Ask an admin to have the number set up by the provider."),
        step=Step.ACCOUNT,
    ),
    # -- Codes of things that a message does not use ------------------------------------------------
    Failure(
        "about_groups",
        _("WhatsApp answered about a group, and messages from here go to single people."),
        Side.PROVIDER,
        Retry.NEVER,
        _("Check the number. If it is a person's, show the message to an admin, who asks the provider."),
        step=Step.TELL,
    ),
    Failure(
        "about_calls",
        _("WhatsApp answered about a voice call, not about a message."),
        Side.ACCOUNT,
        Retry.AFTER_FIX,
        _("Ask an admin whether the sending number may make calls, or send another kind of message."),
        step=Step.TELL,
    ),
    Failure(
        "about_setup",
        _("WhatsApp answered about the setup of the account or the number, not about the message."),
        Side.ACCOUNT,
        Retry.AFTER_FIX,
        _("Ask an admin to look at the account's setup with the provider, and send again."),
        step=Step.TELL,
    ),
    Failure(
        "about_template_writing",
        _("WhatsApp refused how a template is written, as it does when one is submitted."),
        Side.TEMPLATE,
        Retry.AFTER_FIX,
        _("Choose another template. Whoever keeps this one can correct it and submit it again."),
        step=Step.TEMPLATE,
    ),
    Failure(
        UNLISTED,
        _("The provider gave a reason that is not in our list yet."),
        Side.PROVIDER,
        Retry.AFTER_FIX,
        _("Read the details below, and show them to an admin so that the reason can be added."),
        step=Step.ENTRY,
    ),
)

FAILURES: dict[str, Failure] = {failure.key: failure for failure in _ALL}
CHOICES = [(failure.key, failure.sentence) for failure in _ALL]
