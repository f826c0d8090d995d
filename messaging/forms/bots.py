from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from messaging.models import Bot
from messaging.providers import PROVIDERS


class BotForm(forms.ModelForm):
    """The signing secret goes in and never comes out, like an account's credentials."""

    signing_secret = forms.CharField(
        label=_("Secret of the webhook's signature"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("If the provider signs its calls. Stored encrypted; leave empty to keep the stored one."),
    )

    daily_reach = forms.IntegerField(
        label=_("People in 24 hours"),
        required=False,
        min_value=1,
        error_messages={"min_value": _("Write 1 or more, or leave it empty for no limit of ours.")},
        help_text=_(
            "To how many people the bot may begin to write within any 24 hours, as WhatsApp limits it. Each "
            "person counts once; answers to those who wrote within 24 hours do not count. What does not fit "
            "waits. Empty means no limit of ours."
        ),
    )
    pair_interval = forms.FloatField(
        label=_("Seconds between two messages to one person"),
        required=False,
        min_value=0,
        max_value=86400,
        error_messages={
            "min_value": _("Write 0 or more seconds."),
            "max_value": _("Write a day, 86400 seconds, at most."),
        },
        help_text=_(
            "How long the second message waits. WhatsApp allows one in six seconds, and after a short burst "
            "makes it wait longer. 0 means no pause of ours."
        ),
    )

    class Meta:
        model = Bot
        fields: ClassVar = [
            *("name", "account", "provider_id", "country", "time_zone", "is_on", "members", "rate"),
            *("daily_reach", "pair_interval"),
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "time_zone" in self.fields:
            zones = [(name, name.replace("_", " ")) for name in sorted(available_timezones())]
            self.fields["time_zone"].widget = forms.Select(choices=zones)

    def clean(self) -> dict[str, Any]:
        """The id must have the form that the account's provider gives its ids."""
        cleaned = super().clean() or {}
        account, channel = cleaned.get("account"), cleaned.get("provider_id")
        if account and channel and (flaw := PROVIDERS[account.kind].flaw_of(channel)):
            self.add_error("provider_id", flaw)
        return cleaned

    def clean_country(self) -> str:
        return self.cleaned_data["country"].upper()

    def clean_pair_interval(self) -> float:
        return self.cleaned_data["pair_interval"] or 0

    def save(self, commit: bool = True) -> Bot:
        if secret := self.cleaned_data.get("signing_secret"):
            self.instance.webhook_secret = {"secret": secret}
        return super().save(commit)
