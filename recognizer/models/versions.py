"""The model versions, and which of them was live when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    pass


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
