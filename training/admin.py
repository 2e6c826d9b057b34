"""Training runs for the staff: start one, watch it, cancel it; and why none started by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from digitsite.admin import LookOnlyAdmin, asker, must, short, tell
from digitsite.exceptions import NotAllowed
from training import services
from training.models import RetrainCheck, TrainingRun

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.urls import URLPattern
    from django.utils.safestring import SafeString


class RetrainForm(forms.Form):
    mode = forms.ChoiceField(choices=TrainingRun.Mode.choices)
    epochs = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=services.MOST_EPOCHS,
        widget=forms.NumberInput(attrs={"placeholder": "auto"}),
    )
    auto_promote = forms.BooleanField(
        required=False, label="Promote at once if the gate lets it through"
    )


@admin.register(TrainingRun)
class TrainingRunAdmin(LookOnlyAdmin[TrainingRun]):
    list_display = [
        "name", "state", "mode_word", "reason", "outcome", "created", "took",
    ]  # fmt: skip
    list_filter = ["status", "trigger", "mode"]
    list_select_related = ["candidate"]
    fields = [
        "mode", "epochs", "auto_promote", "seed", "trigger", "reason", "requested_by",
        "created_at", "started_at", "finished_at", "champion", "counts", "digest",
    ]  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path(
                "retrain/",
                wrap(require_POST(self.retrain_view)),
                name="training_trainingrun_retrain",
            ),
            path(
                "<int:pk>/cancel/",
                wrap(require_POST(self.cancel_view)),
                name="training_trainingrun_cancel",
            ),
            path(
                "<int:pk>/progress/",
                never_cache(require_safe(self.progress_view)),
                name="training_trainingrun_progress",
            ),
            *super().get_urls(),
        ]

    def has_start_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("training.add_trainingrun")

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("training.change_trainingrun")

    def has_view_permission(self, request: HttpRequest, obj: TrainingRun | None = None) -> bool:
        """Whoever may start a run must be able to see what became of it."""
        return super().has_view_permission(request, obj) or self.has_start_permission(request)

    # --- columns ----------------------------------------------------------------

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
        return run.error or str(run.candidate or (where(run)["words"] if run.is_active else "–"))

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

    # --- pages ------------------------------------------------------------------

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        active = TrainingRun.objects.active().first()
        page = {
            "form": RetrainForm(initial={"mode": services.default_mode()}),
            "may_start": self.has_start_permission(request),
            "checks": RetrainCheck.objects.select_related("started"),
            **(self._panel(request, active) if active else {}),
        }
        return super().changelist_view(request, page | (extra_context or {}))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        panel = self._panel(request, context["original"])
        return super().render_change_form(request, context | panel, *args, **kwargs)

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The panel alone, for polling; over, or logged out, the whole page is due instead."""
        if not (self.admin_site.has_permission(request) and self.has_view_permission(request)):
            return HttpResponseClientRefresh()
        run = get_object_or_404(TrainingRun, pk=pk)
        if not run.is_active:
            return HttpResponseClientRefresh()
        return render(request, "admin/training/trainingrun/panel.html", self._panel(request, run))

    def _panel(self, request: HttpRequest, run: TrainingRun) -> dict[str, Any]:
        return {
            "run": run,
            "where": where(run),
            "heartbeat": naturaltime(run.heartbeat_at) if run.heartbeat_at else None,
            "may_cancel": run.is_active and self.has_cancel_permission(request),
        }

    # --- starting and cancelling ------------------------------------------------

    def retrain_view(self, request: HttpRequest) -> HttpResponse:
        must(self.has_start_permission(request))
        form = RetrainForm(request.POST)
        if not form.is_valid():
            for name, errors in form.errors.items():
                messages.error(request, f"{name}: {errors.as_text()}")
            return redirect("admin:training_trainingrun_changelist")
        tell(request, lambda: self._start(request, **form.cleaned_data))
        return redirect("admin:training_trainingrun_changelist")

    def _start(
        self, request: HttpRequest, *, mode: str, epochs: int | None, auto_promote: bool
    ) -> str:
        if auto_promote and not request.user.has_perm("recognizer.add_promotion"):
            raise NotAllowed("You may not promote, and so not have a run promote at once.")
        run = services.run_request(
            trigger=TrainingRun.Trigger.BUTTON,
            reason=f"{request.user} pressed the button.",
            mode=mode,
            epochs=epochs,
            auto_promote=auto_promote,
            by=asker(request),
        )
        self.log_addition(request, run, "Retraining started.")
        return f"Run {run.pk} is queued."

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        must(self.has_cancel_permission(request))
        run = get_object_or_404(TrainingRun, pk=pk)

        def cancel() -> str:
            services.run_cancel(run=run)
            self.log_change(request, run, "Cancelled.")
            return f"Run {run.pk} is cancelled."

        tell(request, cancel)
        return redirect("admin:training_trainingrun_change", pk)


@admin.register(RetrainCheck)
class RetrainCheckAdmin(LookOnlyAdmin[RetrainCheck]):
    list_display = ["trigger", "reason", "started", "when"]
    list_display_links = None
    list_select_related = ["started"]

    @admin.display(description="looked at", ordering="at")
    def when(self, check: RetrainCheck) -> str:
        return short(check.at)


def where(run: TrainingRun) -> dict[str, Any]:
    """A run's progress in words, and as a `share` in [0, 1] where that is known."""
    progress = run.progress
    share = None
    words = str(progress.get("stage", "waiting for a worker" if run.is_active else run.status))
    if "batches" in progress:
        done = (progress["epoch"] - 1) * progress["batches"] + progress["batch"]
        share = done / (progress["epochs"] * progress["batches"])
        words += f", epoch {progress['epoch']} of {progress['epochs']}"
    elif "bytes" in progress:
        share = progress["bytes"] / progress["of"] if progress["of"] else None
        words += f": {progress['file']}"
    return {"words": words, "share": share, "eta": duration(progress.get("eta_seconds"))}


def duration(seconds: float | None) -> str:
    """Such as `2 min 5 s`; empty where it is not known."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
