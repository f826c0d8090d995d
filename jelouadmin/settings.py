"""Every setting, read from the environment (or `.env`) and explained in `.env.example`.

A bot's or an account's credentials are rows, not settings: admins change them in the browser.
Dangerous values are refused by the system checks in `messaging/checks.py`.
"""

from datetime import timedelta
from pathlib import Path

import environ
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")

# -- Core --------------------------------------------------------------------------------------

SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = env.bool("DEBUG", default=False)
# The demo seeds accounts whose password is their name; nothing may be served to others then.
DEMO = env.bool("DEMO", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Where people and providers reach this installation, without a slash at the end.
SITE_URL = env.str("SITE_URL", default="http://localhost:8000")

ROOT_URLCONF = "jelouadmin.urls"
WSGI_APPLICATION = "jelouadmin.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "jelouadmin.apps.ConsoleConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "django_q",
    "axes",
    "templates_app",
    "messaging",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "jelouadmin.middleware.WebhookMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "jelouadmin.middleware.NoNulMiddleware",
    "jelouadmin.middleware.TimeZoneMiddleware",
    "jelouadmin.middleware.HtmxLoginMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "jelouadmin" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {
                "console": "jelouadmin.templatetags.console",
                "figures": "jelouadmin.templatetags.figures",
            },
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# -- Database ----------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Web and workers write at once. Without IMMEDIATE a transaction that reads before it writes dies
    # with "database is locked" however long it may wait, and a send would be lost.
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        transaction_mode="IMMEDIATE",
        timeout=20,
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    )

CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}

# -- Queue -------------------------------------------------------------------------------------
# The rows are the truth and a task only wakes a worker, so no task is ever repeated by the queue
# (measured traps of django-q2's defaults: docs/operations.md).

Q_CLUSTER = {
    "name": "jelou-admin",
    "orm": "default",
    "workers": env.int("Q_WORKERS", default=3),
    "timeout": env.int("Q_TIMEOUT", default=90),
    "retry": env.int("Q_RETRY", default=120),
    "max_attempts": 1,
    "ack_failures": True,
    "catch_up": False,
    "queue_limit": 8,
    "bulk": 1,
    "poll": env.float("Q_POLL", default=0.1),
    "save_limit": 50,
    "label": "Queue",
}

# -- People ------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# Ten wrong passwords for one name from one address, and that pair has to wait. Not the name alone: then
# anybody could lock anybody out.
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURE_LIMIT", default=10)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("LOGIN_COOLOFF_MINUTES", default=15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "locked_out.html"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
LANGUAGES = [("en", _("English")), ("es", _("Spanish")), ("pt-br", _("Brazilian Portuguese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="UTC")

# -- Static files ------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))()
STATICFILES_DIRS = [BASE_DIR / "static"]
# Files that people upload; every web host must see the same folder. No URL shows the folder itself.
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / "media"))()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# -- Security ----------------------------------------------------------------------------------

# The first key encrypts, all of them decrypt; never derived from SECRET_KEY, so that rotating one
# leaves the other alone. `make key` prints a new one.
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS")

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=False)
# Whoever probes this process asks it directly, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https://")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Hosts whose pictures may be shown in previews, as CSP sources ("https://cdn.example.com"); what was
# uploaded here is shown too.
MEDIA_HOSTS = [SITE_URL, *env.list("MEDIA_HOSTS", default=[])]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "img-src": ["'self'", "data:", *MEDIA_HOSTS],
        "media-src": ["'self'", *MEDIA_HOSTS],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

# -- Messaging ---------------------------------------------------------------------------------

# Seconds to wait for a connection, and then for an answer. A request that has left and was not
# answered in time is `unknown`, so the second is long.
PROVIDER_TIMEOUT = (
    env.float("PROVIDER_CONNECT_TIMEOUT", default=5),
    env.float("PROVIDER_READ_TIMEOUT", default=30),
)
# A worker's right to a claimed row, in seconds; past it the row's outcome is unknown.
SEND_LEASE_SECONDS = env.int("SEND_LEASE_SECONDS", default=120)
# Calls that one worker has under way at once for one bot. The bot's rate decides how many are needed:
# rate × the provider's seconds to answer.
SEND_IN_FLIGHT = env.int("SEND_IN_FLIGHT", default=64)
# How often a row may be started before a person has to look at it.
SEND_MAX_STARTS = env.int("SEND_MAX_STARTS", default=5)
# The provider may list what it took late: before so many seconds, that a message is not listed says nothing.
RECONCILE_GRACE_SECONDS = env.int("RECONCILE_GRACE_SECONDS", default=300)
# One press of Send reaches at most so many people; more is a campaign.
COMPOSE_MAX_RECIPIENTS = env.int("COMPOSE_MAX_RECIPIENTS", default=1000)
# Whether Send first fetches the beginning of each linked file, as WhatsApp will. Off where the web host
# has no way out.
TRY_LINKS = env.bool("TRY_LINKS", default=True)
# WhatsApp sends batches of up to 3 MB; nothing larger is read.
WEBHOOK_MAX_BYTES = env.int("WEBHOOK_MAX_BYTES", default=3 * 1024 * 1024)
# Where exported files lie for a day, readable by us alone. Web and workers of all hosts need the same one.
EXPORT_ROOT = Path(env.str("EXPORT_ROOT", default=str(BASE_DIR / "var" / "exports")))
# Webhooks are answered as soon as they are stored. Without it they are applied first.
WEBHOOKS_APPLIED_AFTER = env.bool("WEBHOOKS_APPLIED_AFTER", default=True)
# The simulator of `make run`, where its phones can be opened; empty everywhere else.
SIMULATOR_URL = env.str("SIMULATOR_URL", default="")

# -- Logs --------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "jelouadmin.logs.RedactingFilter"}},
    "formatters": {
        "console": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "jelouadmin.logs.JsonFormatter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["redact"],
            "formatter": env.str("LOG_FORMAT", default="console"),
        }
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
}
