"""Drawings, who drew them, the model versions and which of them was live when."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Prefetch, Q, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import datetime

NOT_A_DIGIT = "not_a_digit"
LABELS = [*(str(digit) for digit in range(10)), NOT_A_DIGIT]


class Label(models.TextChoices):
    """What a drawing can be said to show."""

    ZERO = "0", "0"
    ONE = "1", "1"
    TWO = "2", "2"
    THREE = "3", "3"
    FOUR = "4", "4"
    FIVE = "5", "5"
    SIX = "6", "6"
    SEVEN = "7", "7"
    EIGHT = "8", "8"
    NINE = "9", "9"
    NOT_A_DIGIT = NOT_A_DIGIT, _("not a digit")


class Contributor(models.Model):
    """One person, or one browser, whose drawings are kept apart from all others'.

    Known by a signed cookie, and by an account where there is one; the writer of
    an imported corpus by the corpus and the name there.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="contributor",
    )
    origin = models.CharField(
        max_length=130,
        blank=True,
        editable=False,
        help_text="The corpus and the writer, where the drawings were imported.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    blocked = models.BooleanField(
        default=False, help_text="A blocked contributor's drawings are never trained on."
    )
    share_cap = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="How many drawings this contributor may weigh as in one training; "
        "empty means the site's own cap.",
    )

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        if self.user:
            return self.user.get_username()
        return self.origin or f"visitor {str(self.pk)[:8]}"

    def accepted_share(self) -> float | None:
        """Accepted among this contributor's reviewed drawings, in [0, 1]; None before any."""
        counts = self.drawings.aggregate(
            accepted=Count("pk", filter=Q(review=Drawing.Review.ACCEPTED)),
            rejected=Count("pk", filter=Q(review=Drawing.Review.REJECTED)),
        )
        total = counts["accepted"] + counts["rejected"]
        return counts["accepted"] / total if total else None


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    def live(self) -> ModelVersion | None:
        """The version of the newest promotion."""
        promotion = Promotion.objects.newest()
        return promotion.version if promotion else None

    def promotable(self) -> ModelVersionQuerySet:
        """Versions that passed the gate."""
        return self.filter(gate_passed=True)

    def candidates(self) -> ModelVersionQuerySet:
        """Versions that passed the gate and were never live."""
        return self.promotable().filter(promotions=None)


class ModelVersion(models.Model):
    """A trained network as an artifact: weights, preparation, lineage, metrics, hashes.

    `manifest` is the root of trust: the files below `artifact` are loaded only
    if their SHA-256 is the one written here.
    """

    number = models.PositiveIntegerField(unique=True, validators=[MinValueValidator(1)])
    created_at = models.DateTimeField(auto_now_add=True)
    artifact = models.CharField(max_length=200, help_text="Folder in the artifact storage.")
    manifest = models.JSONField()
    parent = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="children"
    )
    gate_passed = models.BooleanField(default=False)
    gate_report = models.JSONField(default=dict, blank=True)

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"version {self.number}"

    @property
    def metrics(self) -> dict[str, Any]:
        return dict(self.manifest.get("metrics", {}))

    @property
    def lineage(self) -> dict[str, Any]:
        return dict(self.manifest.get("lineage", {}))

    @property
    def normalisation(self) -> int:
        return int(self.manifest["normalisation"])

    def drawings_removed(self) -> int:
        """How many of the drawings it learned from or was judged on exist no more."""
        used = int(self.lineage.get("drawings", {}).get("total", 0))
        return max(0, used - self.uses.count())


class PromotionQuerySet(models.QuerySet["Promotion"]):
    def newest(self) -> Promotion | None:
        """What is live now, with its version."""
        return self.select_related("version").order_by("-pk").first()


class Promotion(models.Model):
    """One change of the live version. Rows are only ever added.

    Each row names the one it follows, and no two rows follow the same one: of
    two promotions decided at the same moment the database lets one through.
    """

    class Kind(models.TextChoices):
        INSTALL = "install"
        PROMOTE = "promote"
        ROLLBACK = "rollback"

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="promotions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    follows = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    objects = PromotionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                models.Value(1), condition=Q(follows=None), name="promotion_one_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.version}"


