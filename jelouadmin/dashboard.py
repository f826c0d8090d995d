"""What the first page shows."""

from typing import Any

from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from jelouadmin.templatetags.charts import Bars, Series
from messaging import summaries
from messaging.models import Message

RECENT = 8


def dashboard_context(request: HttpRequest) -> dict[str, Any]:
    """Empty for people who may not look at messages: their first page is the navigation."""
    if not request.user.has_perm("messaging.view_message"):
        return {}
    messages = summaries.outbound(request.user)
    recent = Message.objects.for_user(request.user).select_related("contact").defer("content")
    return {
        "days": summaries.DAYS,
        "pulse": summaries.pulse(request.user),
        "funnel": summaries.funnel(messages),
        "chart": chart(summaries.by_day(messages)),
        "reasons": summaries.reasons(messages),
        "recent": recent.order_by("-pk")[:RECENT],
    }


def chart(days: list[summaries.Day]) -> Bars:
    return Bars(
        title=str(_("Messages by day")),
        labels=[date_format(day.date, "j/n") for day in days],
        series=[
            Series(str(label), key, [day.counts[key] for day in days])
            for key, label, _statuses in summaries.GROUPS
        ],
    )
