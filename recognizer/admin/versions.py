"""Model versions: what they are made of, what the gate said, which one is live."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import BooleanField, Case, Count, QuerySet, Subquery, Value, When
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import filesizeformat
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_POST

from digitsite.admin import LookOnlyAdmin, asker, must, short, tell
from recognizer import figures, pictures, versions
from recognizer.models import Drawing, ModelVersion, Promotion

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern
    from django.utils.safestring import SafeString

# Enough to see what kind of drawing it is about; the rest is counted.
MOST_PICTURES = 60


@admin.register(ModelVersion)
class ModelVersionAdmin(LookOnlyAdmin[ModelVersion]):
    list_display = [
        "name", "gate", "mnist", "held_out", "drawings_used", "drawings_gone", "parent_number",
        "created",
    ]  # fmt: skip
    list_filter = ["gate_passed"]
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
                ),
                uses_left=Count("uses"),
            )
        )

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/promote/",
                wrap(require_POST(self.promote_view)),
                name="recognizer_modelversion_promote",
            ),
            path(
                "rollback/",
                wrap(require_POST(self.rollback_view)),
                name="recognizer_modelversion_rollback",
            ),
            *super().get_urls(),
        ]

    def has_promote_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("recognizer.add_promotion")

    def has_view_permission(self, request: HttpRequest, obj: ModelVersion | None = None) -> bool:
        """Whoever may promote must be able to see what."""
        return super().has_view_permission(request, obj) or self.has_promote_permission(request)

    # --- columns ----------------------------------------------------------------

    @admin.display(description="version", ordering="number")
    def name(self, version: Any) -> SafeString | int:
        if not version.is_live:
            return int(version.number)
        return format_html('{} <span class="badge live">live</span>', version.number)

    @admin.display(boolean=True, ordering="gate_passed")
    def gate(self, version: ModelVersion) -> bool:
        return version.gate_passed

    @admin.display(description="MNIST")
    def mnist(self, version: ModelVersion) -> str:
        return figures.percent(figures.accuracy(version.metrics, "mnist"))

    @admin.display(description="held-out")
    def held_out(self, version: ModelVersion) -> str:
        return figures.percent(figures.accuracy(version.metrics, "held_out"))

    @admin.display(description="drawings")
    def drawings_used(self, version: ModelVersion) -> int:
        return int(version.lineage.get("drawings", {}).get("total", 0))

    @admin.display(description="deleted")
    def drawings_gone(self, version: Any) -> int:
        return max(0, self.drawings_used(version) - int(version.uses_left))

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
        report = version.gate_report
        page = {
            "sets": figures.measured(version.metrics),
            "digits": figures.by_digit(version.metrics),
            "labels": figures.names(),
            "gate": report,
            "checks": [
                {**check, "name": check["name"].replace("_", "-")}
                for check in report.get("checks", [])
            ],
            "fixes": _pictures(report.get("fixes", [])),
            "breaks": _pictures(report.get("breaks", [])),
            "newest": newest,
            "is_live": newest is not None and newest.version_id == version.pk,
            "may_promote": self.has_promote_permission(request),
        }
        return super().render_change_form(request, context | page, *args, **kwargs)

    # --- promoting --------------------------------------------------------------

    def promote_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        must(self.has_promote_permission(request))
        version = get_object_or_404(ModelVersion, pk=pk)
        reason = request.POST.get("reason", "")

        def promote() -> str:
            versions.version_promote(
                version=version, by=asker(request), reason=reason, expected_live=_seen_live(request)
            )
            self.log_change(request, version, f"Promoted. {reason}".strip())
            return f"Version {version.number} is live now."

        tell(request, promote)
        return redirect("admin:recognizer_modelversion_change", pk)

    def rollback_view(self, request: HttpRequest) -> HttpResponse:
        """Lands on the version that is live afterwards."""
        must(self.has_promote_permission(request))
        reason = request.POST.get("reason", "")

        def roll_back() -> str:
            version = versions.version_rollback(
                by=asker(request), reason=reason, expected_live=_seen_live(request)
            ).version
            self.log_change(request, version, f"Rolled back to. {reason}".strip())
            return f"Rolled back: version {version.number} is live again."

        tell(request, roll_back)
        live = ModelVersion.objects.live()
        if live is None:
            return redirect("admin:recognizer_modelversion_changelist")
        return redirect("admin:recognizer_modelversion_change", live.pk)


@admin.register(Promotion)
class PromotionAdmin(LookOnlyAdmin[Promotion]):
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


def _seen_live(request: HttpRequest) -> int | None:
    """The number of the version that was live when the page was made; None where none was."""
    given = request.POST.get("expected_live", "")
    return int(given) if given.isdecimal() else None


def _pictures(ids: list[str]) -> dict[str, Any]:
    """The drawings a gate report names, those deleted since among them as None."""
    shown = [uuid.UUID(key) for key in ids[:MOST_PICTURES]]
    found = Drawing.objects.defer("strokes").in_bulk(shown)
    return {
        "count": len(ids),
        "more": len(ids) - len(shown),
        "tiles": [
            {"drawing": found[key], "uri": pictures.glyph_uri(found[key].pixels)}
            if key in found
            else None
            for key in shown
        ],
    }
