"""Credentials go in and never come out: the form shows whether there are some, not what they are."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from messaging.models import Account
from messaging.providers import PROVIDERS

MOST_TOGETHER = 100
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class AccountForm(forms.ModelForm):
    """An empty secret keeps the stored one."""

    base_url = forms.URLField(
        label=_("Address of the API"),
        required=False,
        assume_scheme="https",
        help_text=_("Leave empty for the provider's own address."),
    )
    client_id = forms.CharField(label=_("Client ID"), required=False)
    client_secret = forms.CharField(
        label=_("Client secret"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Stored encrypted and never shown again. Leave empty to keep the stored one."),
    )
    keep_previous = forms.BooleanField(
        label=_("Keep the previous credentials live as well"),
        required=False,
        help_text=_("During a rotation: where the new ones are refused, the previous ones are tried."),
    )
    dynamic_url_parameter = forms.BooleanField(
        label=_("Send link values in the older field"),
        required=False,
        help_text=_("dynamicUrlParameter instead of buttonParameters, for bots that still expect it."),
    )

    coalesce = forms.IntegerField(
        label=_("Recipients in one call"),
        required=False,
        min_value=1,
        max_value=MOST_TOGETHER,
        error_messages={
            "min_value": _("Write a number from 1 to 100."),
            "max_value": _("Write a number from 1 to 100."),
        },
        help_text=_(
            "Messages with the same template and values may share one call. How many Jelou takes at once is "
            "not documented. 1 sends each by itself."
        ),
    )

    class Meta:
        model = Account
        fields: ClassVar = ["name", "kind", "base_url"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.instance.credentials or {} if self.instance.pk else {}
        self.fields["client_id"].initial = stored.get("client_id", "")
        self.fields["keep_previous"].initial = bool(self.instance.spare_credentials)
        self.fields["dynamic_url_parameter"].initial = self.instance.options.get(
            "dynamic_url_parameter", False
        )

        self.fields["coalesce"].initial = self.instance.options.get("coalesce", 1)

    def clean_base_url(self) -> str:
        """Credentials travel in a header: only an encrypted connection or this machine may have them."""
        url = self.cleaned_data["base_url"]
        if (
            url
            and not url.startswith("https://")
            and not (settings.DEMO and urlsplit(url).hostname in LOOPBACK)
        ):
            raise forms.ValidationError(
                _("The address must start with https://, or others could read the credentials.")
            )
        return url

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        stored = self.instance.credentials or {} if self.instance.pk else {}
        for field in PROVIDERS[cleaned.get("kind") or "jelou"].credential_fields:
            if not cleaned.get(field.name) and not stored.get(field.name):
                self.add_error(field.name, _("The provider needs this."))
        return cleaned

    def save(self, commit: bool = True) -> Account:
        account = self.instance
        stored = dict(account.credentials or {}) if account.pk else {}
        typed = {name: self.cleaned_data[name].strip() for name in ("client_id", "client_secret")}
        new = stored | {name: value for name, value in typed.items() if value}
        if new != stored:
            account.spare_credentials = stored if self.cleaned_data["keep_previous"] and stored else None
            account.credentials = new
        elif not self.cleaned_data["keep_previous"]:
            account.spare_credentials = None
        account.options = {
            **account.options,
            "dynamic_url_parameter": self.cleaned_data["dynamic_url_parameter"],
            "coalesce": self.cleaned_data["coalesce"] or 1,
        }
        return super().save(commit)
