"""Model versions for rare repairs: lineage, figures and gate report; the studio promotes them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import BooleanField, Case, QuerySet, Subquery, Value, When
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from digitsite.admin import LookOnlyAdmin, short
from recognizer import formatting, gate_words, thumbnails
from recognizer.models import Drawing, ModelVersion, Promotion

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.utils.safestring import SafeString

# Enough to see what kind of drawing it is about; the rest is counted.
MAX_PICTURES = 60


@admin.register(ModelVersion)
class ModelVersionAdmin(LookOnlyAdmin[ModelVersion]):
    """Model versions: what each is made of, and its figures."""

    list_display = [
        "name", "gate", "mnist", "held_out", "drawings_used", "drawings_gone", "parent_number",
        "created",
    ]  # fmt: skip
    list_filter = ["gate_verdict"]
    list_select_related = ["parent"]
    fields = [
        "number", "created_at", "parent", "made_by", "mode", "drawings_used", "drawings_gone",
        "mnist_used", "dataset_digest", "normalisation", "temperature", "files", "artifact",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelVersion]:
        newest = Promotion.objects.order_by("-pk").values("version")[:1]
        return (
            super()
            .get_queryset(request)
            .annotate(
                is_live=Case(
                    When(pk=Subquery(newest), then=Value(True)),
                    default=Value(False),
                    output_field=BooleanField(),
                )
            )
        )

    def has_promote_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("recognizer.add_promotion")

    def has_view_permission(self, request: HttpRequest, obj: ModelVersion | None = None) -> bool:
        """Whether the user may see versions; whoever may promote them may."""
        return super().has_view_permission(request, obj) or self.has_promote_permission(request)

    # --- columns ----------------------------------------------------------------

    @admin.display(description="version", ordering="number")
    def name(self, version: Any) -> SafeString | int:
        if not version.is_live:
            return int(version.number)
        return format_html('{} <span class="badge live">live</span>', version.number)

    @admin.display(ordering="gate_verdict")
    def gate(self, version: ModelVersion) -> str:
        return version.get_gate_verdict_display()

    @admin.display(description="MNIST")
    def mnist(self, version: ModelVersion) -> str:
        return formatting.percent(formatting.accuracy(version.metrics, "mnist"))

    @admin.display(description="held-out")
    def held_out(self, version: ModelVersion) -> str:
        return formatting.percent(formatting.accuracy(version.metrics, "held_out"))

    @admin.display(description="drawings")
    def drawings_used(self, version: ModelVersion) -> int:
        return version.drawings_used

    @admin.display(description="deleted")
    def drawings_gone(self, version: Any) -> int:
        return int(version.drawings_removed())

    @admin.display(description="parent")
    def parent_number(self, version: ModelVersion) -> int | str:
        return version.parent.number if version.parent else "–"

    @admin.display(ordering="created_at")
    def created(self, version: ModelVersion) -> str:
        return short(version.created_at)

    # --- lineage ----------------------------------------------------------------

    @admin.display
    def made_by(self, version: ModelVersion) -> SafeString | str:
        run = version.lineage.get("run")
        if version.installed:
            return "another site"
        if run is None:
            return "–"
        address = reverse("admin:training_trainingrun_change", args=[run])
        return format_html('<a href="{}">run {}</a>', address, run)

    @admin.display
    def mode(self, version: ModelVersion) -> str:
        known = {"mode": "{}", "epochs": "{} epochs", "seed": "seed {}"}
        lineage = version.lineage
        said = [words.format(lineage[name]) for name, words in known.items() if name in lineage]
        return ", ".join(said) or "–"

    @admin.display(description="MNIST images used")
    def mnist_used(self, version: ModelVersion) -> str:
        return str(version.lineage.get("mnist", "–"))

    @admin.display
    def dataset_digest(self, version: ModelVersion) -> SafeString:
        digest = version.lineage.get("dataset_digest", "–")
        return format_html('<code class="digest">{}</code>', digest)

    @admin.display
    def temperature(self, version: ModelVersion) -> str:
        return f"{version.manifest['temperature']:.3f}"

    @admin.display
    def files(self, version: ModelVersion) -> SafeString:
        return format_html_join(
            "",
            '<div>{}, {}, SHA-256 <code class="digest">{}</code></div>',
            (
                (name, filesizeformat(facts["bytes"]), facts["sha256"])
                for name, facts in version.manifest["files"].items()
            ),
        )

    # --- one version ------------------------------------------------------------

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        version: ModelVersion = context["original"]
        newest = Promotion.objects.newest()
        gate_report = version.gate_report
        page = {
            "sets": formatting.measured(version.metrics),
            "digits": formatting.by_digit(version.metrics),
            "labels": formatting.names(),
            "gate": gate_report,
            "checks": [
                {
                    **check,
                    "name": check["name"].replace("_", "-"),
                    "sentence": gate_words.sentence(check),
                    "outcome": gate_words.outcome(check),
                }
                for check in gate_report.get("checks", [])
            ],
            "fixes": _pictures(gate_report.get("fixes", [])),
            "breaks": _pictures(gate_report.get("breaks", [])),
            "newest": newest,
            "is_live": newest is not None and newest.version_id == version.pk,
        }
        return super().render_change_form(request, context | page, *args, **kwargs)


@admin.register(Promotion)
class PromotionAdmin(LookOnlyAdmin[Promotion]):
    """The history of the live version, the newest promotion first."""

    list_display = ["when", "kind", "version", "by", "reason"]
    list_display_links = None
    list_filter = ["kind"]
    list_select_related = ["version", "by"]
    fields = ["at", "kind", "version", "by", "reason", "follows"]

    @admin.display(description="at", ordering="pk")
    def when(self, promotion: Promotion) -> str:
        return short(promotion.at)

    def has_view_permission(self, request: HttpRequest, obj: Promotion | None = None) -> bool:
        permitted: bool = request.user.has_perm("recognizer.add_promotion")
        return permitted or super().has_view_permission(request, obj)


def _pictures(ids: list[str]) -> dict[str, Any]:
    """Thumbnails of the drawings that a gate report names; None for those deleted since."""
    shown = [uuid.UUID(key) for key in ids[:MAX_PICTURES]]
    found = Drawing.objects.defer("strokes").in_bulk(shown)
    return {
        "count": len(ids),
        "more": len(ids) - len(shown),
        "tiles": [
            {"drawing": found[key], "uri": thumbnails.glyph_uri(found[key].pixels)}
            if key in found
            else None
            for key in shown
        ],
    }
