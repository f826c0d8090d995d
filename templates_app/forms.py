"""Our own words for a template's blanks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .components import Variable
from .models import Template

PARTS = (("label", _("Name")), ("example", _("Example")), ("fallback", _("When nothing is known")))


class LabelsForm(forms.ModelForm):
    """Name, example and fallback of each variable; an empty field falls back to the provider's word."""

    class Meta:
        model = Template
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for variable in self.variables:
            for part, label in PARTS:
                self.fields[field_name(variable, part)] = forms.CharField(
                    label=label,
                    required=False,
                    max_length=200,
                    initial=self.instance.labels.get(variable.key, {}).get(part, ""),
                    widget=forms.TextInput(attrs={"placeholder": self._provider_word(variable, part)}),
                )

    @property
    def variables(self) -> tuple[Variable, ...]:
        return self.instance.version.components.variables if self.instance.version else ()

    def rows(self) -> list[dict[str, Any]]:
        """The fields as the page shows them: a row for each variable."""
        return [
            {"variable": variable, "fields": [self[field_name(variable, part)] for part, _label in PARTS]}
            for variable in self.variables
        ]

    def save(self, commit: bool = True) -> Template:
        self.instance.labels = {
            variable.key: ours for variable in self.variables if (ours := self._ours(variable))
        }
        if commit:
            self.instance.save(update_fields=["labels"])
        return self.instance

    def _ours(self, variable: Variable) -> dict[str, str]:
        typed = {part: self.cleaned_data[field_name(variable, part)].strip() for part, _label in PARTS}
        return {part: text for part, text in typed.items() if text}

    def _provider_word(self, variable: Variable, part: str) -> str:
        return getattr(variable, part) or (variable.title if part == "label" else "")


def field_name(variable: Variable, part: str) -> str:
    return f"{variable.key}.{part}"
