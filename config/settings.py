"""Settings. Each choice between the embedded and the production shape is an environment variable: docs/operating.md."""

from datetime import time, timedelta
from pathlib import Path
from typing import Any

from csp.constants import SELF
from django.utils.translation import gettext_lazy as _
from environs import Env

from config.log import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()
env.read_env(BASE_DIR / ".env", recurse=False)

VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)


def local_secret() -> str:
    """The embedded shape makes its own secret once and keeps it, readable by its owner alone."""
    from django.core.management.utils import get_random_secret_key

    path = VAR_DIR / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(get_random_secret_key())
    return path.read_text()


DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "") or local_secret()
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
# Letters carry a QR code that leads here.
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000")
HTTPS = env.bool("HTTPS", False)
REDIS_URL = env.str("REDIS_URL", "")
# Before every key in Redis, where several installations share one.
REDIS_PREFIX = env.str("REDIS_PREFIX", "")

INSTALLED_APPS = [
    # Before the admin, whose frame it redraws.
    "ethicsreview.ui",
    "config.desk.DeskConfig",
    "config.apps.ServiceConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    # Before allauth, whose pages it redraws.
    "ethicsreview.accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_htmx",
    "ethicsreview.trail",
    "ethicsreview.policy",
    "ethicsreview.documents",
    "ethicsreview.notices",
    "ethicsreview.work",
    "ethicsreview.deadlines",
    "ethicsreview.lifecycle",
    "ethicsreview.diary",
    "ethicsreview.operating",
    "committees",
    "reviews",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ethicsreview.operating.middleware.MeasuringMiddleware",
    "ethicsreview.ui.middleware.RequestIdMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "ethicsreview.ui.middleware.UnavailableMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # What knows every face stands here: the navigation.
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ethicsreview.notices.context.unread_notices",
            ],
        },
    },
]
FORM_RENDERER = "ethicsreview.ui.forms.Renderer"

# --- database -----------------------------------------------------------------------------------------------------

DATABASE_URL = env.str("DATABASE_URL", f"sqlite:///{VAR_DIR / 'ethicsreview.sqlite3'}")
if DATABASE_URL.startswith("sqlite"):
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATABASE_URL.removeprefix("sqlite:///"),
            "OPTIONS": {
                # IMMEDIATE: a step takes the write lock when it begins, and cannot find it gone when it saves.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # FULL: a decision that was answered with 200 survives a power cut.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000;",
            },
        }
    }
else:
    connection: dict[str, Any] = dict(env.dj_db_url("DATABASE_URL"))
    # Text and values go apart, so that the server plans a question once for all who ask it, from the third time on: to
    # plan takes it longer than to answer. No plan is kept behind a pooler that hands a connection to another after each
    # transaction.
    plans: dict[str, Any] = {
        "server_side_binding": True,
        "prepare_threshold": 2 if env.bool("DATABASE_KEEPS_PLANS", True) else None,
    }
    given: dict[str, Any] = connection.get("OPTIONS", {})
    if plans["prepare_threshold"]:
        # Our questions are short and many: to compile one takes PostgreSQL up to a hundred times as long as to answer.
        plans["options"] = f"{given.get('options', '')} -c jit=off".strip()
    DATABASES = {
        "default": connection
        | {
            "CONN_MAX_AGE": env.int("CONN_MAX_AGE", 60),
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": given | plans,
        },
    }

# --- broker and cache ---------------------------------------------------------------------------------------------

if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    # A publish fails at once when Redis is away (the row waits for beat); it never makes a person wait.
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "max_retries": 0,
        "socket_connect_timeout": 2,
        "socket_timeout": 10,
        # A worker of several queues empties them in the order in which it names them: the urgent first.
        "queue_order_strategy": "priority",
        "global_keyprefix": REDIS_PREFIX,
    }
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": REDIS_PREFIX,
        }
    }
else:
    # Messages only nudge; the rows are the truth. So a folder is broker enough for one machine.
    for folder in ("queue", "control"):
        (VAR_DIR / "broker" / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(VAR_DIR / "broker" / "queue"),
        "data_folder_out": str(VAR_DIR / "broker" / "queue"),
        "control_folder": str(VAR_DIR / "broker" / "control"),
    }
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_TASK_ACKS_LATE = True
# Nothing urgent lies in the hands of a process that is busy with something slow.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "config.beat:OneBeat"
# Nothing is kept in it: its age says that beat lives.
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat")

