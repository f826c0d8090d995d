"""What a webhook's view is at the very least: insert the body, say so. It asks nobody who they are."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from messaging.models import DeliveryState, WebhookDelivery


@csrf_exempt
def insert(request: HttpRequest, token: str) -> HttpResponse:
    WebhookDelivery.objects.create(
        bot_id=1, body=request.body, size=len(request.body), state=DeliveryState.APPLIED
    )
    return JsonResponse({"result": "received"})


urlpatterns = [path("webhooks/jelou/<slug:token>/", insert)]
