"""The buttons that stop and start: of a bot, on its own page and on Operations; of a message, on its page."""

import uuid

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from messaging import canceling, connecting, operations, queueing
from messaging.connecting import PauseEnd
from messaging.models import Bot, Message, Stop


def pause(request: HttpRequest, bot_id: int) -> HttpResponse:
    bot = _bot(request, bot_id)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    until = request.POST.get("until", "")
    end = connecting.pause_end(bot, PauseEnd(until) if until in PauseEnd.values else PauseEnd.NEVER)
    connecting.pause(bot, person_of(request), end)
    if end is None:
        text = _("%(bot)s is paused until somebody resumes it.") % {"bot": bot}
    else:
        when = date_format(localtime(end), "Y-m-d H:i e")
        text = _("%(bot)s is paused until %(when)s.") % {"bot": bot, "when": when}
    messages.success(request, text)
    return _back(request, bot)


def resume(request: HttpRequest, bot_id: int) -> HttpResponse:
    bot = _bot(request, bot_id)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    connecting.resume(bot)
    queueing.wake()
    messages.success(request, _("%(bot)s sends again.") % {"bot": bot})
    return _back(request, bot)


def stop(request: HttpRequest, bot_id: int) -> HttpResponse:
    """A GET says how many messages would be canceled, a POST cancels them, or has them canceled."""
    bot = _bot(request, bot_id)
    if request.method == "POST":
        _say_canceled(request, bot, canceling.stop(bot, person_of(request)))
        return _back(request, bot)
    context = admin.site.each_context(request) | {
        "title": _("Stop %(bot)s") % {"bot": bot},
        "bot": bot,
        "back": request.GET.get("back", ""),
        "back_url": _page(request.GET.get("back", ""), bot),
        "standing": operations.stand(bot),
    }
    return TemplateResponse(request, "messaging/bot_stop.html", context)


def _say_canceled(request: HttpRequest, bot: Bot, pressed: Stop) -> None:
    if pressed.is_canceling:
        count = pressed.waiting
        text = ngettext(
            "%(bot)s is paused. One message is being canceled and is not sent any more.",
            "%(bot)s is paused. %(count)s messages are being canceled, and none of them is sent any more.",
            count,
        )
    else:
        count = pressed.canceled
        text = ngettext(
            "%(bot)s is paused, and one message was canceled.",
            "%(bot)s is paused, and %(count)s messages were canceled.",
            count,
        )
    messages.success(request, text % {"bot": bot, "count": number_format(count, force_grouping=True)})
    if left := operations.on_their_way(bot):
        text = ngettext(
            "One more was on its way at that moment. Should it come back, it is canceled too.",
            "%(count)s more were on their way at that moment. Those that come back are canceled too.",
            left,
        )
        messages.warning(request, text % {"count": left})


def cancel(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take back one message that waits."""
    message = Message.objects.for_user(request.user).filter(public_id=public_id).first()
    if message is None or request.method != "POST":
        raise Http404
    if not request.user.has_perm("messaging.add_message"):
        raise PermissionDenied
    if canceling.cancel(message, person_of(request)):
        messages.success(request, _("The message was canceled."))
    else:
        messages.error(request, _("It was too late: the message had left, or was about to."))
    return HttpResponseRedirect(reverse("admin:messaging_message_change", args=[public_id]))


# -- Who, and where to -----------------------------------------------------------------------------


def person_of(request: HttpRequest) -> User:
    assert request.user.is_authenticated  # the site's `admin_view` lets nobody else in
    return request.user


def _bot(request: HttpRequest, bot_id: int) -> Bot:
    """The bot, if this person sees it and may pause bots."""
    bot = Bot.objects.for_user(request.user).select_related("account", "paused_by").filter(pk=bot_id).first()
    if bot is None or not request.user.has_perm("messaging.pause_bot"):
        raise Http404
    return bot


def _back(request: HttpRequest, bot: Bot) -> HttpResponse:
    return HttpResponseRedirect(_page(request.POST.get("back", ""), bot))


def _page(back: str, bot: Bot) -> str:
    """Where the button stood."""
    if back == "bot":
        return reverse("admin:messaging_bot_change", args=[bot.pk])
    return reverse("admin:operations")
