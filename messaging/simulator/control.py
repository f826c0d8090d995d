"""What tests and the demo turn, in JSON, under `/_control/`. Nobody has to log in: it is on this machine.

    POST reset             {"seed": "empty" or "demo"}
    POST companies         {"name", "client_id", "client_secret"}
    POST bots              {"id", "company", "name", "country", "language", "signing_secret", "rate"}
    POST templates         {"bot", "template": {"elementName", "template", …}}
    POST templates/status  {"bot", "elementName", "language", "status"}
    GET, POST switches     any of `switches.Switches`
    GET, POST, DELETE faults   see `faults.Fault`
    POST clock             {"advance": seconds}: windows close, scheduled messages leave
    POST inbound           {"bot", "number", "text", "name", "message"}
    POST look              {"bot", "number"}: somebody opens the chat
    POST bird/…            a workspace, its channels, templates and contacts: see `bird/turning.py`
    GET  counters, messages?bot=&destination=&elementName=&kind=, deliveries?event=, ready
    GET  pending           {"count"} of steps and webhooks still to come

Mistakes are answered with 400 and {"error": sentence}.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, JsonResponse

from messaging.simulator import callbacks, lifecycle, seeding
from messaging.simulator.faults import FAULTS
from messaging.simulator.rows import Json, Message, iso
from messaging.simulator.wording import phone as not_a_phone
from messaging.simulator.world import WORLD

View = Callable[[HttpRequest], JsonResponse]


def turning(**handlers: Callable[[Json], Any]) -> View:
    """A view that hands the JSON body (or, for GET, the query) to the handler of its method."""

    def view(request: HttpRequest) -> JsonResponse:
        handler = handlers.get(request.method or "")
        if handler is None:
            return JsonResponse({"error": "Not that way."}, status=405)
        try:
            given = request.GET.dict() if request.method == "GET" else json.loads(request.body or b"{}")
            return JsonResponse(handler(given), safe=False)
        except KeyError as error:
            return JsonResponse({"error": f"There is no {error}."}, status=400)
        except (TypeError, ValueError, AttributeError) as error:
            return JsonResponse({"error": str(error)}, status=400)

    return view


def reset(given: Json) -> Json:
    """After the answer no webhook of the world before is under way."""
    seeding.reset(given.get("seed", "empty"))
    callbacks.come_home()
    return {"era": WORLD.era}


def add_company(given: Json) -> Json:
    return asdict(WORLD.add_company(**given))


def add_bot(given: Json) -> Json:
    return asdict(WORLD.add_bot(**given))


def add_template(given: Json) -> Json:
    return WORLD.add_template(given["bot"], given["template"])


def set_template_status(given: Json) -> Json:
    language = given.get("language", "")
    return WORLD.set_template_status(given["bot"], given["elementName"], given["status"], language)


def switches(given: Json) -> Json:
    WORLD.switches.turn(given)
    return WORLD.switches.as_json()


def show_switches(given: Json) -> Json:
    return WORLD.switches.as_json()


def add_fault(given: Json) -> Json:
    return asdict(FAULTS.add(given))


def list_faults(given: Json) -> list[Json]:
    return FAULTS.as_json()


def clear_faults(given: Json) -> list[Json]:
    FAULTS.clear()
    return []


def clock(given: Json) -> Json:
    WORLD.clock_offset += float(given["advance"])
    lifecycle.release_due()
    return {"now": iso(WORLD.now())}


def inbound(given: Json) -> Json:
    bot = WORLD.bots[given["bot"]]
    name, answers = given.get("name", ""), given.get("message")
    if not_a_phone(given["number"]):
        raise ValueError("number is 7 to 15 digits with its country code.")
    return as_json(lifecycle.receive(bot.id, given["number"], given["text"], name, answers))


def look(given: Json) -> Json:
    lifecycle.look_at(WORLD.bots[given["bot"]].id, given["number"])
    return {}


def counters(given: Json) -> Json:
    with WORLD.lock:
        return WORLD.counters.as_json()


def messages(given: Json) -> list[Json]:
    """Oldest first, both directions."""
    with WORLD.lock:
        rows = [as_json(row) for row in WORLD.messages.values()]
    return [row for row in rows if all(row[name] == value for name, value in given.items())]


def deliveries(given: Json) -> list[Json]:
    """One row for every attempt, oldest first."""
    with WORLD.lock:
        rows = list(WORLD.deliveries)
    return [row for row in rows if all(row[name] == value for name, value in given.items())]


def pending(given: Json) -> Json:
    return {"count": callbacks.PENDING.count}


def ready(given: Json) -> Json:
    return {"ready": True}


def as_json(message: Message) -> Json:
    return {
        "id": message.id,
        "kind": message.kind,
        "bot": message.bot,
        "destination": message.number,
        "elementName": message.element_name,
        "status": message.status,
        "error": message.error,
        "createdAt": iso(message.created),
        "heard": sorted(message.heard),
        "times": {status: iso(moment) for status, moment in message.times.items()},
        "reply": message.answer,
        "body": message.body,
    }