# --- sign-in ------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.Person"
# Axes first: it stops a locked-out name before a password is looked at. Allauth's backend is also Django's own
# (permissions), so a wrong password is hashed once and not twice.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "name_en", "email", "phone")},
    },
    {"NAME": "ethicsreview.accounts.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
DESK_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "/"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 12 * 3600

ACCOUNT_ADAPTER = "ethicsreview.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "ethicsreview.accounts.forms.LoginForm",
    "reset_password": "ethicsreview.notices.resets.ResetForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
# An officer enters people with their addresses; nobody signs up, so there is nothing to confirm by mail.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[科技伦理审查] "
# No letter to addresses we do not know: the page's answer is the same either way.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
# Signed in for SESSION_COOKIE_AGE, a working day, through restarts of the browser.
ACCOUNT_SESSION_REMEMBER = True
# A hospital signs in from one address. What is counted by name is for those who come from many, and for TOTP codes,
# which axes does not see.
ACCOUNT_RATE_LIMITS = {"login": "600/m/ip", "login_failed": "60/m/ip,20/15m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "科技伦理审查"
# How many reverse proxies stand before the web process; each adds one address to X-Forwarded-For.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)

# Five wrong passwords for one name from one address shut that pair out for a quarter of an hour.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# Trying again while shut out does not prolong it: the page has said until when.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "ethicsreview.accounts.lockout.name_tried"
AXES_CLIENT_IP_CALLABLE = "ethicsreview.accounts.lockout.client_address"
AXES_LOCKOUT_CALLABLE = "ethicsreview.accounts.lockout.locked_out"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# --- language and time --------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- files --------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "ethicsreview.ui.finders.PackageFinder",
]
# Collected: hashed names, compressed, kept for ever by browsers. Else served from where they lie (tests).
STATIC_COLLECTED = env.bool("STATIC_COLLECTED", False)
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = VAR_DIR / "media"
# host:port or the path of a socket. Without it files are shown as not scanned.
CLAMAV_ADDRESS = env.str("CLAMAV_ADDRESS", "")

# --- background work ----------------------------------------------------------------------------------------------

# Days for which a result may be fetched, and how often what was interrupted is begun again.
WORK_KEPT_DAYS = env.int("WORK_KEPT_DAYS", 30)
WORK_ATTEMPTS = env.int("WORK_ATTEMPTS", 3)
# The daily seals of the record: copy this folder to where the service cannot write.
SEALS_DIR = Path(env.str("SEALS_DIR", str(VAR_DIR / "seals")))

# --- headers ------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"default-src": [SELF], "img-src": [SELF, "data:"]}}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "ethicsreview.ui.views.csrf_failure"
if HTTPS:
    SECURE_SSL_REDIRECT = True
    # Asked from within, past the proxy that ends TLS.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- mail ---------------------------------------------------------------------------------------------------------

EMAIL_TIMEOUT = 20
EMAIL_URL = env.str("EMAIL_URL", "")
if EMAIL_URL:
    vars().update(env.dj_email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "科技伦理审查 <no-reply@localhost>")

# --- post ---------------------------------------------------------------------------------------------------------


def quiet_hours(written: str) -> tuple[time, time]:
    """ "22:00-07:00", in the hours of TIME_ZONE; the same time twice: never quiet."""
    begins, ends = (time.fromisoformat(part.strip()) for part in written.split("-"))
    return begins, ends


# A failed message is tried again after so many minutes, then twice as long each time, up to the longest.
NOTICES_ATTEMPTS = env.int("NOTICES_ATTEMPTS", 10)
NOTICES_BACK_OFF = env.int("NOTICES_BACK_OFF", 1)
NOTICES_BACK_OFF_MAX = env.int("NOTICES_BACK_OFF_MAX", 360)
# Nothing but what is urgent leaves at these hours, unless a person has hours of their own.
NOTICES_QUIET_HOURS = quiet_hours(env.str("NOTICES_QUIET_HOURS", "22:00-07:00"))
NOTICES_DIGEST_HOUR = env.int("NOTICES_DIGEST_HOUR", 8)
# Days without one success after which an endpoint is switched off.
NOTICES_OFF_AFTER = env.int("NOTICES_OFF_AFTER", 5)
# "host" or "host:port": systems on a network of one's own, which may be asked without https.
NOTICES_ALLOWED_HOSTS: list[str] = env.list("NOTICES_ALLOWED_HOSTS", [])

# --- log ----------------------------------------------------------------------------------------------------------

LOGGING = logging_config(env.str("LOG_LEVEL", "INFO"))

# --- record -------------------------------------------------------------------------------------------------------

# "sm3" (GB/T 32905) or "sha256". A digest names its algorithm, so a change needs no conversion.
TRAIL_DIGEST = env.str("TRAIL_DIGEST", "sm3")
# The secret key under exported audit packages: PEM, Ed25519. Made once where there is none.
SIGNING_KEY_FILE = env.str("SIGNING_KEY_FILE", str(VAR_DIR / "signing_key.pem"))
# Above this size of its documents a package is not made while somebody waits for the page.
AUDIT_PACKAGE_MEGABYTES = env.int("AUDIT_PACKAGE_MEGABYTES", 64)
