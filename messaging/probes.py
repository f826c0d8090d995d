"""What a load balancer or a container runtime asks."""

from django.http import HttpRequest, JsonResponse

from messaging import health


def live(request: HttpRequest) -> JsonResponse:
    """200 as long as this process answers at all."""
    return JsonResponse({"status": "alive"})


def ready(request: HttpRequest) -> JsonResponse:
    """200 when database, migrations and worker are well; else 503 with what is not."""
    shortcomings = health.shortcomings()
    if shortcomings:
        return JsonResponse({"status": "not ready", "because": shortcomings}, status=503)
    return JsonResponse({"status": "ready"})
