"""Credentials go in and never come out: the form shows whether there are some, not what they are.

Which fields there are is the provider's word: its `credential_fields` and `option_fields`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from messaging.models import Account
from messaging.providers import PROVIDERS
from messaging.providers.account_fields import CredentialField, OptionField
from messaging.providers.links import leads_inside

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Another provider needs other fields, which htmx puts in the place of these.
OTHER_FIELDS = {
    "hx-get": ".",
    "hx-select": "#provider-fields",
    "hx-target": "#provider-fields",
    "hx-swap": "outerHTML",
}


class AccountForm(forms.ModelForm):
    """An empty secret keeps the stored one."""

    base_url = forms.URLField(
        label=_("Address of the API"),
        required=False,
        assume_scheme="https",
        help_text=_("Leave empty for the provider's own address."),
    )

    class Meta:
        model = Account
        fields: ClassVar = ["name", "kind", "base_url"]

    _needed: StrOrPromise = _("The provider needs this.")
    # The kind whose fields are shown, where it is not the row's own.
    chosen_kind: ClassVar[str] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = known_kind(self.data.get("kind", ""), self.chosen_kind, self.instance.kind)
        self.provider = PROVIDERS[kind]
        # What is stored for one provider says nothing to another.
        is_same = bool(self.instance.pk) and self.instance.kind == kind
        self._stored = dict(self.instance.credentials or {}) if is_same else {}
        self._options = dict(self.instance.options) if is_same else {}
        if "kind" in self.fields:
            self.fields["kind"].initial = self.initial["kind"] = kind
            self.fields["kind"].widget.attrs.update(OTHER_FIELDS)
        for credential in self.provider.credential_fields:
            self.fields[credential.name] = _credential_field(credential, self._stored)
        self.fields["keep_previous"] = forms.BooleanField(
            label=_("Keep the previous credentials live as well"),
            required=False,
            initial=is_same and bool(self.instance.spare_credentials),
            help_text=_("During a rotation: where the new ones are refused, the previous ones are tried."),
        )
        for option in self.provider.option_fields:
            self.fields[option.name] = _option_field(option, self._options.get(option.name, option.default))

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
        if self._is_moved(url) and leads_inside(url):
            raise forms.ValidationError(
                _("The address leads into a private network. Write the one that your provider gives you.")
            )
        return url

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self._stored and self._is_moved(cleaned.get("base_url", "")):
            # Stored secrets never go to another host: whoever names it has to know them.
            self._stored = {}
            self._needed = _("The address leads to another host. Write the credentials again.")
        for field in self.provider.credential_fields:
            if not cleaned.get(field.name) and not self._stored.get(field.name):
                self.add_error(field.name, self._needed)
        return cleaned

    def _is_moved(self, url: str) -> bool:
        """Whether the API is at another host now; the provider's own address is always trusted."""
        old = self.initial.get("base_url") or self.provider.base_url
        return bool(url) and urlsplit(url).netloc != urlsplit(old).netloc

    def save(self, commit: bool = True) -> Account:
        account = self.instance
        typed = {
            field.name: self.cleaned_data[field.name].strip() for field in self.provider.credential_fields
        }
        new = self._stored | {name: value for name, value in typed.items() if value}
        if new != self._stored:
            is_kept = self.cleaned_data["keep_previous"] and self._stored
            account.spare_credentials = self._stored if is_kept else None
            account.credentials = new
        elif not self.cleaned_data["keep_previous"]:
            account.spare_credentials = None
        account.options = {**self._options, **self._chosen_options()}
        return super().save(commit)

    def _chosen_options(self) -> dict[str, Any]:
        """An option left empty is the provider's usual one."""
        options = {}
        for field in self.provider.option_fields:
            typed = self.cleaned_data[field.name]
            options[field.name] = field.default if typed in (None, "") else typed
        return options


def known_kind(*kinds: str) -> str:
    """The first of these that is a provider's, or the first provider there is."""
    return next((kind for kind in kinds if kind in PROVIDERS), next(iter(PROVIDERS)))


def _credential_field(field: CredentialField, stored: dict[str, str]) -> forms.CharField:
    if not field.secret:
        return forms.CharField(label=str(field.label), required=False, initial=stored.get(field.name, ""))
    return forms.CharField(
        label=str(field.label),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Stored encrypted and never shown again. Leave empty to keep the stored one."),
    )


def _option_field(field: OptionField, value: Any) -> forms.Field:
    """The field of one option, as its type wants."""
    facts: dict[str, Any] = {
        "label": field.label,
        "help_text": field.help,
        "initial": value,
        "required": False,
    }
    if field.type == "bool":
        return forms.BooleanField(**facts)
    if field.type == "choice":
        return forms.ChoiceField(choices=field.choices, **facts)
    sentence = _("Write a number from %(least)d to %(most)d.") % {"least": field.least, "most": field.most}
    return forms.IntegerField(
        min_value=field.least,
        max_value=field.most,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), sentence),
        **facts,
    )
