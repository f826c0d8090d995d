"""Listing templates: https://docs.jelou.ai/en/api/campanas/obtener-plantillas"""

from collections.abc import Sequence
from typing import Any

from messaging.simulator.jelou.gate import Call
from messaging.simulator.rows import Json, Template
from messaging.simulator.shapes import Choice, Text
from messaging.simulator.wording import between
from messaging.simulator.world import STATUSES, WORLD

CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")
MOST = 50
PAGING = {"page": Text(rule=between(1, 10_000)), "limit": Text(rule=between(1, MOST))}


def list_templates(call: Call) -> Json:
    """Two pages of the documentation show two shapes; a switch picks one."""
    call.refuse_query_unless(
        query=Text(least=0), status=Choice(STATUSES), category=Choice(CATEGORIES), **PAGING
    )
    rows, pagination = paged(_chosen(call), call.query)
    if WORLD.switches.templates_shape == "data":
        return {"data": rows}
    links = [
        {
            "number": number,
            "url": f"/v1/bots/{call.bot.id}/templates?page={number}&limit={pagination['limit']}",
        }
        for number in range(1, pagination["totalPages"] + 1)
    ]
    del pagination["page"]
    return {"pagination": pagination, "results": rows, "links": links}


def paged(rows: Sequence[Any], query: dict[str, str]) -> tuple[list[Any], Json]:
    """One page, and the words about it."""
    limit, page = int(query.get("limit", MOST)), int(query.get("page", 1))
    offset = (page - 1) * limit
    facts = {
        "limit": limit,
        "page": page,
        "total": len(rows),
        "offset": offset,
        "totalPages": -(-len(rows) // limit),
    }
    return list(rows[offset : offset + limit]), facts


def _chosen(call: Call) -> list[Template]:
    wanted = call.query.get("query", "").lower()
    with WORLD.lock:
        rows = sorted(WORLD.templates[call.bot.id], key=lambda row: row["id"], reverse=True)
        return [dict(row) for row in rows if wanted in row["elementName"].lower() and _fits(row, call.query)]


def _fits(row: Template, query: dict[str, str]) -> bool:
    return all(row[name] == query[name] for name in ("status", "category") if name in query)
