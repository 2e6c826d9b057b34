"""The queue in files (`filesystem://`), which a damaged file does not stop.

kombu's own raises over a file that is no message, and over a damaged table of queues at
every start; the worker ends with it, again and again. Here both are moved to `damaged/`,
beside the messages, and the worker goes on: a message is a hint, and whatever it told of
stands in its row. A message gets its name once it is whole: kombu's can be taken by the
worker while it is still being written.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from django.conf import settings
from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

logger = logging.getLogger(__name__)

DAMAGED = "damaged"
# What a message is called while it is written, and while it is read.
PART, TAKEN = ".part", ".taken"
# How long another process may be in the middle of writing a table, in seconds.
SETTLE = 0.05


def damaged_count() -> int:
    """How many files lie set aside."""
    folder = settings.BROKER_DIR / DAMAGED
    return sum(1 for _ in folder.iterdir()) if folder.is_dir() else 0


def sweep() -> None:
    """Removes what a kill has left half written or half read. Only while no process runs."""
    for suffix in (PART, TAKEN):
        for left in (settings.BROKER_DIR / "messages").glob(f"*{suffix}"):
            left.unlink(missing_ok=True)


class Channel(filesystem.Channel):
    """A channel to the files, of which none is trusted."""

    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]
        whole = Path(self.data_folder_out) / f"{time.time_ns()}_{uuid4()}.{queue}.msg"
        part = whole.with_name(whole.name + PART)
        try:
            part.write_text(dumps(payload))
            part.rename(whole)
        except OSError:
            part.unlink(missing_ok=True)
            raise

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for file in sorted(Path(self.data_folder_in).glob("*.msg")):
            if file.name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = file.with_name(file.name + TAKEN)
            try:
                file.rename(taken)
            except FileNotFoundError:  # another worker was first
                continue
            try:
                payload = loads(taken.read_text())
                self.Message(payload, channel=self)  # as the worker will make it
            except Exception as error:  # noqa: BLE001  (a damaged file fails in many ways)
                self._set_aside(taken, error)
                continue
            taken.unlink()
            return payload
        raise Empty

    def get_table(self, exchange: str) -> Any:
        read = super().get_table
        return self._with_table(exchange, lambda: read(exchange))

    def _queue_bind(self, exchange: str, *binding: Any) -> None:
        bind = super()._queue_bind
        self._with_table(exchange, lambda: bind(exchange, *binding))

    def _with_table(self, exchange: str, work: Callable[[], T]) -> T:
        """What `work` returns; a table that it can read at no attempt is begun anew."""
        try:
            return work()
        except (ValueError, TypeError):
            time.sleep(SETTLE)
        try:
            return work()
        except (ValueError, TypeError) as error:
            self._set_aside(self._exchange_file(exchange), error)  # type: ignore[attr-defined]
            return work()

    def _set_aside(self, file: Path, error: Exception) -> None:
        folder = Path(self.data_folder_in).with_name(DAMAGED)
        folder.mkdir(mode=0o700, exist_ok=True)
        logger.error("A damaged file of the queue is set aside in %s: %r", folder, error)
        file.rename(folder / f"{time.time_ns()}_{file.name.removesuffix(TAKEN)}")


class Transport(filesystem.Transport):
    """Takes kombu's place in `digitsite.celery`."""

    Channel = Channel
