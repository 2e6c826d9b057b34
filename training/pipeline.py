"""One run from claim to candidate, in the order in which it happens.

Runs in a worker's child or in `manage.py train`. Everything heavy is imported
from here on down, so that whoever asks for a run never loads TensorFlow.
"""

from __future__ import annotations

import logging
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError, close_old_connections

from digitsite.exceptions import Conflict
from recognizer import artifacts
from recognizer.answer import Thresholds
from recognizer.models import ModelVersion
from recognizer.versions import version_promote
from training import claims, fit, judgement, network
from training.calibrate import fit_temperature
from training.export import export
from training.material import Material, gather
from training.models import TrainingRun
from training.recipe import EpochResult, Progress, Recipe

logger = logging.getLogger(__name__)

OnProgress = Callable[[dict[str, Any]], None]

# Progress is written this often; each writing is also the heartbeat.
REPORT_SECONDS = 1.0
CHECKPOINT = "checkpoint.npz"
PARITY_GLYPHS = 1000


class Reporter:
    """Writes progress into the run's row, and learns there whether the run is still ours."""

    def __init__(self, run: TrainingRun, on_progress: OnProgress | None = None) -> None:
        self._run = run
        self._on_progress = on_progress
        self._next = 0.0
        self._latest: dict[str, Any] = {"stage": "training"}

    def stage(self, stage: str, **fields: Any) -> None:
        """Says that a new stage begins. Raises `Superseded`."""
        self._next = 0.0
        self._say({"stage": stage}, **fields)

    def training(self, progress: Progress) -> None:
        """Says where the training stands, at most once a second. Raises `Superseded`."""
        self._latest = {
            name: round(value, 3) if isinstance(value, float) else value
            for name, value in asdict(progress).items()
        }
        self._say(self._latest)

    def epochs(self, history: list[EpochResult]) -> None:
        """Writes the results so far, at once, beside where the training stands, which short
        epochs would otherwise never get to say. Raises `Superseded`."""
        self._next = 0.0
        self._say(self._latest, history=[asdict(epoch) for epoch in history])

    def fetching(self, name: str, done: int, total: int) -> None:
        """Says how far a download is. Raises `Superseded`."""
        self._say({"stage": "fetching MNIST", "file": name, "bytes": done, "of": total})

    def _say(self, progress: dict[str, Any], **fields: Any) -> None:
        if self._on_progress is not None:
            self._on_progress(progress)
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + REPORT_SECONDS
        try:
            claims.run_report(run=self._run, progress=progress, **fields)
        except OperationalError as error:
            # A database that is away for a moment does not end an hour's work;
            # away for long, the run is given up for lost and resumes elsewhere.
            logger.warning("Run %s could not report: %s", self._run.pk, error)
            close_old_connections()


def execute(*, run_id: int, on_progress: OnProgress | None = None) -> TrainingRun | None:
    """Claims a queued run and works on it to its end; None where it was not to be had.

    Whatever happens, the row tells it: a candidate, a rejection with its
    reasons, a failure with its cause. A worker that is stopped puts the run
    back; one that is killed leaves its checkpoint for the next.
    """
    run = claims.run_claim(run_id=run_id)
    if run is None:
        logger.info("Run %s is not waiting any more.", run_id)
        return None
    logger.info("Run %s: attempt %s, %s, %s epochs.", run.pk, run.attempt, run.mode, run.epochs)
    try:
        with _stoppable():
            _work(run, Reporter(run, on_progress))
    except claims.Superseded as reason:
        logger.info("%s", reason)
    except (KeyboardInterrupt, SystemExit):
        claims.run_release(run=run)
        raise
    except Exception as error:
        logger.exception("Run %s failed.", run.pk)
        claims.run_fail(run=run, error=f"{type(error).__name__}: {error}")
    run.refresh_from_db()
    if not run.is_active:
        shutil.rmtree(run_folder(run), ignore_errors=True)
    logger.info("Run %s: %s.", run.pk, run.status)
    return run


