from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    name = "messaging"
    verbose_name = _("Messaging")

    def ready(self) -> None:
        from messaging import checks, queueing, text_index  # noqa: F401  # registers system checks

        queueing.watch()
        text_index.watch()
