"""The environment that programs of a round run in: the product's own variables, with throwaway keys."""

import os
from collections.abc import Mapping

# A developer's .env must not change what is measured, so what matters is set here.
_FIXED = {
    "SECRET_KEY": "bench-only-" + "x" * 50,
    "FIELD_ENCRYPTION_KEYS": "YmVuY2gtb25seS1rZXktMzItYnl0ZXMtbG9uZy0wMDE=",
    "DEBUG": "False",
    "DEMO": "False",
    "SITE_URL": "http://localhost:8000",
    "LANGUAGE_CODE": "en",
    "TIME_ZONE": "UTC",
    "LOG_LEVEL": "WARNING",
    "CACHE_URL": "locmemcache://",
    "CONN_MAX_AGE": "60",
    "Q_TIMEOUT": "90",
    "Q_RETRY": "120",
    "Q_POLL": "0.1",
    "PROVIDER_CONNECT_TIMEOUT": "5",
    "PROVIDER_READ_TIMEOUT": "30",
    "SEND_LEASE_SECONDS": "120",
    "SEND_MAX_STARTS": "5",
    "DJANGO_SETTINGS_MODULE": "jelouadmin.settings",
}


def environment(database_url: str, stub_url: str, **more: str) -> Mapping[str, str]:
    return os.environ | _FIXED | {"DATABASE_URL": database_url, "BENCH_STUB": stub_url} | more