@contextmanager
def _stoppable() -> Iterator[None]:
    """Lets SIGTERM end the work as `SystemExit`, so that the run can be put back.

    By default a worker's child would be gone at once, and the run would lie
    until it is missed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only a main thread may set handlers
        return
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def run_folder(run: TrainingRun) -> Path:
    """Where a run keeps its checkpoint and builds its artifact."""
    return Path(settings.RUNS_DIR) / str(run.pk)


def _work(run: TrainingRun, reporter: Reporter) -> None:
    folder = run_folder(run)
    folder.mkdir(parents=True, exist_ok=True)
    reporter.stage("gathering the examples")
    material = gather(run, reporter.fetching)
    reporter.stage(
        "building the network", snapshot_digest=material.digest, dataset=material.counts()
    )
    model = _start(run)
    fit.fit(
        model,
        material.train,
        material.validation,
        _recipe(run, material),
        replay=material.replay,
        seed=run.seed,
        checkpoint=folder / CHECKPOINT,
        on_progress=reporter.training,
        on_epoch=reporter.epochs,
    )
    reporter.stage("exporting", status=TrainingRun.Status.EVALUATING)
    built = folder / "artifact"
    shutil.rmtree(built, ignore_errors=True)  # an earlier attempt may have come this far
    logits = network.read_logits(model, material.validation.pixels)
    parity = export(
        model,
        built,
        temperature=fit_temperature(logits, material.validation.labels),
        thresholds=asdict(Thresholds()),
        extra_manifest={},
        glyphs=material.validation.pixels[-PARITY_GLYPHS:],
    )
    reporter.stage("evaluating")
    champion = ModelVersion.objects.live()
    judged = judgement.judge(built, champion, material, parity)
    artifacts.complete(built, metrics=judged.metrics, lineage=_lineage(run, material))
    version = _register(run, built, judged.report, material)
    if run.auto_promote and version.gate_passed:
        _promote(run, version, champion)


def _start(run: TrainingRun) -> Any:
    """A fresh network, or in a warm start the champion's."""
    if run.mode == TrainingRun.Mode.SCRATCH or run.champion is None:
        return network.build(run.seed)
    content = artifacts.load(run.champion.artifact, "model.keras", run.champion.manifest)
    return network.load(content)


def _recipe(run: TrainingRun, material: Material) -> Recipe:
    if run.mode == TrainingRun.Mode.SCRATCH or run.champion is None:
        return Recipe.scratch(run.epochs)
    return Recipe.warm(run.epochs).for_examples(len(material.train) + len(material.replay or ()))


def _lineage(run: TrainingRun, material: Material) -> dict[str, Any]:
    """What the candidate was made of. In a warm start `root` tells that of the version its
    line of ancestors began with, so that an artifact explains itself on another site too."""
    champion = run.champion
    own = {
        "run": run.pk,
        "mode": run.mode,
        "epochs": run.epochs,
        "seed": run.seed,
        "parent": champion.number if champion else None,
        "dataset_digest": material.digest,
        **material.counts(),
    }
    if champion is None or run.mode == TrainingRun.Mode.SCRATCH:
        return own
    before = champion.lineage
    return own | {"root": before.get("root", before)}


def _register(
    run: TrainingRun, built: Path, report: dict[str, Any], material: Material
) -> ModelVersion:
    """Files first, then all rows at once; where the rows are refused the files go again."""
    place, manifest = artifacts.store(built)
    try:
        return claims.run_conclude(
            run=run,
            place=place,
            manifest=manifest,
            gate_report=report,
            used={
                "train": material.snapshot.train.ids,
                "held_out": material.snapshot.held_out.ids,
            },
        )
    except BaseException:
        artifacts.remove(place, manifest)
        raise


def _promote(run: TrainingRun, version: ModelVersion, champion: ModelVersion | None) -> None:
    """Only over the version it was compared with; otherwise it waits for an admin."""
    try:
        version_promote(
            version=version,
            by=run.requested_by,
            reason=f"run {run.pk}, by its own wish",
            expected_live=champion.number if champion else None,
        )
    except Conflict as conflict:
        logger.warning("Version %s waits for an admin: %s", version.number, conflict.message)