class DrawingQuerySet(models.QuerySet["Drawing"]):
    def waiting(self) -> DrawingQuerySet:
        """Labelled by their contributors, not yet reviewed; the oldest first."""
        return self.filter(review=Drawing.Review.PENDING).order_by("created_at")

    def accepted(self) -> DrawingQuerySet:
        return self.filter(review=Drawing.Review.ACCEPTED)

    def trainable(self) -> DrawingQuerySet:
        """Accepted, agreed to by their contributors, none of whom is blocked.

        In a fixed order, so that a snapshot's digest is a function of its rows.
        """
        return self.accepted().filter(consent=True, contributor__blocked=False).order_by("pk")

    def accepted_since(self, moment: datetime | None) -> DrawingQuerySet:
        """Trainable drawings accepted after `moment` (all of them where it is None)."""
        rows = self.trainable()
        return rows if moment is None else rows.filter(reviewed_at__gt=moment)

    def read_right(self, *, right: bool) -> DrawingQuerySet:
        """Those of which is known what they are, and which were read as that, or were not."""
        labelled = self.exclude(label="", accepted_label="").alias(
            meant=Case(When(accepted_label="", then=F("label")), default=F("accepted_label")),
            read=Case(
                When(digit=None, then=Value(NOT_A_DIGIT)),
                default=Cast("digit", CharField()),
                output_field=CharField(),
            ),
        )
        as_meant = Q(meant=F("read"))
        return labelled.filter(as_meant if right else ~as_meant)

    def learned_from(self) -> DrawingQuerySet:
        """Those that at least one version was trained on."""
        uses = DrawingUse.objects.filter(drawing=OuterRef("pk"), role=DrawingUse.Role.TRAIN)
        return self.filter(Exists(uses))

    def with_fate(self) -> DrawingQuerySet:
        """With all that tells what became of them, in three queries however many there are.

        The versions come without their manifests: with them a row would weigh 30 KB.
        """
        versions = ModelVersion.objects.defer("manifest", "gate_report")
        uses = DrawingUse.objects.order_by("version__number").prefetch_related(
            Prefetch("version", versions)
        )
        return self.select_related("contributor").prefetch_related(
            Prefetch("version", versions), Prefetch("uses", uses)
        )


class Drawing(models.Model):
    """One submitted drawing: the ink or image itself, what was read, what it is."""

    class Source(models.TextChoices):
        INK = "ink"
        UPLOAD = "upload"
        CAMERA = "camera"
        API = "api"
        IMPORT = "import"

        @classmethod
        def submitted(cls) -> list[str]:
            """What a visitor's own drawing may come from."""
            return [source for source in cls.values if source != cls.IMPORT]

    class Review(models.TextChoices):
        UNLABELLED = "unlabelled"
        PENDING = "pending"
        ACCEPTED = "accepted"
        REJECTED = "rejected"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contributor = models.ForeignKey(Contributor, on_delete=models.CASCADE, related_name="drawings")
    source = models.CharField(max_length=10, choices=Source.choices)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    consent = models.BooleanField(
        default=True, help_text="The contributor agreed to the drawing being trained on."
    )
    submission_key = models.UUIDField(
        null=True,
        unique=True,
        editable=False,
        help_text="Made by the sender: what is sent again under it is stored once.",
    )

    # As it came: what is derived can be derived again.
    strokes = models.JSONField(null=True, blank=True)
    canvas = models.JSONField(null=True, blank=True)
    image = models.FileField(upload_to="drawings/%Y/%m/", null=True, blank=True)

    # As the network saw it: 28x28 bytes, row by row, 0 paper to 255 ink.
    pixels = models.BinaryField(max_length=784)
    normalisation = models.PositiveSmallIntegerField()

    # As it was answered.
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="drawings")
    digit = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(9)]
    )
    confidence = models.FloatField()
    verdict = models.CharField(max_length=12)
    probabilities = models.JSONField()

    # What its contributor says it is, and what a reviewer accepted it as.
    label = models.CharField(max_length=11, choices=Label.choices, blank=True)
    labelled_at = models.DateTimeField(null=True, blank=True)
    review = models.CharField(max_length=10, choices=Review.choices, default=Review.UNLABELLED)
    accepted_label = models.CharField(max_length=11, choices=Label.choices, blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="reviewed_drawings",
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)

    objects = DrawingQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes: ClassVar = [models.Index(fields=["review", "created_at"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="drawing_ink_or_image",
                condition=Q(strokes__isnull=False) | Q(image__gt=""),
            ),
            models.CheckConstraint(
                name="drawing_unlabelled_has_no_label",
                condition=Q(review="unlabelled", label="") | ~Q(review="unlabelled"),
            ),
            models.CheckConstraint(
                name="drawing_accepted_has_a_label",
                condition=Q(review="accepted") & ~Q(accepted_label="")
                | ~Q(review="accepted") & Q(accepted_label=""),
            ),
        ]

    def __str__(self) -> str:
        return f"drawing {str(self.pk)[:8]}"

    @property
    def read_as(self) -> str:
        """The answer that was given, as a label."""
        return NOT_A_DIGIT if self.digit is None else str(self.digit)

    @property
    def truth(self) -> str:
        """What it is, as far as is known: the reviewer's word before its contributor's; or ""."""
        return self.accepted_label or self.label


class DrawingUse(models.Model):
    """That a version learned from a drawing, or was judged on it.

    The row goes with the drawing; the version's lineage keeps the count, so the
    difference says how many have been deleted since.
    """

    class Role(models.TextChoices):
        TRAIN = "train"
        HELD_OUT = "held_out"

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="uses")
    drawing = models.ForeignKey(Drawing, on_delete=models.CASCADE, related_name="uses")
    role = models.CharField(max_length=10, choices=Role.choices)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "drawing"], name="drawing_use_once"),
        ]

    def __str__(self) -> str:
        return f"{self.drawing} in {self.version} ({self.role})"
