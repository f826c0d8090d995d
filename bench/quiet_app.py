"""The product's tables for the peers, without what our own workers do when they start."""

from django.apps import AppConfig


class QuietConfig(AppConfig):
    name = "messaging"
    default_auto_field = "django.db.models.BigAutoField"
