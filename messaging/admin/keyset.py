"""A change list whose page a million costs what its first does: no COUNT, no OFFSET.

Pages are cut by primary key, newest first: `?before=` and `?after=` name the row to go on from.
https://use-the-index-luke.com/no-offset
"""

from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from messaging.forms.keys import as_key

BEFORE, AFTER = "before", "after"


class NoCountPaginator(Paginator):
    """Satisfies the change list, which asks for counts that nobody shows."""

    count = 0
    num_pages = 1


class KeysetChangeList(ChangeList):
    keyset = True
    older_url = newer_url = ""

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        self.before = as_key(request.GET.get(BEFORE))
        self.after = as_key(request.GET.get(AFTER))
        super().__init__(request, *args)

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        found = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name not in (BEFORE, AFTER)}

    def get_ordering(self, request: HttpRequest, queryset: QuerySet) -> list[Any]:
        return ["-pk"]

    def get_results(self, request: HttpRequest) -> None:
        rows, has_more = self._page(self.queryset)
        self.result_list = rows
        self.result_count = self.full_result_count = len(rows)
        self.show_full_result_count = self.show_admin_actions = self.can_show_all = False
        self.show_admin_actions = True
        self.multi_page = False
        self.paginator = NoCountPaginator([], self.list_per_page)
        self._link(rows, has_more)

    def _page(self, queryset: QuerySet) -> tuple[list[Any], bool]:
        """One page, newest first, and whether there is another one beyond it."""
        if self.after:
            rows = list(queryset.order_by("pk").filter(pk__gt=self.after)[: self.list_per_page + 1])
            return rows[: self.list_per_page][::-1], len(rows) > self.list_per_page
        if self.before:
            queryset = queryset.filter(pk__lt=self.before)
        rows = list(queryset[: self.list_per_page + 1])
        return rows[: self.list_per_page], len(rows) > self.list_per_page

    def _link(self, rows: list[Any], has_more: bool) -> None:
        has_older = has_more if not self.after else True
        has_newer = has_more if self.after else bool(self.before)
        if rows and has_older:
            self.older_url = self.get_query_string({BEFORE: rows[-1].pk}, [AFTER])
        if rows and has_newer:
            self.newer_url = self.get_query_string({AFTER: rows[0].pk}, [BEFORE])
