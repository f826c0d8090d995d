"""Our own words for a template's blanks, what they are, and what to do when nothing is known."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .components import Hint, Variable
from .models import Template
from .values import POLICIES, TYPES, is_currency

WORDS = (("label", _("Name")), ("example", _("Example")), ("fallback", _("When nothing is known")))
CHOICES = (
    ("type", _("Type"), TYPES),
    ("missing", _("When it is missing"), POLICIES),
)
PARTS = ("label", "example", "fallback", "type", "currency", "missing")


class LabelsForm(forms.ModelForm):
    """Name, example, fallback and type of each variable; an empty field falls back to the provider's word."""

    class Meta:
        model = Template
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for variable in self.variables:
            for part, label in WORDS:
                self._add(variable, part, self._word_field(variable, part, label))
            for part, label, choices in CHOICES:
                field = forms.ChoiceField(label=label, choices=list(choices.items()), required=False)
                self._add(variable, part, field)
            currency = forms.CharField(
                label=_("Currency"),
                required=False,
                max_length=3,
                widget=forms.TextInput(attrs={"placeholder": "USD"}),
            )
            self._add(variable, "currency", currency)

    def _add(self, variable: Variable, part: str, field: forms.Field) -> None:
        default = getattr(variable, part) if part in ("type", "missing") else ""
        field.initial = self.instance.labels.get(variable.key, {}).get(part, default)
        self.fields[field_name(variable, part)] = field

    def _word_field(self, variable: Variable, part: str, label: Any) -> forms.CharField:
        widget = forms.TextInput(attrs={"placeholder": self._provider_word(variable, part)})
        return forms.CharField(label=label, required=False, max_length=200, widget=widget)

    @property
    def variables(self) -> tuple[Variable, ...]:
        return self.instance.version.components.variables if self.instance.version else ()

    def rows(self) -> list[dict[str, Any]]:
        """The fields as the page shows them: a row for each variable."""
        return [
            {"variable": variable, "fields": [self[field_name(variable, part)] for part in PARTS]}
            for variable in self.variables
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for variable in self.variables:
            name = field_name(variable, "currency")
            code = cleaned[name] = cleaned.get(name, "").strip().upper()
            is_money = cleaned.get(field_name(variable, "type")) == "money"
            if (code or is_money) and not is_currency(code):
                self.add_error(name, _("Write the three letters of a currency, such as USD."))
        return cleaned

    def save(self, commit: bool = True) -> Template:
        self.instance.labels = {
            variable.key: ours for variable in self.variables if (ours := self._ours(variable))
        }
        if commit:
            self.instance.save(update_fields=["labels"])
        return self.instance

    def _ours(self, variable: Variable) -> dict[str, str]:
        """What differs from a blank about which nobody said anything."""
        plain = Hint()
        typed = {part: self.cleaned_data[field_name(variable, part)].strip() for part in PARTS}
        return {part: text for part, text in typed.items() if text and text != getattr(plain, part)}

    def _provider_word(self, variable: Variable, part: str) -> str:
        return getattr(variable, part) or (variable.title if part == "label" else "")


def field_name(variable: Variable, part: str) -> str:
    return f"{variable.key}.{part}"
