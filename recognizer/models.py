"""Drawings, who drew them, the model versions and which of them was live when."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, CharField, Exists, F, OuterRef, Prefetch, Q, Value, When
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from recognizer.labels import NOT_A_DIGIT, label_of

if TYPE_CHECKING:
    from datetime import datetime


class Label(models.TextChoices):
    """What a drawing can be said to show; the values are those of `recognizer.labels.LABELS`."""

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


class Metered(models.Model):
    """How much is kept of somebody: counted as it comes and goes, not when it is asked for."""

    stored_drawings = models.BigIntegerField(default=0, editable=False)
    stored_bytes = models.BigIntegerField(default=0, editable=False)

    class Meta:
        abstract = True


class StorageUse(Metered):
    """How much is kept of the whole site, and how much came from one address on one day.

    An address is not written down but hashed, with the day in it, and forgotten after it.
    """

    SITE = "site"

    owner = models.CharField(max_length=64, primary_key=True)
    day = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.owner}: {self.stored_drawings} drawings, {self.stored_bytes} bytes"


class Contributor(Metered):
    """One person, or one browser, whose drawings are kept apart from all others'.

    A contributor is known by an account or, without one, by a signed cookie; the
    writer of an imported corpus by the corpus and the name there.
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
    trusted = models.BooleanField(
        default=False,
        help_text="What they and the network say alike needs no second opinion.",
    )
    share_cap = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="How many drawings this contributor may weigh as in one training; "
        "empty means the site's own cap.",
    )
    # Counts up with whatever changes the hand: processes and browsers see by it that theirs is old.
    hand_generation = models.PositiveBigIntegerField(default=0, editable=False)
    remembers = models.BooleanField(
        default=True, help_text="What they say of their drawings counts at once in their answers."
    )

    class Meta:
        ordering = ["-created_at"]
        indexes: ClassVar = [
            models.Index(fields=["blocked"], condition=Q(blocked=True), name="contributor_blocked"),
            # The people with the most drawings, page by page.
            models.Index(fields=["-stored_drawings", "id"], name="contributor_by_drawings"),
        ]

    def __str__(self) -> str:
        if self.user:
            return self.user.get_username()
        return self.origin or gettext("visitor %(key)s") % {"key": str(self.pk)[:8]}


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    """Named queries for model versions."""

    def live(self) -> ModelVersion | None:
        """The version of the newest promotion; None before the first."""
        promotion = Promotion.objects.newest()
        return promotion.version if promotion else None

    def of_network(self, manifest: dict[str, Any]) -> ModelVersionQuerySet:
        """The versions of the same network as an artifact's, by the hash of `model.keras`."""
        sha256 = manifest["files"]["model.keras"]["sha256"]
        return self.filter(**{"manifest__files__model.keras__sha256": sha256})


class ModelVersion(models.Model):
    """A trained network as an artifact: weights, preparation, lineage, metrics, hashes.

    `manifest` is the root of trust: the files below `artifact` are loaded only
    if their SHA-256 is the one written here.
    """

    class GateVerdict(models.TextChoices):
        """What the gate said when the version was judged."""

        PASSED = "passed", _("passed")
        UNDECIDED = "undecided", _("undecided")
        FAILED = "failed", _("failed")

    # Columns that are large, which lists of versions do without.
    HEAVY = ("manifest", "gate_report", "golden")

    number = models.PositiveIntegerField(unique=True, validators=[MinValueValidator(1)])
    created_at = models.DateTimeField(auto_now_add=True)
    artifact = models.CharField(max_length=200, help_text="Folder in the artifact storage.")
    manifest = models.JSONField()
    parent = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="children"
    )
    gate_verdict = models.CharField(
        max_length=9, choices=GateVerdict.choices, default=GateVerdict.FAILED
    )
    gate_report = models.JSONField(default=dict, blank=True)
    golden = models.JSONField(
        null=True, editable=False, help_text="Its answers to the golden drawings, once loaded."
    )
    # Counted down as drawings go: of a large site each version has used a million.
    drawings_left = models.PositiveIntegerField(
        null=True,
        editable=False,
        help_text="How many drawings that it used exist; unknown until they are counted.",
    )

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"version {self.number}"

    @property
    def metrics(self) -> dict[str, Any]:
        """The network's figures by the set of examples: `training.evaluation.metrics.Report`."""
        return dict(self.manifest.get("metrics", {}))

    @property
    def lineage(self) -> dict[str, Any]:
        """The run, the data and the parent that the version was made of."""
        return dict(self.manifest.get("lineage", {}))

    @property
    def normalisation(self) -> int:
        """The number of the normalisation whose glyphs the network has learned."""
        return int(self.manifest["normalisation"])

    @property
    def installed(self) -> bool:
        """Whether it was brought along rather than trained here.

        The lineage of such a version tells of another site's runs and drawings.
        """
        return bool(self.gate_report.get("installed"))

    @property
    def drawings_used(self) -> int:
        """How many drawings it learned from or was judged on, wherever that was."""
        return int(self.lineage.get("drawings", {}).get("total", 0))

    def drawings_removed(self) -> int:
        """How many of this site's drawings that it used exist no more."""
        if self.installed:
            return 0
        left = self.uses.count() if self.drawings_left is None else self.drawings_left
        return max(0, self.drawings_used - left)


class PromotionQuerySet(models.QuerySet["Promotion"]):
    """Named queries for promotions."""

    def newest(self) -> Promotion | None:
        """The promotion by which a version is live now, with that version; None without one."""
        return self.select_related("version").order_by("-pk").first()


class Promotion(models.Model):
    """One change of the live version. Rows are only ever added.

    Each row names the one it follows, and no two rows follow the same one: of
    two promotions decided at the same moment the database lets one through.
    """

    class Kind(models.TextChoices):
        """Why the live version changed."""

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


def label_in_sql(field: str) -> Case:
    """`labels.label_of` of a field with a digit or null."""
    return Case(
        When(**{field: None}, then=Value(NOT_A_DIGIT)),
        default=Cast(field, CharField()),
        output_field=CharField(),
    )


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


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Rows that are added and never changed; in the database triggers say the same.

    They go with the rows that they belong to, and lose the person who is forgotten: both
    are done by foreign keys, which pass by here.
    """

    def update(self, **_: Any) -> int:
        raise TypeError(f"Rows of {self.model.__name__} are never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError(f"Rows of {self.model.__name__} are never deleted.")


class AppendOnly(models.Model):
    """Base of rows that are added and never changed."""

    at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"Rows of {type(self).__name__} are never changed.")
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        raise TypeError(f"Rows of {type(self).__name__} are never deleted.")


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


class AccessToken(models.Model):
    """A way in without a password: a token for the API, or a link that is used once.

    The secret itself is shown once, when it is made; only its SHA-256 is kept.
    """

    class Kind(models.TextChoices):
        """What a token opens."""

        API = "api", _("API token")
        LINK = "link", _("sign-in link")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_tokens"
    )
    kind = models.CharField(max_length=4, choices=Kind.choices)
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="made_tokens",
    )
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name
