from collections.abc import Callable
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from messaging import applying, connecting, intake, operations, polling, queueing
from messaging.forms.accounts import AccountForm, known_kind
from messaging.forms.bots import BotForm
from messaging.models import Account, Bot, Health, WebhookDelivery
from messaging.providers import PROVIDERS
from messaging.providers.base import ProviderError
from messaging.template_sync import sync_templates

from .scoped import ReadOnlyAdmin, ScopedAdmin


@admin.register(Account)
class AccountAdmin(ScopedAdmin):
    form = AccountForm
    list_display = ("name", "kind", "health_badge", "checked_at")
    readonly_fields = ("health_badge", "checked_at")
    change_form_template = "messaging/account_form.html"

    def get_form(
        self, request: HttpRequest, obj: Account | None = None, change: bool = False, **kwargs: Any
    ) -> type[Any]:
        """The form for the kind that is being chosen; its other fields are the provider's, and no columns."""
        form: Any = super().get_form(request, obj, change, **kwargs | {"fields": AccountForm.Meta.fields})
        form.chosen_kind = request.GET.get("kind", "")
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Account | None = None) -> list[Any]:
        asked = (request.POST.get("kind", ""), request.GET.get("kind", ""), obj.kind if obj else "")
        provider = PROVIDERS[known_kind(*asked)]
        credentials = [field.name for field in provider.credential_fields]
        options = [field.name for field in provider.option_fields]
        return [
            (None, {"fields": ("name", "kind", "base_url", "health_badge", "checked_at")}),
            (_("Credentials"), {"fields": (*credentials, "keep_previous")}),
            *([(_("Options"), {"fields": options})] if options else []),
        ]

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        """The credentials are tried at once, so that a wrong one is known before the first message."""
        super().save_model(request, obj, form, change)
        if connecting.check_account(obj):
            messages.success(
                request, _("%(provider)s accepts the credentials.") % {"provider": obj.get_kind_display()}
            )
            queueing.wake()
        elif obj.health == Health.FAILED:
            text = _("%(provider)s refuses the credentials, so nothing is sent: %(detail)s")
            messages.error(request, text % {"provider": obj.get_kind_display(), "detail": obj.health_detail})
        else:
            text = _("Saved, but the credentials could not be tried: %(detail)s")
            messages.warning(request, text % {"detail": obj.health_detail})

    def has_delete_permission(self, request: HttpRequest, obj: Account | None = None) -> bool:
        return not (obj and obj.bots.exists()) and super().has_delete_permission(request, obj)

    @admin.display(description=_("health"), ordering="health")
    def health_badge(self, account: Account) -> SafeString:
        return render_to_string("messaging/health_cell.html", {"account": account})


# What the buttons of a bot's page do; each returns the sentence that says so.


def sync(bot: Bot) -> str:
    result = sync_templates(bot)
    text = _("%(listed)s templates: %(created)s new, %(changed)s with new content, %(gone)s gone.")
    return text % vars(result)


def subscribe(bot: Bot) -> str:
    connecting.subscribe(bot)
    return str(_("The provider now reports statuses and incoming messages to this bot's webhook."))


def check(bot: Bot) -> str:
    bot.account.provider.check(bot.provider_id)
    connecting.check_account(bot.account)
    return str(_("The provider accepts the credentials and knows this bot."))


BUTTONS = {"sync": sync, "subscribe": subscribe, "check": check}


