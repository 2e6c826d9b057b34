"""Settings: everything a deployment may change comes from the environment."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from digitsite.env import (
    choice,
    collector,
    count,
    cron,
    database,
    dsn,
    env,
    flag,
    folder,
    issuer,
    mail_server,
    mailboxes,
    origin,
    pairs,
    prefix,
    secret_key,
    share,
    signing_secrets,
    webhooks,
)

BASE_DIR = Path(__file__).resolve().parent.parent
env.read_env(BASE_DIR / ".env")  # the real environment wins over the file

# Everything the site writes lies below one folder.
VAR_DIR = folder("VAR_DIR", BASE_DIR / "var")

DEBUG = flag("DEBUG", False)
SECRET_KEY = secret_key(VAR_DIR / "secret-key")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Where a proxy serves the site below a path of its own, such as /digits.
PATH_PREFIX = prefix("PATH_PREFIX")
FORCE_SCRIPT_NAME = PATH_PREFIX or None

INSTALLED_APPS = [
    "digitsite.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    # Ours stands before staticfiles so that its `runserver` setup is WhiteNoise's.
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "digitsite.apps.DigitsiteConfig",
    "recognizer.apps.RecognizerConfig",
    "training.apps.TrainingConfig",
]

MIDDLEWARE = [
    "digitsite.http.request_ids.request_ids",  # outermost: whatever is logged has the id
    "digitsite.http.traces.traced",
    # No answer leaves without them, nor does a static file: a worker obeys the
    # policy that its own script comes with.
    "digitsite.http.headers.standing_headers",
    "digitsite.http.machines.any_host",  # before the first that asks for the host
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",  # before the first that may answer by itself
    "digitsite.http.middleware.PageCompression",
    "digitsite.http.middleware.PlainText",  # before the first that reads a form
    "django.contrib.sessions.middleware.SessionMiddleware",
    "digitsite.http.language.language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "digitsite.http.middleware.Authentication",
    "digitsite.http.middleware.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
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
    "default": database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}")
}
DATABASES["default"]["CONN_MAX_AGE"] = 600
# Not of SQLite: a file neither restarts nor hangs up.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = (
    DATABASES["default"]["ENGINE"] != "django.db.backends.sqlite3"
)
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
# A queue a kind, so that a worker of its own can keep one from waiting for another.
QUEUES = ("training", "insight", "maintenance")
CELERY_TASK_ROUTES = {
    "training.tasks.run_execute": {"queue": "training"},
    "training.tasks.shipped_offer": {"queue": "training"},  # it loads TensorFlow, too
    "training.tasks.feature_map_draw": {"queue": "insight"},
}
# The row brings a lost run back, so a message is settled when it is taken. A
# late acknowledgement would hand a long run out twice once Redis' visibility
# timeout has passed.
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A child that has held TensorFlow is replaced after its task, and its memory
# returned; children that only ran maintenance stay far below this (KiB).
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# An entry point that enqueues must not hang on a broker that is down.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 2
if CELERY_BROKER_URL.startswith("filesystem://"):
    for _part in (BROKER_DIR, BROKER_DIR / "control", BROKER_DIR / "messages"):
        _part.mkdir(mode=0o700, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "data_folder_in": str(BROKER_DIR / "messages"),
        "data_folder_out": str(BROKER_DIR / "messages"),
        "control_folder": str(BROKER_DIR / "control"),
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 10}

# --- notices --------------------------------------------------------------------

# Who is told when a run ends, drawings wait, a version goes live. Every process reads the same.
NOTIFY_PRIVATE = flag("NOTIFY_PRIVATE", False)
NOTIFY_WEBHOOKS = webhooks("NOTIFY_WEBHOOKS", private=NOTIFY_PRIVATE)
NOTIFY_SIGNING_SECRET = signing_secrets("NOTIFY_SIGNING_SECRET")
NOTIFY_EMAIL = mailboxes("NOTIFY_EMAIL")
NOTIFY_WAITING = count("NOTIFY_WAITING", 100)
NOTIFY_LANGUAGE = choice("NOTIFY_LANGUAGE", "en", ("en", "fr", "he"))
SITE_URL = origin("SITE_URL")
_mail = mail_server("EMAIL_URL")
EMAIL_HOST = _mail.get("HOST", "")
EMAIL_PORT = _mail.get("PORT", 25)
EMAIL_HOST_USER = _mail.get("HOST_USER", "")
EMAIL_HOST_PASSWORD = _mail.get("HOST_PASSWORD", "")
EMAIL_USE_TLS = _mail.get("USE_TLS", False)
EMAIL_USE_SSL = _mail.get("USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="digits@localhost")

# --- training -------------------------------------------------------------------

MNIST_DIR = env.str("MNIST_DIR", default="")
MNIST_CACHE = VAR_DIR / "corpora" / "mnist"
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
CONTRIBUTOR_CAP = count("CONTRIBUTOR_CAP", 200, least=1)
HELD_OUT_PERCENT = count("HELD_OUT_PERCENT", 20, most=99)
RETRAIN_AFTER = count("RETRAIN_AFTER", 100)
RETRAIN_CRON = cron("RETRAIN_CRON")
RETRAIN_AUTO_PROMOTE = flag("RETRAIN_AUTO_PROMOTE", False)

# The gate decides by counts (`training.evaluation.counts`); only a first version has a floor.
GATE: dict[str, Any] = {
    "digit_floor": share("GATE_DIGIT_FLOOR", 0.97),
    "least_margin": count("GATE_MARGIN", 2),
    "alpha": share("GATE_ALPHA", 0.05),
}

RECOVER_EVERY = 30.0  # seconds
SWEEP_EVERY = 3600.0
COUNT_EVERY = 300.0
MAP_EVERY = 86_400.0
CELERY_BEAT_SCHEDULER = "digitsite.processes.scheduler.Scheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "recover lost runs": {
        "task": "training.tasks.runs_heal",
        "schedule": RECOVER_EVERY,
        "options": {"expires": RECOVER_EVERY},
    },
    "retrain by count": {
        "task": "training.tasks.retrain_by_count",
        "schedule": RECOVER_EVERY,
        "options": {"expires": RECOVER_EVERY},
    },
    "draw the map of features": {
        "task": "training.tasks.feature_map_draw",
        "schedule": MAP_EVERY,
        "options": {"expires": SWEEP_EVERY},
    },
    "sweep the storage": {
        "task": "recognizer.tasks.storage_sweep",
        "schedule": SWEEP_EVERY,
        "options": {"expires": SWEEP_EVERY},
    },
    "sweep the shards": {
        "task": "training.tasks.shards_sweep",
        "schedule": SWEEP_EVERY,
        "options": {"expires": SWEEP_EVERY},
    },
}
if REDIS_URL:  # what is counted ahead is of use where processes share a cache
    CELERY_BEAT_SCHEDULE["count whole tables"] = {
        "task": "training.tasks.tables_count",
        "schedule": COUNT_EVERY,
        "options": {"expires": COUNT_EVERY},
    }
if RETRAIN_CRON:
    CELERY_BEAT_SCHEDULE["retrain by schedule"] = {
        "task": "training.tasks.retrain_by_schedule",
        "schedule": RETRAIN_CRON,
    }
if NOTIFY_WEBHOOKS or NOTIFY_EMAIL:
    CELERY_BEAT_SCHEDULE |= {
        "deliver notices": {
            "task": "digitsite.tasks.notices_deliver",
            "schedule": RECOVER_EVERY,
            "options": {"expires": RECOVER_EVERY},
        },
        "tell of drawings that wait": {
            "task": "recognizer.tasks.waiting_tell",
            "schedule": RECOVER_EVERY,
            "options": {"expires": RECOVER_EVERY},
        },
    }

# --- serving --------------------------------------------------------------------

INFERENCE_ENGINE = choice("INFERENCE_ENGINE", "litert", ("litert", "keras"))
# The Keras engine lives in `training`, the only place that knows TensorFlow.
INFERENCE_ENGINES = {
    "litert": "recognizer.serving.engine.LiteRTEngine",
    "keras": "training.export.keras_engine.KerasEngine",
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
# Brackets and commas in the JSON of a drawing at the limits: five for each [x, y, t, pressure].
LIMITS["json_parts"] = 5 * LIMITS["points"] + 2 * LIMITS["strokes"] + 100
# What is kept of each, as (drawings, bytes); 0 is no limit. A contributor and the site have as
# much at most, an address may add as much a day: nobody is known by it for longer.
MEGABYTE = 1_000_000
QUOTAS = {
    "contributor": (
        count("QUOTA_CONTRIBUTOR_DRAWINGS", 5_000),
        count("QUOTA_CONTRIBUTOR_MB", 200) * MEGABYTE,
    ),
    "address": (
        count("QUOTA_ADDRESS_DRAWINGS", 20_000),
        count("QUOTA_ADDRESS_MB", 1_000) * MEGABYTE,
    ),
    "site": (
        count("QUOTA_SITE_DRAWINGS", 1_000_000),
        count("QUOTA_SITE_MB", 20_000) * MEGABYTE,
    ),
}
# Of the drawings whose answer was their contributor's word, how many want a second opinion; with
# any, all others do. And how many of those that a reviewer sees are known already.
SECOND_OPINION_PERCENT = count("SECOND_OPINION_PERCENT", 0, most=100)
GOLD_PERCENT = count("GOLD_PERCENT", 0, most=50)
# How many drawings may wait for a reviewer.
QUOTA_WAITING = count("QUOTA_WAITING", 20_000)
# What is left free on the disk; below it nothing is stored.
DISK_FLOOR = count("DISK_FLOOR_MB", 500) * MEGABYTE
# After how many days a drawing of a kind is deleted; 0 keeps it.
RETENTION_DAYS = {
    "unlabelled": count("KEEP_UNLABELLED_DAYS", 0),
    "rejected": count("KEEP_REJECTED_DAYS", 0),
}
# Base64 adds a third; the rest is the JSON around it.
DATA_UPLOAD_MAX_MEMORY_SIZE = LIMITS["image_bytes"] * 4 // 3 + 65_536
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
FILE_UPLOAD_MAX_MEMORY_SIZE = LIMITS["image_bytes"]
DATA_UPLOAD_MAX_NUMBER_FILES = 1
# The staff choose up to 500 drawings at once, each a field of the form.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

REST_FRAMEWORK = {
    # The first decides what a stranger is told: 401, and that a token would do.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "recognizer.api.authentication.HashedTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "digitsite.http.bodies.Negotiation",
    "DEFAULT_RENDERER_CLASSES": ["digitsite.http.bodies.AnswerRenderer"],
    "DEFAULT_PARSER_CLASSES": ["digitsite.http.bodies.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "recognizer.api.schema.CallSchema",
    "DEFAULT_PAGINATION_CLASS": "digitsite.http.pagination.BoundedPagination",
    "PAGE_SIZE": 50,
    "URL_FORMAT_OVERRIDE": None,  # `Accept` alone says how the answer is to be
    "EXCEPTION_HANDLER": "recognizer.api.base.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Digit reader",
    "DESCRIPTION": """Reads handwritten digits and learns from the people who correct it.

