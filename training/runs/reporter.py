"""The reporter of a run: writes into its row how far it has come."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

from django.db import OperationalError, close_old_connections
from django.utils import timezone

from digitsite.monitoring.traces import span
from training.models import TrainingRun
from training.network.progress import EpochResult, Progress
from training.runs import claims

logger = logging.getLogger(__name__)

OnProgress = Callable[[dict[str, Any]], None]
# Progress is written at most this often; each write is also the heartbeat.
REPORT_SECONDS = 1.0
# Points of the loss while it is learned, [epochs done, loss]; every second is dropped beyond.
MAX_TRACE = 160


class Reporter:
    """Writes progress and log into the run's row, and learns whether it is still this worker's.

    `on_progress` is called with the same progress, each time.
    """

    def __init__(self, run: TrainingRun, on_progress: OnProgress | None = None) -> None:
        self._run = run
        self._on_progress = on_progress
        self._next = 0.0
        self._latest: dict[str, Any] = {"stage": "training"}
        self._stage = ""
        self._stage_began = 0.0
        self._span = ExitStack()
        self._trace: list[list[float]] = []
        self._log: list[dict[str, Any]] = list(run.log)
        if run.attempt > 1:
            self._note("attempt", number=run.attempt)

    def stage(self, stage: str, **fields: Any) -> None:
        """Reports that a stage begins, with other fields, and logs how long the last took.

        Raises `Superseded`.
        """
        self.stage_over()
        self._stage, self._stage_began = stage, time.monotonic()
        self._span.enter_context(span(stage, run=self._run.pk))
        self._next, self._trace = 0.0, []
        self._note(stage)
        self._say({"stage": stage}, log=self._log, **fields)

    def left_out(self, ids: list[str]) -> None:
        """Notes which drawings of the run's are gone, for its log."""
        if ids:
            self._note("left out", drawings=ids)

    def _note(self, what: str, **facts: Any) -> None:
        self._log.append(
            {"at": timezone.now().isoformat(timespec="seconds"), "what": what, **facts}
        )

    def stage_over(self) -> None:
        """Logs how long the stage took that was underway, if one was."""
        if self._stage:
            seconds = time.monotonic() - self._stage_began
            logger.info("Run %s: %s took %.1f s.", self._run.pk, self._stage, seconds)
        self._stage = ""
        self._span.close()

    def training(self, progress: Progress) -> None:
        """Reports how far the training is, at most once a second. Raises `Superseded`."""
        self._latest = {
            name: round(value, 3) if isinstance(value, float) else value
            for name, value in asdict(progress).items()
        }
        if time.monotonic() >= self._next:
            done = progress.epoch - 1 + progress.batch / progress.batches
            self._trace.append([round(done, 3), round(progress.loss, 4)])
            if len(self._trace) > MAX_TRACE:
                self._trace = self._trace[::2]
        self._say({**self._latest, "trace": self._trace})

    def epochs(self, history: list[EpochResult]) -> None:
        """Reports the epochs' results so far, at once. Raises `Superseded`.

        How far the training is goes with them: where epochs are short it might never be
        written otherwise.
        """
        self._next = 0.0
        last = history[-1]
        self._note(
            "epoch",
            number=last.epoch,
            nll=round(last.validation_nll, 4),
            accuracy=round(last.validation_accuracy, 5),
        )
        self._say(
            {**self._latest, "trace": self._trace},
            history=[asdict(epoch) for epoch in history],
            log=self._log,
        )

    def fetching(self, name: str, done: int, total: int) -> None:
        """Reports how far a file's download is, in bytes. Raises `Superseded`."""
        self._say({"stage": "fetching MNIST", "file": name, "bytes": done, "of": total})

    def gathering(self, done: int, total: int) -> None:
        """Reports how many drawings' shards are written. Raises `Superseded`."""
        self._say({"stage": self._stage, "drawings": done, "of": total})

    def at_work(self) -> None:
        """Reports that the stage goes on. Raises `Superseded`."""
        self._say({"stage": self._stage})

    def _say(self, progress: dict[str, Any], **fields: Any) -> None:
        if self._on_progress is not None:
            self._on_progress(progress)
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + REPORT_SECONDS
        try:
            claims.run_report(run=self._run, progress=progress, **fields)
        except OperationalError as error:
            # A database that does not answer for a moment does not end an hour's work;
            # where it is longer, the run is given up for lost and resumes elsewhere.
            logger.warning("Run %s could not report: %s", self._run.pk, error)
            close_old_connections()
