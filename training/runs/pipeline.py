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
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from digitsite.exceptions import Conflict
from recognizer.models import ModelVersion
from recognizer.services.versions import version_promote
from recognizer.serving import artifacts
from training.data.dataset import Dataset, gather
from training.data.shards import shards_sweep
from training.evaluation.comparison import compare
from training.export.artifact import export
from training.lazy_glyphs import read
from training.models import RunSnapshot, TrainingRun
from training.network.calibration import THRESHOLDS
from training.network.fit import fit
from training.network.progress import Progress
from training.network.recipe import Recipe
from training.network.senses import MOTION
from training.runs import claims, learning
from training.runs.reporter import OnProgress, Reporter

logger = logging.getLogger(__name__)


PARITY_GLYPHS = 1000
BUILT = "artifact"  # in a run's folder


def execute(*, run_id: int, on_progress: OnProgress | None = None) -> TrainingRun | None:
    """Claims a queued run and works on it to its end; None where it is queued no more.

    Whatever happens, the row says so: a candidate, a rejection with its
    reasons, a failure with its cause. A worker that is stopped puts the run
    back; one that is killed leaves its checkpoint for the next, and so does a run
    that is cancelled or fails, until a newer one begins.
    """
    run = claims.run_claim(run_id=run_id)
    if run is None:
        logger.info("Run %s is not waiting any more.", run_id)
        return None
    logger.info("Run %s: attempt %s, %s, %s epochs.", run.pk, run.attempt, run.mode, run.epochs)
    _clear_before(run)
    reporter, began = Reporter(run, on_progress), time.monotonic()
    try:
        with _stoppable():
            _work(run, reporter)
    except claims.Superseded as reason:
        logger.info("%s", reason)
    except (KeyboardInterrupt, SystemExit):
        claims.run_release(run=run)
        raise
    except Exception as error:
        logger.exception("Run %s failed.", run.pk)
        claims.run_fail(run=run, error=f"{type(error).__name__}: {error}")
    reporter.stage_over()
    run.refresh_from_db()
    if not run.is_active:
        may_go_on = run.status in TrainingRun.RESUMABLE
        unneeded = run_folder(run) / BUILT if may_go_on else run_folder(run)
        shutil.rmtree(unneeded, ignore_errors=True)
    logger.info("Run %s: %s after %.1f s.", run.pk, run.status, time.monotonic() - began)
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

    def stop(*_: Any) -> None:
        # Who tells a whole group and its parent tells the child twice; once is enough, and the
        # second must not come in between when the run is put back.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sys.exit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _clear_before(run: TrainingRun) -> None:
    """Removes what earlier runs kept for going on: once there is a newer one, they may not."""
    RunSnapshot.objects.filter(run__lt=run.pk).delete()
    for folder in Path(settings.RUNS_DIR).glob("*"):
        if folder.name.isdecimal() and int(folder.name) < run.pk:
            shutil.rmtree(folder, ignore_errors=True)


def run_folder(run: TrainingRun) -> Path:
    """Where a run keeps its checkpoint and builds its artifact."""
    return Path(settings.RUNS_DIR) / str(run.pk)