@admin.register(Bot)
class BotAdmin(ScopedAdmin):
    form = BotForm
    list_display = ("bot_name", "account", "state_badge", "rate", "templates_synced_at")
    list_display_links = ("bot_name",)
    list_select_related = ("account",)
    search_fields = ("name", "provider_id")
    filter_horizontal = ("members",)
    change_form_template = "messaging/bot_form.html"
    fieldsets: ClassVar = [
        (None, {"fields": ("name", "account", "provider_id", "country", "time_zone", "is_on")}),
        (_("People"), {"fields": ("members",)}),
        (_("Webhook"), {"fields": ("signing_secret",)}),
        (_("Limits"), {"fields": ("rate", "daily_reach", "pair_interval")}),
    ]

    def save_model(self, request: HttpRequest, obj: Bot, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        queueing.wake()

    def has_delete_permission(self, request: HttpRequest, obj: Bot | None = None) -> bool:
        """A bot that has sent stays, switched off: history points at it."""
        return not (obj and obj.messages.exists()) and super().has_delete_permission(request, obj)

    # -- Pages ---------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        ours = [
            path(
                f"<int:bot_id>/{name}/",
                self.admin_site.admin_view(self.post_view(doing)),
                name=f"messaging_bot_{name}",
            )
            for name, doing in BUTTONS.items()
        ]
        webhook = path(
            "<int:bot_id>/webhook/",
            self.admin_site.admin_view(self.webhook_view),
            name="messaging_bot_webhook",
        )
        sending = path(
            "<int:bot_id>/sending/",
            self.admin_site.admin_view(self.sending_view),
            name="messaging_bot_sending",
        )
        return [*ours, webhook, sending, *super().get_urls()]

    def sending_view(self, request: HttpRequest, bot_id: int) -> HttpResponse:
        """The part that changes while messages are being canceled; the page asks for it again."""
        bot = self.get_queryset(request).select_related("account", "paused_by").filter(pk=bot_id).first()
        if bot is None or not self.has_view_permission(request, bot):
            raise Http404
        context = {"bot": bot, "standing": operations.stand(bot)}
        return TemplateResponse(request, "messaging/bot_sending_news.html", context)

    def webhook_view(self, request: HttpRequest, bot_id: int) -> HttpResponse:
        """Where the provider reports, as it says itself: asked apart, so that the page waits for nobody."""
        bot = self.get_queryset(request).select_related("account").filter(pk=bot_id).first()
        if bot is None or not self.has_change_permission(request, bot):
            raise Http404
        context: dict[str, Any] = {"bot": bot, "inbox_is_read": PROVIDERS[bot.account.kind].lists_inbound}
        try:
            rows = connecting.subscriptions(bot)
            context |= {
                "rows": rows,
                "is_ours": all(one.is_ours for one in rows[: len(bot.account.provider.events)]),
            }
        except ProviderError as error:
            context["problem"] = error.message
        return TemplateResponse(request, "messaging/bot_webhook.html", context)

    def post_view(self, doing: Callable[[Bot], str]) -> Callable[..., HttpResponse]:
        """A button of the bot's page: POST only, for people who may change this bot."""

        def view(request: HttpRequest, bot_id: int) -> HttpResponse:
            bot = self.get_queryset(request).select_related("account").filter(pk=bot_id).first()
            if bot is None or request.method != "POST" or not self.has_change_permission(request, bot):
                raise Http404
            try:
                messages.success(request, doing(bot))
            except ProviderError as error:
                messages.error(request, error.message)
            return HttpResponseRedirect(reverse("admin:messaging_bot_change", args=[bot.pk]))

        return view

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        bot = self.get_object(request, object_id)
        extra = dict(extra_context or {}) | _about(bot)
        return super().change_view(request, object_id, form_url, extra)

    # -- Columns -------------------------------------------------------------------------------

    @admin.display(description=_("name"), ordering="name")
    def bot_name(self, bot: Bot) -> SafeString:
        return render_to_string("messaging/bot_cell.html", {"bot": bot})

    @admin.display(description=_("state"))
    def state_badge(self, bot: Bot) -> SafeString:
        return render_to_string("messaging/bot_state_cell.html", {"bot": bot})


def _about(bot: Bot | None) -> dict[str, Any]:
    """What the page of a bot says beside its form."""
    if bot is None:
        return {}
    latest = bot.deliveries.defer("body").order_by("-pk")[:5]
    return {
        "bot": bot,
        "deliveries": latest,
        "standing": operations.stand(bot),
        "last_call": polling.last_call(bot),
        "is_polled": polling.is_deaf(bot),
        "inbox_is_read": PROVIDERS[bot.account.kind].lists_inbound,
        "can_be_called": connecting.can_be_called(),
        "site_url": settings.SITE_URL,
    }


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "bot", "state", "size", "error")
    list_filter = ("state",)
    list_select_related = ("bot",)
    ordering = ("-pk",)
    fields = ("bot", "received_at", "state", "error", "size", "applied_at", "body_text")
    readonly_fields = fields
    actions = ("apply_again",)

    def has_apply_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("messaging.change_bot")

    @admin.action(description=_("Apply again"), permissions=["apply"])
    def apply_again(self, request: HttpRequest, deliveries: QuerySet[WebhookDelivery]) -> None:
        """Harmless for those that were applied: what is known already changes nothing."""
        keys = list(deliveries.order_by().values_list("pk", flat=True))
        applied = applying.apply_all(keys)
        text = ngettext("%(count)s call applied.", "%(count)s calls applied.", applied)
        messages.success(request, text % {"count": applied})
        if left := len(keys) - applied:
            text = ngettext(
                "%(count)s call could not be applied: it was refused, or met an error of ours.",
                "%(count)s calls could not be applied: they were refused, or met an error of ours.",
                left,
            )
            messages.warning(request, text % {"count": left})

    @admin.display(description=_("body"))
    def body_text(self, delivery: WebhookDelivery) -> str:
        return intake.unsaid_in(delivery, bytes(delivery.body).decode(errors="replace"))[:20000]
