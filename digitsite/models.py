"""What the site itself keeps: notices on their way, and who signs on by way of a provider."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

if TYPE_CHECKING:
    from datetime import datetime


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Named queries for notices."""

    def due(self, *, now: datetime) -> NoticeQuerySet:
        """Those to be sent now, the longest waiting first."""
        return self.filter(due_at__lte=now).order_by("due_at", "pk")

    def undelivered(self) -> NoticeQuerySet:
        """Those that were refused at least once, whether or not they are tried again."""
        return self.filter(sent_at=None).exclude(error="")


class Notice(models.Model):
    """One message to one target about one thing that happened.

    It is written in the transaction of what it tells of, so that neither is there without the
    other, and sent by a worker: at least once, under its id, which a receiver knows it by.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.CharField(max_length=40)
    key = models.CharField(max_length=100, help_text="The one thing that it tells of.")
    # Not its address: that of a chat room is a secret of its own.
    target = models.CharField(max_length=64, help_text="A digest of the address in the settings.")
    content = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)
    # None once it is sent, or given up.
    due_at = models.DateTimeField(null=True, default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="notice_due"),
            models.Index(fields=["created_at"], name="notice_created"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "target"], name="notice_once_a_target"),
        ]

    def __str__(self) -> str:
        return f"{self.event} ({self.key})"


class SignOn(models.Model):
    """The account of somebody whom a provider of OpenID Connect knows by a subject.

    No more is kept of what the provider says: no e-mail address, no name, no token.
    """

    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=255)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_ons"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="sign_on_once"),
        ]

    def __str__(self) -> str:
        return f"sign-on of {self.user}"
