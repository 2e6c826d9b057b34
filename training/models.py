"""Training runs: the row is the truth, the task queue's message only a nudge."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from recognizer.models import ModelVersion

if TYPE_CHECKING:
    from datetime import datetime


class TrainingRunQuerySet(models.QuerySet["TrainingRun"]):
    def active(self) -> TrainingRunQuerySet:
        return self.filter(status__in=TrainingRun.ACTIVE)

    def queued(self) -> TrainingRunQuerySet:
        return self.filter(status=TrainingRun.Status.QUEUED)

    def lost(self, *, silent_since: datetime) -> TrainingRunQuerySet:
        """Runs at work whose worker has said nothing since `silent_since`."""
        return self.filter(
            status__in=[TrainingRun.Status.RUNNING, TrainingRun.Status.EVALUATING],
            heartbeat_at__lt=silent_since,
        )


class TrainingRun(models.Model):
    """One training, from the wish for it to its candidate or the reason there is none."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        EVALUATING = "evaluating"
        CANDIDATE = "candidate"
        REJECTED = "rejected"
        FAILED = "failed"
        CANCELLED = "cancelled"

    class Mode(models.TextChoices):
        WARM = "warm", "warm start from the live version"
        SCRATCH = "scratch", "from scratch"

    class Trigger(models.TextChoices):
        BUTTON = "button"
        API = "api"
        COMMAND = "command"
        COUNT = "count"
        SCHEDULE = "schedule"

    ACTIVE: ClassVar = [Status.QUEUED, Status.RUNNING, Status.EVALUATING]

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    mode = models.CharField(max_length=7, choices=Mode.choices, default=Mode.WARM)
    epochs = models.PositiveSmallIntegerField()
    auto_promote = models.BooleanField(default=False)
    seed = models.PositiveIntegerField(default=0)

    trigger = models.CharField(max_length=8, choices=Trigger.choices)
    reason = models.CharField(max_length=200, help_text="Why it was asked for.")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )

    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    # Who works on it. Every write of a worker is conditional on its own claim,
    # so one that was given up for lost can no longer change the row.
    claim = models.UUIDField(null=True, blank=True, editable=False)
    attempt = models.PositiveSmallIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True, blank=True)

    champion = models.ForeignKey(
        ModelVersion, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    snapshot_digest = models.CharField(max_length=64, blank=True)
    dataset = models.JSONField(default=dict, blank=True, help_text="Counts by source and split.")
    progress = models.JSONField(default=dict, blank=True)
    history = models.JSONField(default=list, blank=True, help_text="One entry an epoch.")
    error = models.TextField(blank=True)
    candidate = models.OneToOneField(
        ModelVersion, on_delete=models.SET_NULL, null=True, blank=True, related_name="run"
    )

    objects = TrainingRunQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(status__in=["queued", "running", "evaluating"]),
                name="one_active_run",
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} ({self.status})"

    @property
    def is_active(self) -> bool:
        return self.status in self.ACTIVE


class RetrainCheck(models.Model):
    """What an automatic trigger decided when it last looked, and why. One row a trigger."""

    trigger = models.CharField(max_length=8, choices=TrainingRun.Trigger.choices, primary_key=True)
    at = models.DateTimeField()
    started = models.ForeignKey(
        TrainingRun, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.trigger}: {self.reason}"
