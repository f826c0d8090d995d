"""The phones, for people: who got something, and the chat with a box to write in."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from messaging.simulator import lifecycle
from messaging.simulator.drawing import bubble, summary
from messaging.simulator.entrance import respond
from messaging.simulator.rows import Bot, Json, Phone
from messaging.simulator.wording import phone as not_a_phone
from messaging.simulator.world import WORLD

SHOWN_PHONES = 100
SHOWN_MESSAGES = 200


def index(request: HttpRequest) -> HttpResponse:
    """Phones of every bot, the one with the newest message first; `?part=list` is the list alone."""
    return _list(request, "")


def find(request: HttpRequest) -> HttpResponse:
    """Opens any number's phone; with a text, that number writes first."""
    given = request.POST or request.GET
    bot_id, number = given.get("bot", ""), given.get("number", "").lstrip("+").replace(" ", "")
    if bot_id not in WORLD.bots or not_a_phone(number):
        return _list(request, "A number is 7 to 15 digits with its country code.")
    if request.method == "POST" and given.get("text", "").strip():
        _write(bot_id, number, request)
    return HttpResponseRedirect(reverse("chat", args=[bot_id, number]))


def chat(request: HttpRequest, bot_id: str, number: str) -> HttpResponse:
    """The chat; posting a text writes into it."""
    if bot_id not in WORLD.bots or not_a_phone(number):
        return HttpResponse("There is no such phone.", status=404, content_type="text/plain")
    if request.method == "POST":
        if request.POST.get("text", "").strip():
            _write(bot_id, number, request)
        return HttpResponseRedirect(reverse("chat", args=[bot_id, number]))
    return render(request, "simulator/chat.html", _shown(bot_id, number))


def news(request: HttpRequest, bot_id: str, number: str) -> HttpResponse:
    """The messages alone, for the page to put in place of the ones it has."""
    if bot_id not in WORLD.bots or not_a_phone(number):
        return respond({}, 404)
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    return render(request, "simulator/_messages.html", _shown(bot_id, number))


def _list(request: HttpRequest, error: str) -> HttpResponse:
    with WORLD.lock:
        bots = [{"bot": bot, "phones": _phones(bot)} for bot in WORLD.bots.values()]
    page = "simulator/_list.html" if request.GET.get("part") == "list" else "simulator/index.html"
    context = {"bots": bots, "error": error, "fates": lifecycle.FATES}
    return render(request, page, context, status=400 if error else 200)


def _phones(bot: Bot) -> list[Json]:
    mine = [phone for phone in WORLD.phones.values() if phone.bot == bot.id and phone.messages]
    newest = sorted(mine, key=lambda phone: phone.last.created, reverse=True)
    return [{"phone": phone, "summary": summary(phone.last)} for phone in newest[:SHOWN_PHONES]]


def _shown(bot_id: str, number: str) -> Json:
    """Looking at the page is opening the chat."""
    lifecycle.look_at(bot_id, number)
    phone: Phone = WORLD.phone(bot_id, number)
    with WORLD.lock:
        rows = [(row, WORLD.messages.get(row.answers or "")) for row in phone.messages[-SHOWN_MESSAGES:]]
        bubbles = [bubble(message, quoted) for message, quoted in rows]
    window = WORLD.window_open(bot_id, number)
    return {"bot": WORLD.bots[bot_id], "phone": phone, "bubbles": bubbles, "window_open": window}


def _write(bot_id: str, number: str, request: HttpRequest) -> None:
    text = request.POST["text"].strip()
    name, answers = request.POST.get("name", ""), request.POST.get("message") or None
    lifecycle.receive(bot_id, number, text, name, answers)
