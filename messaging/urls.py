from django.urls import path

from messaging import webhooks
from messaging.probes import live, ready

urlpatterns = [
    path("webhooks/<slug:kind>/<slug:token>/", webhooks.receive, name="webhook"),
    path("healthz", live),
    path("readyz", ready),
]
