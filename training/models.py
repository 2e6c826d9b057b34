"""Training runs, and what the automatic triggers decided.

A run's row is the truth; the task queue's message is a hint to look at it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recognizer.models import ModelVersion

if TYPE_CHECKING:
    from datetime import datetime, timedelta


class TrainingRunQuerySet(models.QuerySet["TrainingRun"]):
    """Named queries for training runs."""

    def active(self) -> TrainingRunQuerySet:
        """Runs that wait or are at work; the database allows one."""
        return self.filter(status__in=TrainingRun.ACTIVE)

    def queued(self) -> TrainingRunQuerySet:
        """Runs that wait for a worker."""
        return self.filter(status=TrainingRun.Status.QUEUED)

    def asked_for_by(self, moment: datetime) -> TrainingRunQuerySet:
        """Runs asked for up to a moment and not cancelled."""
        return self.filter(created_at__lte=moment).exclude(status=TrainingRun.Status.CANCELLED)

    def lost(self, *, now: datetime, after: timedelta) -> TrainingRunQuerySet:
        """Runs at work whose worker last reported more than `after` ago, or ahead of now.

        Ahead, because the clock was set back since: a worker that is alive has soon
        reported by the new time.
        """
        return self.filter(
            Q(heartbeat_at__lt=now - after) | Q(heartbeat_at__gt=now + after),
            status__in=[TrainingRun.Status.RUNNING, TrainingRun.Status.EVALUATING],
        )


class TrainingRun(models.Model):
    """One training, from its request to its candidate or the reason there is none."""

    class Status(models.TextChoices):
        """How far the run has come, or how it ended."""

        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        EVALUATING = "evaluating", _("Evaluating")
        CANDIDATE = "candidate", _("Candidate")
        REJECTED = "rejected", _("Rejected")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    class Mode(models.TextChoices):
        """The weights that the run starts from."""

        WARM = "warm", _("warm start from the live version")
        SCRATCH = "scratch", _("from scratch")

    class Trigger(models.TextChoices):
        """What started the run."""

        BUTTON = "button", _("Button")
        API = "api", _("API")
        COMMAND = "command", _("Command")
        COUNT = "count", _("Count")
        SCHEDULE = "schedule", _("Schedule")

    ACTIVE: ClassVar = [Status.QUEUED, Status.RUNNING, Status.EVALUATING]
    # What is over and may go on after its last finished epoch.
    RESUMABLE: ClassVar = [Status.CANCELLED, Status.FAILED]

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

    # Which worker works on it. Every write of a worker is conditional on its own
    # claim, so one that was given up for lost can no longer change the row.
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
    log = models.JSONField(default=list, blank=True, help_text="What happened when, in order.")
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
        """Whether the run waits or is at work."""
        return self.status in self.ACTIVE


class RunSnapshot(models.Model):
    """The drawings that a run began with, for as long as it may go on: ids, labels and weights.

    No pixels: what is deleted meanwhile is gone, and is named in `left_out`. In a table of its
    own, for it may be long, and runs are listed often. `data.snapshot` makes and reads it.
    """

    run = models.OneToOneField(
        TrainingRun, on_delete=models.CASCADE, primary_key=True, related_name="snapshot"
    )
    record = models.JSONField()
    left_out = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        return f"snapshot of {self.run}"


class Heartbeat(models.Model):
    """When something was last heard of that runs elsewhere. One row each."""

    MESSAGE = "message"  # of the scheduler's, which a worker has got

    part = models.CharField(max_length=10, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.part}: {self.at}"


class RetrainCheck(models.Model):
    """The last decision of an automatic trigger, and its reason. One row a trigger."""

    trigger = models.CharField(max_length=8, choices=TrainingRun.Trigger.choices, primary_key=True)
    at = models.DateTimeField()
    started = models.ForeignKey(
        TrainingRun, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.trigger}: {self.reason}"