def _work(run: TrainingRun, reporter: Reporter) -> None:
    folder = run_folder(run)
    folder.mkdir(parents=True, exist_ok=True)
    reporter.stage("gathering the examples")
    dataset = gather(run, reporter.fetching, reporter.gathering)
    _keep_snapshot(run, dataset, reporter)
    reporter.stage("building the network", snapshot_digest=dataset.digest, dataset=dataset.counts())
    readers = learning.start(run, dataset)
    reporter.stage("training")
    training = _tidying(reporter.training)
    fit(
        readers.picture,
        dataset.train,
        dataset.validation,
        _recipe(run, dataset),
        replay=dataset.replay,
        seed=run.seed,
        checkpoint=folder / learning.CHECKPOINT,
        data=dataset.identity,
        on_progress=training,
        on_epoch=reporter.epochs,
    )
    if readers.motion is not None:
        reporter.stage(MOTION.stage)
        learning.learn_motion(run, readers.motion, dataset, folder, training)
    reporter.stage("exporting", status=TrainingRun.Status.EVALUATING)
    built = folder / BUILT
    shutil.rmtree(built, ignore_errors=True)  # an earlier attempt may have come this far
    champion = ModelVersion.objects.live()
    parity = export(
        readers,
        built,
        calibration=learning.calibrate(readers, dataset, champion),
        thresholds=asdict(THRESHOLDS),
        glyphs=read(dataset.validation.glyphs[-PARITY_GLYPHS:]),
    )
    reporter.stage("evaluating")
    judged = replace(dataset, snapshot=dataset.snapshot.left())
    compared = compare(built, champion, judged, parity, told=reporter.at_work)
    artifacts.complete(built, metrics=compared.metrics, lineage=_lineage(run, dataset))
    version = _register(run, built, compared.report, dataset)
    if run.auto_promote and version.gate_verdict == ModelVersion.GateVerdict.PASSED:
        _promote(run, version, champion)


def _tidying(report: Callable[[Progress], None]) -> Callable[[Progress], None]:
    """The report, which also sweeps the shards when it is time: this worker may be the only one."""
    due = time.monotonic() + settings.SWEEP_EVERY

    def reported(progress: Progress) -> None:
        nonlocal due
        report(progress)
        if time.monotonic() >= due:
            shards_sweep(now=timezone.now())
            due = time.monotonic() + settings.SWEEP_EVERY

    return reported


def _keep_snapshot(run: TrainingRun, dataset: Dataset, reporter: Reporter) -> None:
    """Writes down what the run learns from, so that it goes on with the same."""
    gone = dataset.snapshot.left_out
    left_out = [str(key) for key in [*gone.train, *gone.held_out]]
    claims.run_keep_snapshot(run=run, record=dataset.snapshot.record(), left_out=left_out)
    reporter.left_out(left_out)


def _recipe(run: TrainingRun, dataset: Dataset) -> Recipe:
    if run.mode == TrainingRun.Mode.SCRATCH or run.champion is None:
        return Recipe.scratch(run.epochs)
    return Recipe.warm(run.epochs).for_examples(dataset.at_hand)


def _lineage(run: TrainingRun, dataset: Dataset) -> dict[str, Any]:
    """What the candidate was made of.

    In a warm start `root` is the lineage of the version that its line of ancestors began
    with, so that an artifact explains itself on another site too.
    """
    champion = run.champion
    own = {
        "run": run.pk,
        "mode": run.mode,
        "epochs": run.epochs,
        "seed": run.seed,
        "parent": champion.number if champion else None,
        "dataset_digest": dataset.digest,
        **dataset.counts(),
    }
    if champion is None or run.mode == TrainingRun.Mode.SCRATCH:
        return own
    before = champion.lineage
    return own | {"root": before.get("root", before)}


def _register(
    run: TrainingRun, built: Path, report: dict[str, Any], dataset: Dataset
) -> ModelVersion:
    """Stores the files, then all rows at once; where the rows are refused the files go again."""
    place, manifest = artifacts.store(built)
    try:
        return claims.run_conclude(
            run=run,
            place=place,
            manifest=manifest,
            gate_report=report,
            used={
                "train": dataset.snapshot.train.ids,
                "held_out": dataset.snapshot.held_out.ids,
            },
        )
    except BaseException:
        artifacts.remove(place, manifest)
        raise


def _promote(run: TrainingRun, version: ModelVersion, champion: ModelVersion | None) -> None:
    """Promotes the version over the champion it was compared with; otherwise an admin decides."""
    try:
        version_promote(
            version=version,
            by=run.requested_by,
            reason=f"run {run.pk}, by its own wish",
            expected_live=champion.number if champion else None,
        )
    except Conflict as conflict:
        logger.warning("Version %s waits for an admin: %s", version.number, conflict.message)
