"""The Celery application. Messages only nudge: the database rows are the truth."""

import os
import signal
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digitsite.settings")

app = Celery("digitsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def leave_stopping_to_the_parent(**_: Any) -> None:
    """Lets SIGTERM to the whole group end a worker's child in peace.

    Its parent ends it once it is idle. Only a training stops by itself, with a
    handler of its own.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
