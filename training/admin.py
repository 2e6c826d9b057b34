"""Training runs and the triggers' decisions for rare repairs; the work is done in the studio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.utils.html import format_html

from digitsite.admin import LookOnlyAdmin, short
from training.models import RetrainCheck, TrainingRun
from training.selectors.runs.progress import duration

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


@admin.register(TrainingRun)
class TrainingRunAdmin(LookOnlyAdmin[TrainingRun]):
    """Training runs, row by row."""

    list_display = [
        "name", "state", "mode_word", "reason", "outcome", "created", "took",
    ]  # fmt: skip
    list_filter = ["status", "trigger", "mode"]
    list_select_related = ["candidate"]
    fields = [
        "status", "mode", "epochs", "auto_promote", "seed", "trigger", "reason", "requested_by",
        "created_at", "started_at", "finished_at", "heartbeat_at", "attempt", "champion",
        "candidate", "counts", "digest", "progress", "error",
    ]  # fmt: skip

    def has_view_permission(self, request: HttpRequest, obj: TrainingRun | None = None) -> bool:
        """Whether the user may see runs; whoever may start one may."""
        may_start: bool = request.user.has_perm("training.add_trainingrun")
        return super().has_view_permission(request, obj) or may_start

    @admin.display(description="run", ordering="pk")
    def name(self, run: TrainingRun) -> str:
        return f"run {run.pk}"

    @admin.display(description="status", ordering="status")
    def state(self, run: TrainingRun) -> SafeString:
        return format_html('<span class="badge {}">{}</span>', run.status, run.status)

    @admin.display(description="mode", ordering="mode")
    def mode_word(self, run: TrainingRun) -> str:
        return run.mode

    @admin.display
    def outcome(self, run: TrainingRun) -> str:
        return run.error or str(run.candidate or run.progress.get("stage", "–"))

    @admin.display(ordering="created_at")
    def created(self, run: TrainingRun) -> str:
        return short(run.created_at)

    @admin.display
    def took(self, run: TrainingRun) -> str:
        if not (run.started_at and run.finished_at):
            return "–"
        return duration((run.finished_at - run.started_at).total_seconds())

    @admin.display(description="learned from")
    def counts(self, run: TrainingRun) -> str:
        if not run.dataset:
            return "–"
        drawings = run.dataset.get("drawings", {})
        return (
            f"{drawings.get('train', 0)} drawings, {run.dataset.get('mnist', 0)} images of MNIST; "
            f"judged on {drawings.get('held_out', 0)} held-out drawings"
        )

    @admin.display(description="dataset digest")
    def digest(self, run: TrainingRun) -> SafeString:
        return format_html('<code class="digest">{}</code>', run.snapshot_digest or "–")


@admin.register(RetrainCheck)
class RetrainCheckAdmin(LookOnlyAdmin[RetrainCheck]):
    """The last decision of each automatic trigger."""

    list_display = ["trigger", "reason", "started", "when"]
    list_display_links = None
    list_select_related = ["started"]

    @admin.display(description="looked at", ordering="at")
    def when(self, check: RetrainCheck) -> str:
        return short(check.at)
