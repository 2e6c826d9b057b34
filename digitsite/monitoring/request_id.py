"""The id by which log lines of one request are found again: in the browser, here, in the worker."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

HEADER = "X-Request-Id"
# What others may call a request: it is written into logs as it is.
GOOD = re.compile(r"[A-Za-z0-9._-]{8,64}")

_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The id of the request, or of the task that a request has asked for; else empty."""
    return _current.get()


def accepted(given: str | None) -> str:
    """The id that somebody gave, where it is one; else a new one."""
    return given if given and GOOD.fullmatch(given) else uuid.uuid4().hex


@contextmanager
def known_as(request_id: str) -> Iterator[None]:
    """Logs of this thread carry the id while the context lasts."""
    token = _current.set(request_id)
    try:
        yield
    finally:
        _current.reset(token)


class WithRequestId(logging.Filter):
    """A filter that takes nothing out and puts `request_id` into every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current()
        return True
