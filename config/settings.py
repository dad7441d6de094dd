"""Every setting of Signoff, typed, read from the environment (or `.env`), failing loudly when wrong."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from config.environment import ENV_FILE, ROOT

env = environ.Env()
_YES, _NO = {"true", "yes", "y", "on", "ok", "1"}, {"false", "no", "n", "off", "0"}


def _bool(name: str, *, default: bool) -> bool:
    """A setting that is true or false. (`env.bool` takes any other word, HTTPS_ONLY=treu too, for false.)"""
    value = env.str(name, default="").strip()
    if value and value.lower() not in _YES | _NO:
        raise ImproperlyConfigured(f"{name} must be true or false; “{value}” is neither.")
    return value.lower() in _YES if value else default


def _whole(name: str, *, of: str, default: int, most: int, least: int = 1) -> int:
    """A setting that is a whole number of hours, seconds or the like, from `least` to `most`."""
    value = env.str(name, default="").strip() or str(default)
    if not value.isascii() or not value.isdigit() or not least <= int(value[:6]) <= most:
        raise ImproperlyConfigured(
            f"{name} must be a whole number of {of} from {least} to {most}; “{value}” is not."
        )
    return int(value)


def _origins(name: str) -> list[str]:
    """A setting that is a list of origins (RFC 6454) such as https://app.example.org, or `*` for all."""
    origins: list[str] = env.list(name, default=[])
    for origin in origins:
        if origins != ["*"] and not re.fullmatch(
            r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::[0-9]+)?", origin
        ):
            raise ImproperlyConfigured(
                f"{name} must be origins like https://app.example.org, or * alone; “{origin}” is none."
            )
    return origins


def _address_with_secret(name: str) -> str:
    """A setting that is a whole http or https address, or empty. What was given is never repeated."""
    value: str = env.str(name, default="").strip()
    if value and not re.fullmatch(r"https?://[^\s/?#@\\]+(?:[/?][^\s#\\]*)?", value):
        raise ImproperlyConfigured(f"{name} must be an address like https://purge.example.org/signoff.")
    return value


def _directory(name: str) -> Path | None:
    """A setting that is the whole path of a directory, or empty."""
    value = env.str(name, default="").strip()
    if value and (not Path(value).is_absolute() or Path(value) == Path("/")):
        raise ImproperlyConfigured(f"{name} must be a whole path like /srv/signoff/public; “{value}” is not.")
    return Path(value) if value else None


def _base_url(name: str, *, default: str) -> str:
    """A setting that is an http or https address, without the slash at its end."""
    value = (env.str(name, default="").strip() or default).rstrip("/")
    if not re.fullmatch(r"https?://[^\s/?#@\\]+(?:/[^\s?#\\]*)?", value):
        raise ImproperlyConfigured(f"{name} must be an address like {default}; “{value}” is not.")
    return value


def _key(name: str, value: str) -> bytes:
    """The 32 bytes of an Ed25519 key, from base64 in either alphabet. What was given is never repeated."""
    plain = value.strip().rstrip("=").replace("-", "+").replace("_", "/")
    try:
        key = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise ImproperlyConfigured(f"{name} must hold 32 bytes in base64.")
    return key


if ENV_FILE.exists() and _bool("READ_ENV_FILE", default=True):
    env.read_env(ENV_FILE)

BASE_DIR = ROOT
VAR_DIR = Path(env.str("VAR_DIR", default=str(ROOT / "var")))
"""What the running site writes: the SQLite database, collected static files, the demo's passwords."""
VAR_DIR.mkdir(exist_ok=True)

DEBUG = _bool("DEBUG", default=False)
DEMO = _bool("DEMO", default=False)
"""The demo prints its people's passwords and shows sent mail; nothing in the gate looks at this."""

SECRET_KEY = env.str("SECRET_KEY", default="").strip()
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Put a long random one into .env or the environment; "
        "`make demo` writes a .env for trying Signoff out."
    )

HTTPS_ONLY = _bool("HTTPS_ONLY", default=not DEBUG)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

SITE_NAME = env.str("SITE_NAME", default="Signoff")
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
"""Where the site is reached from outside; used in mails and feeds."""

BRAND_CSS = env.str("BRAND_CSS", default="").strip().lstrip("/")
"""A style sheet of the site's own, as a path below `static/`: it sets colours and type of tokens.css anew."""
SITE_IMAGE = env.str("SITE_IMAGE", default="").strip()
"""The whole address of a picture that is shown where a link to an article is shared; empty: none."""
if SITE_IMAGE and not SITE_IMAGE.startswith(("http://", "https://")):
    raise ImproperlyConfigured("SITE_IMAGE must begin with http:// or https://.")

PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", default="").rstrip("/")
"""Where a page is fetched after it was published, to prove that readers see its disclaimers.

Set, it goes over HTTP, through whatever stands in front of the site; empty, through this process alone."""
if PUBLIC_BASE_URL and not PUBLIC_BASE_URL.startswith(("http://", "https://")):
    raise ImproperlyConfigured("PUBLIC_BASE_URL must begin with http:// or https://.")

