"""Which days the dashboard shows."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging.periods import ONE_DAY, Period

LONGEST = 366 * ONE_DAY
# No message is older, and no day further away is a period's end.
EARLIEST, LATEST = dt.date(2009, 1, 1), dt.date(2100, 1, 1)


class DayField(forms.DateField):
    """As browsers send a day, whatever the language of the page."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    input_formats = ("%Y-%m-%d",)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and not EARLIEST <= value <= LATEST:
            raise forms.ValidationError(_("Choose a day between 2009 and 2100."))


class PeriodForm(forms.Form):
    """Days from–to, both included."""

    since = DayField(
        label=gettext_lazy("From"),
        error_messages={
            "invalid": gettext_lazy("This is no day. Write it as 2026-11-20."),
            "required": gettext_lazy("Choose the first day."),
        },
    )
    until = DayField(
        label=gettext_lazy("To"),
        error_messages={
            "invalid": gettext_lazy("This is no day. Write it as 2026-11-20."),
            "required": gettext_lazy("Choose the last day."),
        },
    )

    def clean(self) -> dict[str, Any]:
        days = super().clean() or self.cleaned_data
        since, until = days.get("since"), days.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day is before the first. Choose a later one."))
        elif since and until and until - since >= LONGEST:
            self.add_error("since", _("A period has at most 366 days. Choose a later first day."))
        return days

    def period(self, zone: dt.tzinfo) -> Period:
        return Period(self.cleaned_data["since"], self.cleaned_data["until"], zone)
