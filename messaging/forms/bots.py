from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from messaging.models import Bot


class BotForm(forms.ModelForm):
    """The signing secret goes in and never comes out, like an account's credentials."""

    signing_secret = forms.CharField(
        label=_("Secret of the webhook's signature"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("If the provider signs its calls. Stored encrypted; leave empty to keep the stored one."),
    )

    class Meta:
        model = Bot
        fields: ClassVar = [
            *("name", "account", "provider_id", "country", "time_zone", "is_on", "members", "rate"),
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "time_zone" in self.fields:
            zones = [(name, name.replace("_", " ")) for name in sorted(available_timezones())]
            self.fields["time_zone"].widget = forms.Select(choices=zones)

    def clean_country(self) -> str:
        return self.cleaned_data["country"].upper()

    def save(self, commit: bool = True) -> Bot:
        if secret := self.cleaned_data.get("signing_secret"):
            self.instance.webhook_secret = {"secret": secret}
        return super().save(commit)
