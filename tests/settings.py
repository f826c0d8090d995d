"""The product's own settings, with a test's keys and without hashed file names.

What stands here wins over a developer's `.env`; DATABASE_URL may name PostgreSQL.
"""

import os
import tempfile
from pathlib import Path

os.environ.update(
    SECRET_KEY="tests-only-" + "x" * 50,
    FIELD_ENCRYPTION_KEYS="dGVzdHMtb25seS1rZXktMzItYnl0ZXMtbG9uZy0wMDE=",
    DEBUG="False",
    DEMO="False",
    SITE_URL="http://localhost:8000",
    LANGUAGE_CODE="en",
    TIME_ZONE="UTC",
    LOG_LEVEL="WARNING",
    TRY_LINKS="False",
)
os.environ.setdefault("DATABASE_URL", "sqlite:///test.sqlite3")

from jelouadmin.settings import *  # noqa: F403
from jelouadmin.settings import DATABASES, STORAGES

# A file, as in life: threads then wait for each other instead of sharing one connection's memory.
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": f"{tempfile.gettempdir()}/jelouadmin-{os.getpid()}.sqlite3"}
# Nothing is collected for tests, and whitenoise warns about a folder that is not there.
STATIC_ROOT = f"{tempfile.gettempdir()}/jelouadmin-static"
os.makedirs(STATIC_ROOT, exist_ok=True)
MEDIA_ROOT = f"{tempfile.gettempdir()}/jelouadmin-media-{os.getpid()}"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
EXPORT_ROOT = Path(tempfile.gettempdir()) / f"jelouadmin-exports-{os.getpid()}"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
# A test looks at what a webhook did as soon as it was answered.
WEBHOOKS_APPLIED_AFTER = False
