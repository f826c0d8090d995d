"""A Django project of its own: no database, no sessions, no logins, nothing of the product's."""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent

# Nothing is signed here.
SECRET_KEY = "the-simulator-keeps-no-secrets"  # noqa: S105
DEBUG = False
ALLOWED_HOSTS = os.environ.get("SIMULATOR_ALLOWED_HOSTS", "localhost 127.0.0.1 [::1]").split()

ROOT_URLCONF = "messaging.simulator.urls"
INSTALLED_APPS: list[str] = []
MIDDLEWARE = ["messaging.simulator.guard.SameSite"]
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
    },
]

USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {
        "messaging.simulator": {"handlers": ["stderr"], "level": "INFO"},
        # A refusal is an answer like any other here.
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
    },
}