CDN_MAX_AGE = _whole("CDN_MAX_AGE", of="seconds", default=0, least=0, most=86_400)
"""Seconds for which a network in front of the site may keep a page; 0: no longer than a browser may.

More than 0 only where that network is told of every change (PURGE_URL)."""
_attestation_key = env.str("ATTESTATION_KEY", default="").strip()
ATTESTATION_KEY = _key("ATTESTATION_KEY", _attestation_key) if _attestation_key else b""
"""The private key (RFC 8032's 32 bytes) that attestations of published pages are signed with.

Empty, it is read from VAR_DIR/attestation.key, which is made when it is first needed. Keep a copy of it."""
ATTESTATION_OLD_KEYS = [
    _key("ATTESTATION_OLD_KEYS", value) for value in env.list("ATTESTATION_OLD_KEYS", default=[])
]
"""Public keys that were in use before: attestations that they signed can still be checked."""
PURGE_URL = _address_with_secret("PURGE_URL")
"""What is asked, by POST, to forget the addresses of pages that changed; empty: nothing is.

See docs/static-export.md."""
PURGE_TOKEN = env.str("PURGE_TOKEN", default="").strip()
"""Sent with it as a bearer token; empty: none is."""
if not re.fullmatch(r"[!-~]*", PURGE_TOKEN):
    raise ImproperlyConfigured("PURGE_TOKEN must be one word of plain letters, figures and signs.")
if CDN_MAX_AGE and not PURGE_URL:
    raise ImproperlyConfigured("CDN_MAX_AGE needs PURGE_URL: else a network would show old pages.")

EXPORT_DIR = _directory("EXPORT_DIR")
"""Where the public site is kept as static files, brought up to date by jobs; empty: nowhere.

See docs/static-export.md."""

ANCHOR_FILE = _directory("ANCHOR_FILE")
"""Where signed anchors of the log are kept, a line each; empty: VAR_DIR/anchors.jsonl. See docs/anchors.md.

Best on another disk, or where what is written once cannot be changed."""
ANCHOR_URL = _address_with_secret("ANCHOR_URL")
"""What each anchor is sent to by POST as well; empty: nothing."""
ANCHOR_MAIL = env.str("ANCHOR_MAIL", default="").strip()
"""Who gets each anchor by mail as well; empty: nobody."""

# --- Applications -----------------------------------------------------------------------------

INSTALLED_APPS = [
    "config.apps.SignoffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "reversion",
    "django_filters",
    "django_htmx",
    "django_prose_editor",
    "csp",
    # For `manage.py spectacular`. REST framework is no app here: its templates and scripts are not used.
    "drf_spectacular",
    "articles",
    "reviews",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "articles.public.keeping.unsaid_means_ask",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "articles.public.context.site",
            ],
        },
    },
]

# --- Database ---------------------------------------------------------------------------------

# An empty DATABASE_URL means the same as none.
DATABASE_URL = env.str("DATABASE_URL", default="") or f"sqlite:///{VAR_DIR / 'signoff.sqlite3'}"


def _database(url: str) -> dict[str, Any]:
    try:
        config: dict[str, Any] = dict(env.db_url_config(url))
        max_age = env.int("CONN_MAX_AGE", default=60)
    except ValueError as error:
        raise ImproperlyConfigured(f"DATABASE_URL or CONN_MAX_AGE cannot be read: {error}.") from error
    if config.get("ENGINE") == "django.db.backends.sqlite3":
        # IMMEDIATE takes the write lock when a transaction begins, so that what it read stays true.
        # recursive_triggers: without it INSERT OR REPLACE slips past the delete triggers.
        config["TEST"] = {"NAME": env.str("TEST_SQLITE_FILE", default="") or None}
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": ("PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA recursive_triggers=ON;"),
        }
    elif config.get("ENGINE") == "django.db.backends.postgresql":
        config["CONN_MAX_AGE"] = max_age
        config["CONN_HEALTH_CHECKS"] = True
    else:
        raise ImproperlyConfigured(
            "DATABASE_URL must name SQLite (sqlite:///path) or PostgreSQL (postgres://user@host/name); "
            f"“{url.partition(':')[0]}” is neither."
        )
    return config


DATABASES = {"default": _database(DATABASE_URL)}

# --- People -----------------------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "desk:queue"
LOGOUT_REDIRECT_URL = "public:home"
PASSWORD_HASHERS = env.list(
    "PASSWORD_HASHERS",
    default=[
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.ScryptPasswordHasher",
    ],
)

SIGN_PAGE_GOOD_FOR = dt.timedelta(hours=_whole("SIGN_PAGE_HOURS", of="hours", default=12, most=72))
"""How long an opened sign page may be signed. It must still show what stands there at that moment."""

