"""What people and programs elsewhere are told of runs (`digitsite.notices`)."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from digitsite.notices import outbox
from training.models import TrainingRun

Status = TrainingRun.Status
SENTENCES = {
    Status.CANDIDATE: _("Run %(run)s has made version %(version)s. The gate: %(gate)s."),
    Status.REJECTED: _("Run %(run)s has made version %(version)s, which did not pass the gate."),
    Status.FAILED: _("Run %(run)s failed: %(reason)s"),
    Status.CANCELLED: _("Run %(run)s was cancelled."),
}
MAX_REASON = 200


def run_ended(*, run_id: int) -> None:
    """Tells how a run ended; in the transaction that ends it, after its row says so."""
    if not outbox.is_on():
        return
    run = TrainingRun.objects.select_related("candidate").defer("history").get(pk=run_id)
    version = run.candidate
    outbox.notice_record(
        event="run.ended",
        # A run that goes on afterwards ends once more.
        key=f"run.ended {run.pk} {run.finished_at:%Y-%m-%dT%H:%M:%S.%f}",
        sentence=SENTENCES[Status(run.status)],
        data={
            "run": run.pk,
            "status": run.status,
            "mode": run.mode,
            "trigger": run.trigger,
            "version": version.number if version else None,
            "gate": version.gate_verdict if version else None,
            "reason": run.error[:MAX_REASON],
        },
        path=reverse("studio:run", args=[run.pk]),
    )
