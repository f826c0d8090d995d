"""Nobody has to log in here, so pages of other sites must not reach it through a browser."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase, HttpResponseForbidden


class SameSite:
    """Browsers say where a request comes from; programs say nothing and are let through.

    Asking for the host refuses names that are not ours, which somebody else's DNS may point here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.get_host()
        if request.method != "GET" and request.headers.get("Sec-Fetch-Site") == "cross-site":
            return HttpResponseForbidden("Not from another site.")
        return self.get_response(request)
