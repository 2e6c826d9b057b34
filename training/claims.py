"""A worker's side of a run: take it, report, conclude, let go.

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
from recognizer.versions import version_create
from training.models import TrainingRun

Status = TrainingRun.Status
AT_WORK = [Status.RUNNING, Status.EVALUATING]


class Superseded(Exception):
    """The run was cancelled, or given up for lost and taken by another worker."""


def run_claim(*, run_id: int) -> TrainingRun | None:
    """Takes a queued run for this worker; None where it is not queued (any more)."""
    now, claim = timezone.now(), uuid.uuid4()
    claimed = (
        TrainingRun.objects.queued()
        .filter(pk=run_id)
        .update(
            status=Status.RUNNING,
            claim=claim,
            attempt=F("attempt") + 1,
            heartbeat_at=now,
            champion=ModelVersion.objects.live(),
            progress={"stage": "starting"},
            error="",
        )
    )
    if not claimed:
        return None
    TrainingRun.objects.filter(pk=run_id, started_at=None).update(started_at=now)
    return TrainingRun.objects.select_related("champion", "requested_by").get(pk=run_id)


def run_report(*, run: TrainingRun, **fields: Any) -> None:
    """Writes what a worker has to say, and that it lives. Raises `Superseded`."""
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
    used: dict[str, list[uuid.UUID]],
) -> ModelVersion:
    """The version, what it was made of and the run's end: all three rows or none.

    `used` names the drawings by role. Those deleted since the snapshot leave no
    row; the lineage in the manifest keeps their number.
    """
    passed = bool(gate_report["passed"])
    with transaction.atomic():
        version = version_create(
            place=place,
            manifest=manifest,
            parent=run.champion,
            gate_passed=passed,
            gate_report=gate_report,
        )
        _remember_uses(version, used)
        run_report(
            run=run,
            status=Status.CANDIDATE if passed else Status.REJECTED,
            candidate=version,
            finished_at=timezone.now(),
            progress={"stage": "done"},
        )
    return version


def _remember_uses(version: ModelVersion, used: dict[str, list[uuid.UUID]]) -> None:
    ids = [pk for some in used.values() for pk in some]
    left = set(Drawing.objects.filter(pk__in=ids).values_list("pk", flat=True))
    DrawingUse.objects.bulk_create(
        DrawingUse(version=version, drawing_id=pk, role=role)
        for role, some in used.items()
        for pk in some
        if pk in left
    )


def run_fail(*, run: TrainingRun, error: str) -> None:
    """Ends a worker's own run with the reason; one that is no longer its own is left alone."""
    TrainingRun.objects.filter(pk=run.pk, claim=run.claim, status__in=AT_WORK).update(
        status=Status.FAILED, error=error, finished_at=timezone.now()
    )


def run_release(*, run: TrainingRun) -> None:
    """Puts a run back into the queue, because its worker is being stopped."""
    TrainingRun.objects.filter(pk=run.pk, claim=run.claim, status__in=AT_WORK).update(
        status=Status.QUEUED, claim=None, progress={"stage": "waiting for a worker"}
    )
