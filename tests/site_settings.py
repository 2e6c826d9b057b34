"""The settings of a site that tests start as processes of their own: the site's, in a hurry."""

import os

from digitsite.settings import *  # noqa: F403
from digitsite.settings import (
    CELERY_BEAT_SCHEDULE,
    GATE,
    INSTALLED_APPS,
    LOGGING,
    NODE_MODULES,
    RECOVER_EVERY,
    VAR_DIR,
)

# Sets the constants of runs, by the variables that a test gives its site.
INSTALLED_APPS = [*INSTALLED_APPS, "tests.support.hurry.HurryConfig"]

# A machine that runs tests is busy.
GATE = {**GATE, "latency_ms": 1000.0}

LOOK_EVERY = 2.0  # seconds
for entry in CELERY_BEAT_SCHEDULE.values():
    if entry["schedule"] == RECOVER_EVERY:  # no test waits for what comes once an hour
        entry |= {"schedule": LOOK_EVERY, "options": {"expires": LOOK_EVERY}}

# Each look for work is told: tests wait for one, and a failed test shows what there was.
LOGGING = {**LOGGING, "loggers": {}}

# As on a machine that could not reach npm, where a test says so.
if os.environ.get("WITHOUT_NPM"):
    NODE_MODULES = VAR_DIR / "not-there"
