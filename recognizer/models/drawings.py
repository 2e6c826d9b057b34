"""Drawings: as they came, as they were read, what became of them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, When
from django.utils.translation import gettext_lazy as _

from recognizer.labels import label_of
from recognizer.models.choices import Label, label_in_sql
from recognizer.models.people import Contributor
from recognizer.models.versions import ModelVersion

if TYPE_CHECKING:
    from datetime import datetime


# As the index of these few says it.
ACCEPTED_AS_OTHER = Q(review="accepted") & ~Q(accepted_label=label_in_sql("digit"))


class DrawingQuerySet(models.QuerySet["Drawing"]):
    """Named queries for drawings."""

    def waiting(self) -> DrawingQuerySet:
        """Drawings labelled by their contributors and not yet reviewed, the oldest first."""
        return self.filter(review=Drawing.Review.PENDING).order_by("created_at")

    def of_no_use(self, review: str, *, before: datetime) -> DrawingQuerySet:
        """Unlabelled drawings older than a moment, or those rejected before it."""
        since = "reviewed_at" if review == Drawing.Review.REJECTED else "created_at"
        return self.filter(**{"review": review, f"{since}__lt": before}).order_by(since)

    def remembered(self) -> DrawingQuerySet:
        """Drawings that count as their contributors' hands, the newest first.

        They are labelled and neither rejected, imported nor forgotten.
        """
        return self.filter(
            # As the index says it, or SQLite would not take it.
            ~Q(review=Drawing.Review.UNLABELLED),
            ~Q(review=Drawing.Review.REJECTED),
            ~Q(source=Drawing.Source.IMPORT),
            remembered=True,
        ).order_by("-created_at", "pk")

    def mended(self) -> DrawingQuerySet:
        """Drawings whose digit memory changed, but for those it turned out to be wrong of."""
        changed = Q(shown_verdict__gt="") & ~Q(answered=F("shown"))
        not_wrong = Q(true_label="") | Q(true_label=F("shown"))
        return self._answered().filter(changed, not_wrong)

    def accepted(self) -> DrawingQuerySet:
        """Drawings that a reviewer accepted."""
        return self.filter(review=Drawing.Review.ACCEPTED)

    def trainable(self) -> DrawingQuerySet:
        """Accepted drawings to whose use their contributors agreed, none of whom is blocked.

        They come in a fixed order, so that a snapshot's digest is a function of its rows.
        """
        return (
            self.accepted()
            .filter(consent=True, is_gold=False)
            # The few blocked are looked up once; joined to, they would be for each drawing.
            .exclude(contributor__in=Contributor.objects.filter(blocked=True))
            .order_by("pk")
        )

    def accepted_since(self, moment: datetime | None, *, until: datetime) -> DrawingQuerySet:
        """Trainable drawings accepted after `moment`, or ever where it is None, up to `until`."""
        rows = self.trainable().filter(reviewed_at__lte=until)
        return rows if moment is None else rows.filter(reviewed_at__gt=moment)

    def read_right(self, *, right: bool) -> DrawingQuerySet:
        """Labelled drawings that the network read right, or those that it read wrong."""
        is_right = Q(true_label=F("answered"))
        return self.judged().filter(is_right if right else ~is_right)

    def accepted_as_other(self) -> DrawingQuerySet:
        """Accepted drawings that the network read as something else than what was accepted."""
        return self.filter(ACCEPTED_AS_OTHER)

    def shown_right(self, *, right: bool) -> DrawingQuerySet:
        """Labelled drawings whose shown answer was right, or those whose answer was wrong."""
        is_right = Q(true_label=F("shown"))
        return self.judged().filter(is_right if right else ~is_right)

    def judged(self) -> DrawingQuerySet:
        """Labelled drawings, with `true_label`, `answered` and `shown` as `_answered` has them."""
        names = self._answered().exclude(label="", accepted_label="")
        return names.annotate(true_label=F("true_label"), answered=F("answered"), shown=F("shown"))

    def _answered(self) -> DrawingQuerySet:
        """`Drawing.truth`, `Drawing.read_as` and `Drawing.shown_as` in SQL, for filters."""
        return self.alias(
            true_label=Case(When(accepted_label="", then=F("label")), default=F("accepted_label")),
            answered=label_in_sql("digit"),
            shown=Case(
                When(shown_verdict="", then=label_in_sql("digit")),
                default=label_in_sql("shown_digit"),
            ),
        )

    def learned_from(self) -> DrawingQuerySet:
        """Drawings that at least one version was trained on."""
        uses = DrawingUse.objects.filter(drawing=OuterRef("pk"), role=DrawingUse.Role.TRAIN)
        return self.filter(Exists(uses))

    def with_status(self) -> DrawingQuerySet:
        """Drawings with the rows that `selectors.drawing_status` looks at.

        Three queries, however many drawings there are. The versions come without their
        manifests: with them a row would weigh 30 KB.
        """
        versions = ModelVersion.objects.defer("manifest", "gate_report")
        uses = DrawingUse.objects.order_by("version__number").prefetch_related(
            Prefetch("version", versions)
        )
        return self.select_related("contributor").prefetch_related(
            Prefetch("version", versions), Prefetch("uses", uses)
        )


class Drawing(models.Model):
    """One submitted drawing: the ink or image itself, what it was read as, what it is."""

    class Source(models.TextChoices):
        """How a drawing was made or came to the site."""

        INK = "ink", _("Ink")
        UPLOAD = "upload", _("Upload")
        CAMERA = "camera", _("Camera")
        API = "api", _("API")
        IMPORT = "import", _("Import")

        @classmethod
        def submitted(cls) -> list[str]:
            """The sources that a visitor may name for a drawing."""
            return [source for source in cls.values if source != cls.IMPORT]

    class Review(models.TextChoices):
        """How far a drawing has come between its submission and a reviewer's decision."""

        UNLABELLED = "unlabelled"
        PENDING = "pending"
        ACCEPTED = "accepted"
        REJECTED = "rejected"

    class Opinion(models.TextChoices):
        """Whose word comes next: anybody's, somebody else's, or a trainer's where two differ."""

        FIRST = "first"
        SECOND = "second"
        THIRD = "third"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Without an index of its own: the one below begins with it.
    contributor = models.ForeignKey(
        Contributor, on_delete=models.CASCADE, related_name="drawings", db_index=False
    )
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
    # Found by `services.sweeping`, and never the reason to delete a drawing.
    image_lost = models.BooleanField(
        default=False, editable=False, help_text="The image's file was not there when looked for."
    )
    stored_bytes = models.PositiveIntegerField(
        default=0, editable=False, help_text="What it weighs in the quotas, its image included."
    )

    # As the network saw it: 28x28 bytes, row by row, 0 paper to 255 ink.
    pixels = models.BinaryField(max_length=784)
    normalisation = models.PositiveSmallIntegerField()

    # As the network answered it.
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="drawings")
    digit = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(9)]
    )
    confidence = models.FloatField()
    verdict = models.CharField(max_length=12)
    probabilities = models.JSONField()

    # As it was shown, where its contributor's memory spoke; without a verdict it did not.
    shown_digit = models.PositiveSmallIntegerField(
        null=True, blank=True, editable=False, validators=[MaxValueValidator(9)]
    )
    shown_verdict = models.CharField(max_length=12, blank=True, editable=False)
    # The remembered drawing that spoke. Its own index leaves out the many without one.
    memory_drawing = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,
    )

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
    remembered = models.BooleanField(
        default=True, help_text="Counts in its contributor's own answers, once it is labelled."
    )
    # The five above are what its reviews come to; only `services.reviews` writes them.
    opinion = models.CharField(
        max_length=6,
        choices=Opinion.choices,
        default=Opinion.FIRST,
        editable=False,
        help_text="Whose word a drawing that waits is waiting for.",
    )
    is_gold = models.BooleanField(
        default=False, help_text="Reviewers are measured by it; it is never trained on."
    )
    revision = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text="Counts labels and reviews: none is overwritten.",
    )

    objects = DrawingQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes: ClassVar = [
            models.Index(fields=["review", "created_at"]),
            # The reviewers' orders, and what is known of each contributor, without a row's ink.
            models.Index(
                fields=[
                    "review",
                    "confidence",
                    "label",
                    "accepted_label",
                    "digit",
                    "opinion",
                    "is_gold",
                ],
                name="drawing_queue",
            ),
            models.Index(
                fields=[
                    "contributor",
                    "-created_at",
                    "review",
                    "label",
                    "accepted_label",
                    "consent",
                    "is_gold",
                ],
                name="drawing_by_person",
            ),
            # All that a recount of the quotas reads.
            models.Index(fields=["contributor", "stored_bytes"]),
            # All that is counted on every page of the staff: what is new, and what was corrected.
            models.Index(
                fields=[
                    "review",
                    "reviewed_at",
                    "consent",
                    "is_gold",
                    "contributor",
                    "accepted_label",
                    "source",
                ],
                name="drawing_trainable",
            ),
            # What there is by label and source, in that order.
            models.Index(
                fields=[
                    "review",
                    "accepted_label",
                    "source",
                    "consent",
                    "is_gold",
                    "contributor",
                ],
                name="drawing_by_label",
            ),
            models.Index(
                fields=[
                    "created_at",
                    "source",
                    "review",
                    "label",
                    "accepted_label",
                    "digit",
                    "shown_digit",
                    "shown_verdict",
                ],
                name="drawing_judged",
            ),
            models.Index(fields=["image"], condition=Q(image__gt=""), name="drawing_with_image"),
            models.Index(
                fields=["-confidence"], condition=ACCEPTED_AS_OTHER, name="drawing_suspected"
            ),
            models.Index(
                fields=["image_lost"], condition=Q(image_lost=True), name="drawing_image_lost"
            ),
            models.Index(
                fields=["contributor", "-created_at"],
                condition=Q(remembered=True) & ~Q(review="unlabelled"),
                name="drawing_remembered",
            ),
            models.Index(
                fields=["contributor"], condition=Q(shown_verdict__gt=""), name="drawing_by_hand"
            ),
            models.Index(
                fields=["memory_drawing"],
                condition=Q(memory_drawing__isnull=False),
                name="drawing_by_memory",
            ),
        ]
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
        """The network's own answer when it was submitted, as a label."""
        return label_of(self.digit)

    @property
    def shown_as(self) -> str:
        """The answer that was shown when it was submitted, after memory, as a label."""
        return label_of(self.shown_digit) if self.shown_verdict else self.read_as

    @property
    def truth(self) -> str:
        """What it is, as a label: the reviewer's word before its contributor's; "" if unknown."""
        return self.accepted_label or self.label

    def uses_by_version(self) -> list[DrawingUse]:
        """Its uses, the oldest version's first; no query where `with_status` has fetched them."""
        return sorted(self.uses.all(), key=lambda use: use.version.number)


class DrawingUse(models.Model):
    """One drawing that a version was trained or tested on.

    The row goes with the drawing; the version's lineage keeps the count, so the
    difference says how many have been deleted since.
    """

    class Role(models.TextChoices):
        """What the version used the drawing for."""

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