# --- Language and time ------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_I18N = True
USE_TZ = True
DATE_FORMAT = "j F Y"
FORMAT_MODULE_PATH = ["config.formats"]

# --- Static files -----------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
# With hashed names (the default) `collectstatic` must have run; without, files are found where they lie.
STATIC_HASHED = _bool("STATIC_HASHED", default=not DEBUG)
WHITENOISE_USE_FINDERS = not STATIC_HASHED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if STATIC_HASHED
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}

# --- Security ---------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS_ONLY
SECURE_HSTS_PRELOAD = HTTPS_ONLY
if _bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = HTTPS_ONLY
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = HTTPS_ONLY
CSRF_FAILURE_VIEW = "articles.public.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000

# --- The API ----------------------------------------------------------------------------------

API_CORS_ORIGINS = _origins("API_CORS_ORIGINS")
"""Sites whose scripts may read `/api/` in a browser, divided by commas; `*` for all. Programs always may."""
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "articles.api.paging.Newest",
    "DEFAULT_SCHEMA_CLASS": "articles.api.schema.Operation",
    "EXCEPTION_HANDLER": "articles.api.refusals.refusal",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": SITE_NAME,
    "DESCRIPTION": "What is live on this site, as it was signed. Read only; nobody needs an account.",
    "VERSION": "1",
    "SERVERS": [{"url": SITE_URL}],
    "DEFAULT_GENERATOR_CLASS": "articles.api.schema.Generator",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "NoticeKind": "articles.models.Notice.Kind",
        "SourceKind": "articles.models.Source.Kind",
    },
}
# --- Readers ----------------------------------------------------------------------------------

COUNT_READS = _bool("COUNT_READS", default=True)
"""Whether it is counted how often each article is read in a month; see `articles.readership`."""
TRUSTED_PROXIES = _whole("TRUSTED_PROXIES", of="proxies", default=0, least=0, most=9)
"""How many proxies of yours stand in front, each adding an address to X-Forwarded-For.

Only the limits on readers' reports ask. 0 behind a proxy: all readers together count as one sender."""

# --- Sources ----------------------------------------------------------------------------------

ASK_REGISTRIES = _bool("ASK_REGISTRIES", default=True)
"""Whether Crossref, PubMed and ClinicalTrials.gov are asked about sources, and web sources are looked at.

Off, everything that they would say is not known; it is never read as “not retracted”."""
CROSSREF_URL = _base_url("CROSSREF_URL", default="https://api.crossref.org")
"""Where Crossref's REST API answers: works and their notices by DOI."""
PUBMED_URL = _base_url("PUBMED_URL", default="https://eutils.ncbi.nlm.nih.gov/entrez/eutils")
"""Where PubMed's E-utilities answer: works and their notices by PMID."""
TRIALS_URL = _base_url("TRIALS_URL", default="https://clinicaltrials.gov/api/v2")
"""Where the API of ClinicalTrials.gov answers, version 2: trials by NCT number."""
REGISTRY_CONTACT = env.str("REGISTRY_CONTACT", default="").strip()
"""A mail address told to the registries with each question, so that they can write before they block."""
if REGISTRY_CONTACT and not re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", REGISTRY_CONTACT):
    raise ImproperlyConfigured(f"REGISTRY_CONTACT must be a mail address; “{REGISTRY_CONTACT}” is none.")
REGISTRY_TIMEOUT = _whole("REGISTRY_TIMEOUT", of="seconds", default=10, most=60)
"""Seconds that one question to a registry may take; with its repetitions, three times as many."""

# --- Mail and jobs ----------------------------------------------------------------------------

EMAIL_TIMEOUT = 20
"""Seconds that a mail server may take for an answer; EMAIL_URL may say otherwise."""
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
if EMAIL_CONFIG["EMAIL_FILE_PATH"]:
    # The reader of addresses drops the first slash, and mails would go wherever the process was started.
    EMAIL_CONFIG["EMAIL_FILE_PATH"] = f"/{EMAIL_CONFIG['EMAIL_FILE_PATH'].lstrip('/')}"
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="signoff@localhost")
MAIL_NAMES_ARTICLES = _bool("MAIL_NAMES_ARTICLES", default=True)
"""Mails name an article by its title, also before it is published. False: by its number alone."""

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="")
"""Empty: jobs are run by `manage.py run_jobs`. Set (Redis or RabbitMQ): by Celery workers."""
CELERY_TASK_DEFAULT_QUEUE = env.str("CELERY_QUEUE", default="signoff")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
# One message at a time: a slow job does not sit on others that an idle worker could run.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
if CELERY_BROKER_URL.startswith(("redis", "sentinel")):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        # Redis gives a message that was not acknowledged to another worker after this many seconds: longer
        # than the longest job may take (its lease, two hours). A killed worker's job does not wait for
        # it, since beat's sweep sends for a worker within seconds.
        "visibility_timeout": 3 * 60 * 60,
        "socket_connect_timeout": 2,
    }

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
}