Every error has one shape, `{"error": {"code", "message", "field"}}`. Staff send a token, made by
`manage.py make_token NAME` or under *Team* in the studio, as `Authorization: Bearer ...`.""",
    "TAGS": [
        {"name": "anybody", "description": "No account and no token; so many calls a minute."},
        {
            "name": "contributors",
            "description": "Who has drawn: with a drawing's receipt, an account's token, or the"
            " cookie of the browser that drew.",
        },
        {"name": "reviewers", "description": "All of the staff, with a token."},
        {"name": "trainers", "description": "Trainers and admins, with a token."},
    ],
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVERS": [{"url": PATH_PREFIX}] if PATH_PREFIX else [],
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "recognizer.api.schema.complete",
    ],
    # By these names clients know them. A choice of none is null.
    "ENUM_NAME_OVERRIDES": {
        "Label": "recognizer.models.Label",
        "Source": "recognizer.models.Drawing.Source",
        "SubmittedSource": "recognizer.api.serializers.fields.SUBMITTED_SOURCES",
        "Review": "recognizer.models.Drawing.Review",
        "Verdict": "recognizer.api.serializers.fields.VERDICTS",
        "PlaceVerdict": "recognizer.api.serializers.fields.PLACE_VERDICTS",
        "UseRole": "recognizer.models.DrawingUse.Role",
        "GateVerdict": "recognizer.models.ModelVersion.GateVerdict",
        "PromotionKind": "recognizer.models.Promotion.Kind",
        "RunStatus": "training.models.TrainingRun.Status",
        "RunMode": "training.models.TrainingRun.Mode",
        "RunTrigger": "training.models.TrainingRun.Trigger",
    },
    "ENUM_SUFFIX": "",
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "defaultModelsExpandDepth": 0},
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- files ----------------------------------------------------------------------

STATIC_URL = f"{PATH_PREFIX}/static/"
# Built once into an image, where every machine has the same.
STATIC_ROOT = Path(env.str("STATIC_DIR", default=str(VAR_DIR / "static"))).resolve()
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "digitsite.statics.packages.PackageFinder",
]
NODE_MODULES = BASE_DIR / "node_modules"
# Submitted images, and model artifacts, one folder a version. Never served by address: only
# through checked views. `move_storage` knows both places; the site reads and writes one.
FOLDERS = {"default": "media", "artifacts": "artifacts"}
FILES_ON_DISK: dict[str, dict[str, Any]] = {
    name: {
        "BACKEND": "digitsite.storage.files.WholeFileStorage",
        "OPTIONS": {"location": str(VAR_DIR / folder), "base_url": None},
    }
    for name, folder in FOLDERS.items()
}
# Below the first of them: what trainings read, made of the rows (`training.data.shards`). It is in
# no backup, which would keep what is deleted before it is swept.
SHARDS_FOLDER = "shards"
S3_BUCKET = env.str("S3_BUCKET", default="")
S3 = {
    "bucket_name": S3_BUCKET,
    "endpoint_url": env.str("S3_ENDPOINT", default="") or None,
    "public_endpoint": env.str("S3_PUBLIC_ENDPOINT", default=""),
    "region_name": env.str("S3_REGION", default="us-east-1"),
    # Without them the machine's own role, or what else Amazon's clients look for.
    "access_key": env.str("S3_ACCESS_KEY", default="") or None,
    "secret_key": env.str("S3_SECRET_KEY", default="") or None,
}
FILES_IN_BUCKET: dict[str, dict[str, Any]] = {
    name: {
        "BACKEND": "digitsite.storage.bucket.BucketStorage",
        "OPTIONS": {**S3, "location": folder},
    }
    for name, folder in FOLDERS.items()
}
STORAGES: dict[str, dict[str, Any]] = {
    **(FILES_IN_BUCKET if S3_BUCKET else FILES_ON_DISK),
    "staticfiles": {"BACKEND": "digitsite.statics.staticfiles.ModuleManifestStorage"},
}

# --- security -------------------------------------------------------------------

# HTTPS=true where the site is reached over TLS, by itself or behind a proxy.
HTTPS = flag("HTTPS", False)
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = count("HSTS_SECONDS", 31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
# Asked from inside, and by Django's middleware compared with the prefix before them.
SECURE_REDIRECT_EXEMPT = [
    rf"^{re.escape(f'{PATH_PREFIX}/{name}'.lstrip('/'))}$"
    for name in ("healthz", "readyz", "metrics")
]
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
# The drawing page reads digits off the camera's picture; nothing else is asked for.
PERMISSIONS_POLICY = "camera=(self), microphone=(), geolocation=()"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
# Django's own choice keeps in the session what fits no cookie, and a page that shows it writes.
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

CONTENT_SECURITY_POLICY = {
    "default-src": "'self'",
    # The network runs in the browser, as WebAssembly; that is all this allows.
    "script-src": "'self' 'wasm-unsafe-eval'",
    "img-src": "'self' data: blob:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}

# Other sites' pages that may have drawings read, as <digit-pad> does; "*" for all. It is only what
# anybody may ask, without cookies: the live version, its files, and readings.
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_ALLOW_ALL_ORIGINS = CORS_ALLOWED_ORIGINS == ["*"]
if CORS_ALLOW_ALL_ORIGINS:
    CORS_ALLOWED_ORIGINS = []
CORS_URLS_REGEX = r"^/(models/.*|api/v1/(model|predict|predict/batch)/)$"
CORS_ALLOW_METHODS = ["GET", "HEAD", "POST"]
CORS_ALLOW_HEADERS = ["accept", "accept-language", "content-type", "x-request-id"]
CORS_EXPOSE_HEADERS = ["ETag", "Retry-After", "X-Digit-Reader"]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# Whether visitors may make accounts for themselves.
SIGN_UP = flag("SIGN_UP", True)
# A provider of OpenID Connect by which people sign on, beside passwords.
OIDC_ISSUER = issuer("OIDC_ISSUER")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
OIDC_NAME = env.str("OIDC_NAME", default="OpenID Connect")
OIDC_SCOPES = ["openid", *env.list("OIDC_SCOPES", default=["profile"])]
OIDC_GROUPS_CLAIM = env.str("OIDC_GROUPS_CLAIM", default="groups")
# The provider's groups whose members have a role, by the role's name.
OIDC_ROLES = {
    "reviewer": env.list("OIDC_REVIEWERS", default=[]),
    "trainer": env.list("OIDC_TRAINERS", default=[]),
    "admin": env.list("OIDC_ADMINS", default=[]),
}
LOGIN_URL = "recognizer:sign-in"
LOGIN_REDIRECT_URL = "recognizer:draw"

LANGUAGE_CODE = "en"
# Each with a catalogue in locale/, and called what its readers call it.
LANGUAGES = [("en", "English"), ("fr", "Français"), ("he", "עברית")]
LOCALE_PATHS = [BASE_DIR / "locale"]
NUMBER_GROUPING = 3  # where thousands are set apart and Django's formats of a language do not say
LANGUAGE_COOKIE_AGE = 2 * 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

SENTRY_DSN = dsn("SENTRY_DSN")
# By OpenTelemetry's own names. Without a collector nothing is told.
OTEL_EXPORTER_OTLP_ENDPOINT = collector("OTEL_EXPORTER_OTLP_ENDPOINT")
OTEL_EXPORTER_OTLP_HEADERS = pairs("OTEL_EXPORTER_OTLP_HEADERS")
OTEL_SERVICE_NAME = env.str("OTEL_SERVICE_NAME", default="digits")
OTEL_TRACES_SAMPLER_ARG = share("OTEL_TRACES_SAMPLER_ARG", 1.0)
LOG_LEVEL = choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
# As lines for people, or as JSON, one object a line, for what collects them.
LOG_FORMAT = choice("LOG_FORMAT", "line", ("line", "json"))
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "digitsite.monitoring.request_id.WithRequestId"}},
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": "{levelname}{name}{message}{request_id}",
            "style": "{",
            "timestamp": "time",
            "rename_fields": {"levelname": "level", "name": "logger", "exc_info": "exception"},
        },
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["request"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # It would tell of every look for work, twice a minute, that there was none.
        "celery": {"level": "WARNING"},
        # One line a request, which nobody reads in a terminal.
        "digitsite.http.request_ids": {"level": "INFO" if LOG_FORMAT == "json" else "WARNING"},
    },
}
