from typing import Any, ClassVar

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from messaging import phones
from messaging.models import Contact


class AttributesField(forms.CharField):
    """A dict of short facts, written by people as one `name: value` a line."""

    widget = forms.Textarea(attrs={"rows": 4, "placeholder": "order: 1042"})

    def prepare_value(self, value: Any) -> str:
        if isinstance(value, dict):
            return "\n".join(f"{name}: {fact}" for name, fact in value.items())
        return value or ""

    def to_python(self, value: Any) -> Any:
        # The field's own check looks at the text of a dict, where a NUL is written as an escape.
        ProhibitNullCharactersValidator()(value or "")
        facts = {}
        for number, line in enumerate(str(value or "").splitlines(), start=1):
            if not line.strip():
                continue
            name, colon, fact = line.partition(":")
            if not colon or not name.strip() or not fact.strip():
                raise forms.ValidationError(
                    _("Line %(number)s is not “name: value”. Write a name, a colon and a value."),
                    params={"number": number},
                )
            facts[name.strip()[:60]] = fact.strip()[:500]
        return facts

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return (initial or {}) != self.to_python(data)
        except forms.ValidationError:
            return True


class ContactForm(forms.ModelForm):
    """The number may be typed in any way; what is stored is what WhatsApp calls it."""

    number = forms.CharField(
        label=_("Number"),
        max_length=60,
        help_text=_("With the country code, written in any way: +593 99 123 4567."),
    )
    attributes = AttributesField(
        label=_("Attributes"),
        required=False,
        help_text=_("One “name: value” a line; they fill template variables of the same name."),
    )

    # The country of numbers typed without one; the page sets it from the person's own bots.
    country = ""

    class Meta:
        model = Contact
        fields: ClassVar = ["number", "name", "language", "tags", "attributes", "is_blocked"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._check_while_typing()
        if self.instance.wa_id:
            self.initial["number"] = self.instance.number
        if self.instance.user_id:
            self.fields["number"].required = False

    def _check_while_typing(self) -> None:
        """What the number would be stored as, or why it cannot be one, stands under the field at once."""
        number = self.fields["number"]
        number.widget.attrs |= {
            "inputmode": "tel",
            "autocomplete": "off",
            "hx-get": reverse("admin:messaging_contact_number"),
            "hx-trigger": "input changed delay:300ms",
            "hx-target": "#number-check",
        }
        local = ""
        if self.country:
            local = _("Without one it is taken for %(country)s.") % {"country": self.country}
        check = '{} {}<span class="field__check" id="number-check" role="status"></span>'
        number.help_text = format_html(check, number.help_text, local)

    def clean_number(self) -> str:
        typed = self.cleaned_data["number"]
        if not typed:
            return ""
        try:
            wa_id = phones.normalise(typed, self.country)
        except phones.InvalidPhone as error:
            raise forms.ValidationError(str(error)) from error
        forms_of_it = {wa_id, *phones.variants(wa_id)}
        taken = Contact.objects.filter(wa_id__in=forms_of_it).exclude(pk=self.instance.pk).first()
        if taken is not None:
            raise forms.ValidationError(_("%(contact)s has this number already.") % {"contact": taken})
        return wa_id

    def save(self, commit: bool = True) -> Contact:
        if "number" in self.changed_data or self.instance.pk is None:
            self.instance.wa_id = self.cleaned_data["number"] or None
            self.instance.as_entered = self.data.get(self.add_prefix("number"), "")[:60]
        return super().save(commit)
