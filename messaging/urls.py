from django.urls import path

from messaging import webhooks
from messaging.downloads import download
from messaging.probes import live, ready

urlpatterns = [
    path("webhooks/<slug:kind>/<slug:token>/", webhooks.receive, name="webhook"),
    path("media/<str:token>/<str:name>", download, name="upload"),
    path("healthz", live),
    path("readyz", ready),
]
