"""A worker's claim on a run: take it, keep what it began with, report, conclude, release.

Every write is conditional on the worker's own claim, so a worker that was
given up for lost, or whose run was cancelled, can no longer change the row.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from recognizer.models import Drawing, DrawingUse, ModelVersion
from recognizer.services.versions import first_answers, version_create
from training import notices
from training.data.ids import Ids
from training.models import RunSnapshot, TrainingRun

Status = TrainingRun.Status
# Databases take so many values in one statement, and memory holds as many rows of a million.
USES_AT_ONCE = 5000
AT_WORK = [Status.RUNNING, Status.EVALUATING]


class Superseded(Exception):
    """The run was cancelled, or given up for lost and taken by another worker."""


def run_claim(*, run_id: int) -> TrainingRun | None:
    """Takes a queued run for this worker and returns it; None where it is queued no more."""
    now, claim = timezone.now(), uuid.uuid4()
    claimed = (
        TrainingRun.objects.queued()
        .filter(pk=run_id)
        .update(
            status=Status.RUNNING,
            claim=claim,
            attempt=F("attempt") + 1,
            heartbeat_at=now,
            champion=_champion(run_id),
            progress={"stage": "starting"},
            error="",
        )
    )
    if not claimed:
        return None
    TrainingRun.objects.filter(pk=run_id, started_at=None).update(started_at=now)
    return TrainingRun.objects.select_related("champion", "requested_by").get(pk=run_id)


def _champion(run_id: int) -> ModelVersion | None:
    """The version that a run begins with: the live one, or its own where it goes on."""
    begun = RunSnapshot.objects.filter(run=run_id).exclude(run__champion=None)
    kept = begun.select_related("run__champion").defer("record", "left_out").first()
    return kept.run.champion if kept else ModelVersion.objects.live()


def run_keep_snapshot(*, run: TrainingRun, record: dict[str, Any], left_out: list[str]) -> None:
    """Writes down what a run began with, once, and what of it is gone. Raises `Superseded`."""
    with transaction.atomic():
        run_report(run=run)
        kept, is_new = RunSnapshot.objects.get_or_create(
            run=run, defaults={"record": record, "left_out": left_out}
        )
        if not is_new and kept.left_out != left_out:
            RunSnapshot.objects.filter(run=run).update(left_out=left_out)


def run_report(*, run: TrainingRun, **fields: Any) -> None:
    """Writes fields of a worker's run, and its heartbeat. Raises `Superseded`."""
    mine = TrainingRun.objects.filter(pk=run.pk, claim=run.claim, status__in=AT_WORK)
    if not mine.update(heartbeat_at=timezone.now(), **fields):
        raise Superseded(f"Run {run.pk} is no longer this worker's.")
    for name, value in fields.items():
        setattr(run, name, value)


def run_conclude(
    *,
    run: TrainingRun,
    place: str,
    manifest: dict[str, Any],
    gate_report: dict[str, Any],
    used: dict[str, Ids],
) -> ModelVersion:
    """Makes the version, the rows of the drawings it used, and the run's end; all or none.

    A version that the gate could not decide on is a candidate, too: a person may promote it.
    `used` names the drawings by role. Those deleted since the snapshot leave no
    row; the lineage in the manifest keeps their number. Raises `Superseded`.
    """
    verdict = gate_report["verdict"]
    failed = verdict == ModelVersion.GateVerdict.FAILED
    answers = first_answers(place, manifest)
    with transaction.atomic():
        version = version_create(
            place=place,
            manifest=manifest,
            parent=run.champion,
            gate_verdict=verdict,
            gate_report=gate_report,
            golden_answers=answers,
        )
        remember_uses(version, used)
        RunSnapshot.objects.filter(run=run).delete()  # the uses tell it from here on
        run_report(
            run=run,
            status=Status.REJECTED if failed else Status.CANDIDATE,
            candidate=version,
            finished_at=timezone.now(),
            progress={"stage": "done"},
        )
        notices.run_ended(run_id=run.pk)
    return version


def remember_uses(version: ModelVersion, used: dict[str, Ids]) -> None:
    """Adds a row for each drawing, named by its role, that a version used and that is left."""
    written = 0
    for role, ids in used.items():
        for begin in range(0, len(ids), USES_AT_ONCE):
            some = ids[begin : begin + USES_AT_ONCE]
            left = Drawing.objects.filter(pk__in=some).order_by().values_list("pk", flat=True)
            uses = [DrawingUse(version=version, drawing_id=pk, role=role) for pk in left]
            DrawingUse.objects.bulk_create(uses)
            written += len(uses)
    version.drawings_left = written
    version.save(update_fields=["drawings_left"])


def run_fail(*, run: TrainingRun, error: str) -> None:
    """Ends a worker's run as failed, with the reason; does nothing where it is its own no more."""
    mine = TrainingRun.objects.filter(pk=run.pk, claim=run.claim, status__in=AT_WORK)
    with transaction.atomic():
        if mine.update(status=Status.FAILED, error=error, finished_at=timezone.now()):
            notices.run_ended(run_id=run.pk)


def run_release(*, run: TrainingRun) -> None:
    """Puts a worker's run back into the queue, because the worker is being stopped."""
    TrainingRun.objects.filter(pk=run.pk, claim=run.claim, status__in=AT_WORK).update(
        status=Status.QUEUED, claim=None, progress={"stage": "waiting for a worker"}
    )
