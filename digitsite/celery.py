"""The Celery application. Messages are hints; the database rows are the truth."""

import logging.config
import os
import signal
from contextlib import ExitStack, suppress
from typing import Any

from billiard import active_children
from celery import Celery, states
from celery.signals import (
    before_task_publish,
    setup_logging,
    task_postrun,
    task_prerun,
    worker_process_init,
    worker_process_shutdown,
    worker_shutting_down,
)
from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES

from digitsite.env import bad_settings_end_the_process
from digitsite.monitoring import request_id, traces

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digitsite.settings")

TRANSPORT_ALIASES["filesystem"] = "digitsite.broker:Transport"

app = Celery("digitsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_configure.connect
def read_the_settings(**_: Any) -> None:
    """Reads them where their nonsense is told in a sentence, before Celery does."""
    with bad_settings_end_the_process():
        settings.INSTALLED_APPS  # noqa: B018


@setup_logging.connect
def log_as_the_site_does(**_: Any) -> None:
    """Keeps `LOGGING` in workers and scheduler; Celery would put a level of its own over it."""
    logging.config.dictConfig(settings.LOGGING)


@worker_process_init.connect
def leave_stopping_to_the_parent(**_: Any) -> None:
    """Makes a worker's child ignore the SIGTERM that is sent to the whole process group.

    Its parent ends it once it is idle. Only a training stops by itself, with a
    handler of its own.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


@worker_shutting_down.connect
def tell_the_children(**_: Any) -> None:
    """Stops a training softly where the parent alone is told, as containers do.

    Else it would be waited for, and killed when the patience of whoever stops it is over. An
    idle child ignores it.
    """
    for child in active_children():
        if child.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGTERM)


@worker_process_shutdown.connect
def send_what_is_left(**_: Any) -> None:
    """Sends a child's last traces: it ends without what Python does at its end."""
    traces.end()


# --- a task's log lines and its trace are those of the request that has asked for it ----


@before_task_publish.connect
def name_the_request(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """Sends the request's id and its trace along with the message."""
    if headers is not None and request_id.current():
        headers["request_id"] = request_id.current()
    if headers is not None:
        traces.name_in(headers)


_at_work: dict[str, ExitStack] = {}


@task_prerun.connect
def take_the_requests_id(task_id: str, task: Any, **_: Any) -> None:
    """Works by the request's id and in its trace; a task of the scheduler's has its own."""
    headers = task.request.headers or {}
    name = request_id.accepted(headers.get("request_id") or task_id)
    stack = _at_work[task_id] = ExitStack()
    stack.enter_context(request_id.known_as(name))
    stack.enter_context(traces.task(task.name, headers))


@task_postrun.connect
def give_it_back(task_id: str, state: str | None = None, **_: Any) -> None:
    """Works by no id any more."""
    if state == states.FAILURE:
        traces.fails(state)
    if stack := _at_work.pop(task_id, None):
        stack.close()
