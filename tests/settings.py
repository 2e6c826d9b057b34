"""The site's own settings, with everything it writes in a folder of the test run."""

import os
import tempfile
from pathlib import Path

# Set before the settings read it. A run's children (servers, workers) inherit it. Every
# process of pytest-xdist makes one of its own in that of the process which started it.
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="digits-test-", dir=os.environ.get("VAR_DIR"))
# What takes long to make lies in the first one's (tests/support/shared.py).
os.environ.setdefault("TESTS_SHARED_DIR", os.environ["VAR_DIR"])
os.environ["SECRET_KEY"] = "only-for-tests-and-long-enough-to-satisfy-every-check-of-django-5"
os.environ.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1,testserver")

from digitsite.settings import *  # noqa: F403
from digitsite.settings import BASE_DIR, DATABASES, STORAGES, VAR_DIR

# Fast to hash, and just as right about who may log in.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# A file, not memory: threads and child processes must see the same rows.
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": str(Path(VAR_DIR) / "test.sqlite3")}

# Fetched once, beside the site's own data, and not by every run of the tests.
MNIST_CACHE = BASE_DIR / "var" / "corpora" / "mnist"

# Emptied after every test, so never a folder that anything else may write to.
FILES_DIR = Path(tempfile.mkdtemp(prefix="files-", dir=VAR_DIR))
for name in ("default", "artifacts"):
    (FILES_DIR / name).mkdir()
    STORAGES[name]["OPTIONS"]["location"] = str(FILES_DIR / name)

# Pages are tested without a collectstatic before every run.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

# The message is written into the run's own folder and stays there, unread.
CELERY_BROKER_URL = os.environ.get("BROKER_URL", "filesystem://")
