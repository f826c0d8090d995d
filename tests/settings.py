"""The product's own settings, with a test's keys and without hashed file names.

DATABASE_URL may name PostgreSQL; everything else a developer has in `.env` stays out of the tests.
"""

import os

os.environ.update(
    SECRET_KEY="tests-only-" + "x" * 50,
    FIELD_ENCRYPTION_KEYS="dGVzdHMtb25seS1rZXktMzItYnl0ZXMtbG9uZy0wMDE=",
    DEBUG="False",
    DEMO="False",
    SITE_URL="http://localhost:8000",
    LANGUAGE_CODE="en",
    TIME_ZONE="UTC",
    LOG_LEVEL="WARNING",
)
os.environ.setdefault("DATABASE_URL", "sqlite:///test.sqlite3")

from jelouadmin.settings import *  # noqa: E402,F403
from jelouadmin.settings import STORAGES  # noqa: E402

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
