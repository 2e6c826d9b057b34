"""What was decided, by whom: reviews of drawings, and the audit of everything else."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recognizer.models.append_only import AppendOnly
from recognizer.models.choices import Label
from recognizer.models.drawings import Drawing
from recognizer.models.people import Contributor


class Review(AppendOnly):
    """One decision about a drawing, or the undoing of one. A drawing's state is their result."""

    class Decision(models.TextChoices):
        """What a reviewer decided; an undo decides nothing."""

        ACCEPT = "accept"
        REJECT = "reject"

    class Kind(models.TextChoices):
        """What a row is: whose word, a measured one, one brought along, or an undo."""

        FIRST = "first"
        SECOND = "second"
        THIRD = "third"
        GOLD = "gold"
        IMPORT = "import"
        UNDO = "undo"

    drawing = models.ForeignKey(Drawing, on_delete=models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="reviews",
        db_index=False,
    )
    decision = models.CharField(max_length=6, choices=Decision.choices, blank=True)
    label = models.CharField(max_length=11, choices=Label.choices, blank=True)
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.FIRST)
    wants_second = models.BooleanField(
        default=False, help_text="Somebody else is to say the same before it counts."
    )
    undoes = models.OneToOneField(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="undone_by"
    )
    act = models.UUIDField(
        default=uuid.uuid4, help_text="What was decided at one stroke has one; it is undone by it."
    )

    class Meta:
        ordering = ["pk"]
        indexes: ClassVar = [
            models.Index(fields=["reviewer", "-id"], name="review_of_reviewer"),
            # By which reviewers are measured: few of all.
            models.Index(
                fields=["kind", "-id"],
                condition=Q(kind__in=["gold", "second"]),
                name="review_measured",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["act", "drawing"], name="review_once_an_act"),
            models.CheckConstraint(
                name="review_undo_decides_nothing",
                condition=Q(kind="undo", undoes__isnull=False, decision="", label="")
                | (~Q(kind="undo") & Q(undoes__isnull=True) & ~Q(decision="")),
            ),
            models.CheckConstraint(
                name="review_accept_has_a_label",
                condition=Q(decision="accept") & ~Q(label="") | ~Q(decision="accept") & Q(label=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.decision} {self.label} of {self.drawing_id}"


class Audit(AppendOnly):
    """Who decided what, when and why, and what was before and after; written with the decision.

    Of a drawing, contributor or account that is gone the row stays, and says no more of whom.
    """

    class What(models.TextChoices):
        """The decisions that are written down."""

        LABEL = "label", _("label")
        REVIEW = "review", _("review")
        UNDO = "undo", _("review taken back")
        DELETE = "delete", _("drawings deleted")
        RUN = "run", _("run")
        CANCEL = "cancel", _("run cancelled")
        PROMOTION = "promotion", _("promotion")
        ROLLBACK = "rollback", _("roll-back")
        BLOCK = "block", _("contributor blocked")
        CAP = "cap", _("contributor capped")
        TRUST = "trust", _("contributor trusted")
        FORGET = "forget", _("contributor forgotten")
        ROLE = "role", _("role")
        TOKEN = "token", _("token")

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="decisions",
        db_index=False,
    )
    what = models.CharField(max_length=10, choices=What.choices)
    why = models.CharField(max_length=200, blank=True)
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    act = models.UUIDField(default=uuid.uuid4)
    drawing = models.ForeignKey(
        Drawing, on_delete=models.SET_NULL, null=True, blank=True, related_name="decisions"
    )
    contributor = models.ForeignKey(
        Contributor, on_delete=models.SET_NULL, null=True, blank=True, related_name="decisions"
    )
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="decided_about",
    )
    number = models.PositiveIntegerField(
        null=True, blank=True, help_text="The number of the version or run that it is about."
    )

    class Meta:
        ordering = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["what", "-id"], name="audit_of_what"),
            models.Index(fields=["by", "-id"], name="audit_by_whom"),
            models.Index(fields=["number", "-id"], name="audit_of_number"),
            models.Index(fields=["act"], name="audit_of_act"),
        ]
        permissions = [("manage_team", "Can give roles, sign-in links and tokens")]

    def __str__(self) -> str:
        return f"{self.what} at {self.at:%Y-%m-%d %H:%M}"
