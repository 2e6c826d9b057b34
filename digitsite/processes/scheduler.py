"""The scheduler's memory of when its tasks last ran, which neither damage nor a clock stops."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry

logger = logging.getLogger(__name__)


class Scheduler(PersistentScheduler):
    """Celery's own. Of a file that a kill has left half written that one ends with a
    traceback, at every start again; and a task that ran in what has become the future,
    because the clock was set back, it would start only when the clock has caught up.
    """

    def setup_schedule(self) -> None:
        """Begins a new file where the old one cannot be read: it holds times and nothing else."""
        try:
            super().setup_schedule()
        except Exception as error:  # noqa: BLE001  (a damaged file fails in many ways)
            logger.warning("The scheduler's file is damaged and begun anew: %r", error)
            file = Path(self.schedule_filename)  # type: ignore[attr-defined]  # not in the stubs
            for part in file.parent.glob(f"{file.name}*"):  # one or three, as `dbm` has it
                part.unlink()
            super().setup_schedule()

    def is_due(self, entry: ScheduleEntry) -> Any:
        """Whether a task is to run now, and in how many seconds to look again."""
        now = entry.default_now()
        if entry.last_run_at is not None and entry.last_run_at > now:
            entry.last_run_at = now
        return super().is_due(entry)
