"""The stylesheet and the script of the phones' pages."""

from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse

FOLDER = Path(__file__).with_name("assets")
TYPES = {"phones.css": "text/css", "phones.js": "text/javascript"}


def asset(request: HttpRequest, name: str) -> HttpResponse:
    if name not in TYPES:
        raise Http404
    return HttpResponse((FOLDER / name).read_bytes(), content_type=f"{TYPES[name]}; charset=utf-8")
