"""Settings: everything a deployment may change comes from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from digitsite.env import choice, count, env, flag, positive, secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
env.read_env(BASE_DIR / ".env")  # the real environment wins over the file

# Everything the site writes lies below one folder.
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()

DEBUG = flag("DEBUG", False)
SECRET_KEY = secret_key(VAR_DIR / "secret-key")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    # Ours stands before staticfiles so that its `runserver` setup is WhiteNoise's.
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "digitsite.apps.DigitsiteConfig",
    "recognizer.apps.RecognizerConfig",
    "training.apps.TrainingConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # Before the static files: a worker obeys the policy that its own script comes with.
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "digitsite.middleware.PageCompression",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "digitsite.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "digitsite.middleware.permissions_policy",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "digitsite.urls"
WSGI_APPLICATION = "digitsite.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.i18n",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- database -----------------------------------------------------------------

DATABASES: dict[str, Any] = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")
}
DATABASES["default"]["CONN_MAX_AGE"] = 600
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Readers never wait for the writer (WAL), and a transaction takes the
        # write lock when it begins (IMMEDIATE): a deferred one that reads and
        # then writes fails at once when another has written in between.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }

# --- cache, throttle counters, queue --------------------------------------------

REDIS_URL = env.str("REDIS_URL", default="")
CACHES: dict[str, Any] = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            # No visitor hangs on counters that do not answer.
            "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
        }
        if REDIS_URL
        else {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            # At the usual 300 the counters would push each other out.
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    )
}

BROKER_DIR = VAR_DIR / "broker"
CELERY_BROKER_URL = env.str("BROKER_URL", default=REDIS_URL or "filesystem://localhost")
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "maintenance"
CELERY_TASK_ROUTES = {"training.tasks.run_execute": {"queue": "training"}}
# The row brings a lost run back, so a message is settled when it is taken. A
# late acknowledgement would hand a long run out twice once Redis' visibility
# timeout has passed.
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A child that has held TensorFlow is replaced after its task, and its memory
# returned; children that only ran maintenance stay far below this (KiB).
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A door that sends a nudge must not hang on a broker that is down.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 2
if CELERY_BROKER_URL.startswith("filesystem://"):
    BROKER_DIR.mkdir(parents=True, exist_ok=True)
    (BROKER_DIR / "control").mkdir(exist_ok=True)
    (BROKER_DIR / "messages").mkdir(exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "data_folder_in": str(BROKER_DIR / "messages"),
        "data_folder_out": str(BROKER_DIR / "messages"),
        "control_folder": str(BROKER_DIR / "control"),
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 10}

# --- training -------------------------------------------------------------------

MNIST_DIR = env.str("MNIST_DIR", default="")
MNIST_MIRRORS = env.list(
    "MNIST_MIRRORS",
    default=[
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
    ],
)
# Ink for benchmarks and tests; the site itself needs none.
CORPORA_DIR = env.str("CORPORA_DIR", default="")
RUNS_DIR = VAR_DIR / "runs"
TRAIN_EPOCHS_WARM = count("TRAIN_EPOCHS_WARM", 2, least=1)
TRAIN_EPOCHS_SCRATCH = count("TRAIN_EPOCHS_SCRATCH", 30, least=1)
# Rows used of MNIST's 60,000, for small machines and for tests; 0 means all.
TRAIN_MNIST_LIMIT = count("TRAIN_MNIST_LIMIT", 0)
RUN_LOST_AFTER = positive("RUN_LOST_AFTER", 90.0)
RUN_MAX_ATTEMPTS = count("RUN_MAX_ATTEMPTS", 3, least=1)
CONTRIBUTOR_CAP = count("CONTRIBUTOR_CAP", 200, least=1)
HELD_OUT_PERCENT = count("HELD_OUT_PERCENT", 20)
RETRAIN_AFTER = count("RETRAIN_AFTER", 100)
RETRAIN_CRON = env.str("RETRAIN_CRON", default="")
RETRAIN_AUTO_PROMOTE = flag("RETRAIN_AUTO_PROMOTE", False)

GATE = {
    "mnist_margin": positive("GATE_MNIST_MARGIN", 0.001),
    "digit_floor": positive("GATE_DIGIT_FLOOR", 0.97),
    "held_out_alpha": positive("GATE_HELD_OUT_ALPHA", 0.2),
    "promises_broken": count("GATE_PROMISES_BROKEN", 3),
    "parity": positive("GATE_PARITY", 1e-3),
    "latency_ms": positive("GATE_LATENCY_MS", 20.0),
    "tflite_bytes": count("GATE_TFLITE_BYTES", 1_258_291),
}

HEAL_EVERY = positive("HEAL_EVERY", 30.0)
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "heal lost runs": {
        "task": "training.tasks.runs_heal",
        "schedule": HEAL_EVERY,
        "options": {"expires": HEAL_EVERY},
    },
    "retrain by count": {
        "task": "training.tasks.retrain_by_count",
        "schedule": HEAL_EVERY,
        "options": {"expires": HEAL_EVERY},
    },
}
if RETRAIN_CRON:
    try:
        CELERY_BEAT_SCHEDULE["retrain by schedule"] = {
            "task": "training.tasks.retrain_by_schedule",
            "schedule": crontab.from_string(RETRAIN_CRON),
        }
    except (ValueError, TypeError) as error:
        raise ImproperlyConfigured(f"RETRAIN_CRON is no cron expression: {error}") from error

# --- serving --------------------------------------------------------------------

INFERENCE_ENGINE = choice("INFERENCE_ENGINE", "litert", ("litert", "keras"))
# The Keras engine lives in `training`, the only place that knows TensorFlow.
INFERENCE_ENGINES = {
    "litert": "recognizer.inference.LiteRTEngine",
    "keras": "training.engine.KerasEngine",
}
WEB_WORKERS = count("WEB_WORKERS", 1, least=1)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# Per minute; 0 switches a throttle off.
THROTTLE_RATES = {
    "predict": count("THROTTLE_PREDICT", 600),
    "submit": count("THROTTLE_SUBMIT", 120),
    "staff": count("THROTTLE_STAFF", 600),
    "login": count("THROTTLE_LOGIN", 10),
}
# An address may stand for a whole classroom, so it gets this many shares.
THROTTLE_ADDRESS_SHARES = count("THROTTLE_ADDRESS_SHARES", 10, least=1)
# How many proxies in front of the site add to X-Forwarded-For.
TRUSTED_PROXIES = count("TRUSTED_PROXIES", 0)

LIMITS = {
    "strokes": count("LIMIT_STROKES", 200, least=1),
    "points": count("LIMIT_POINTS", 10_000, least=1),
    "image_bytes": count("LIMIT_IMAGE_BYTES", 8_000_000, least=1),
    "image_pixels": count("LIMIT_IMAGE_PIXELS", 40_000_000, least=1),
    "batch": 64,
}
# Base64 adds a third; the rest is the JSON around it.
DATA_UPLOAD_MAX_MEMORY_SIZE = LIMITS["image_bytes"] * 4 // 3 + 65_536
FILE_UPLOAD_MAX_MEMORY_SIZE = LIMITS["image_bytes"]
DATA_UPLOAD_MAX_NUMBER_FILES = 1
# The staff choose up to 500 drawings at once, each a field of the form.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

REST_FRAMEWORK = {
    # The first decides what a stranger is told: 401, and that a token would do.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["digitsite.parsers.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 50,
    "EXCEPTION_HANDLER": "digitsite.errors.api_exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Digit reader",
    "DESCRIPTION": "Reads handwritten digits and learns from the people who correct it.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "LabelEnum": "recognizer.models.Label",
        "StoredSourceEnum": "recognizer.models.Drawing.Source",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- files ----------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "digitsite.packages.PackageFinder",
]
NODE_MODULES = BASE_DIR / "node_modules"
STORAGES = {
    # Submitted images. Never served by address: only through checked views.
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(VAR_DIR / "media"), "base_url": None},
    },
    # Model artifacts, one folder a version.
    "artifacts": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(VAR_DIR / "artifacts"), "base_url": None},
    },
    "staticfiles": {"BACKEND": "digitsite.staticfiles.ModuleManifestStorage"},
}

# --- the drawing page -------------------------------------------------------------

# Of the sure answers, how many visitors are asked about; of unsure ones it is all.
ASK_PERCENT = count("ASK_PERCENT", 20)

# --- security -------------------------------------------------------------------

# HTTPS=true where the site is reached over TLS, by itself or behind a proxy.
HTTPS = flag("HTTPS", False)
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = count("HSTS_SECONDS", 31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked by probes from inside
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
# The drawing page reads digits off the camera's picture; nothing else is asked for.
PERMISSIONS_POLICY = "camera=(self), microphone=(), geolocation=()"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # The network runs in the browser, as WebAssembly; that is all this allows.
        "script-src": [SELF, "'wasm-unsafe-eval'"],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# The second keeps the sessions of the public sign-in; it lets nobody in.
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "recognizer.accounts.VisitorBackend",
]
# Whether visitors may make accounts for themselves.
SIGN_UP = flag("SIGN_UP", True)
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "/"

LANGUAGE_CODE = "en"
# Each with a catalogue in locale/, and called what its readers call it.
LANGUAGES = [("en", "English"), ("he", "עברית")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 2 * 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

LOG_LEVEL = choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
