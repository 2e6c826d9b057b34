"""The pages of a comparison: the newest beside the live version, or any two."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from recognizer.models import ModelVersion
from training.selectors import pairs
from training.selectors.circle import circle, newest_promotion
from training.studio import frame, promotion
from training.studio.access import reviewer_required
from training.studio.compare import parts, verdict


@require_safe
@reviewer_required
def compare(request: HttpRequest) -> HttpResponse:
    """The newest version beside the live one; where there is no second one, a word about that."""
    promotion_now = newest_promotion()
    live = promotion_now.version if promotion_now else None
    newest = None
    if live is not None:
        newest = ModelVersion.objects.defer(*ModelVersion.HEAVY).exclude(pk=live.pk).first()
    if live is None or newest is None:
        return frame.page(request, "studio/compare_empty.html", place="compare")
    return redirect("studio:compare-versions", newest.number, live.number)


@require_safe
@reviewer_required
def compare_versions(request: HttpRequest, number: int, other: int) -> HttpResponse:
    """Version `number` beside version `other`."""
    newer = get_object_or_404(ModelVersion, number=number)
    older = get_object_or_404(ModelVersion, number=other)
    turn = circle(now=timezone.now())
    pair = pairs.pair(newer, older)
    movers = pairs.movers(newer, older)
    return frame.page(
        request,
        "studio/compare.html",
        place="compare",
        pair=pair,
        newer=newer,
        older=older,
        live=turn.live,
        circle=turn,
        said=verdict.said(pair),
        cause=parts.cause(pair, movers),
        forest=parts.forest_lines(pair),
        versions_read=[newer, older],
        digits=parts.ticks(pair),
        fixes=parts.change_tiles(pair.fixes, is_fixed=True),
        breaks=parts.change_tiles(pair.breaks, is_fixed=False),
        checks=parts.checks(newer) if pair.is_gates else [],
        writers=pairs.writers(pair),
        movers=movers,
        matrices=parts.matrices(pair),
        calibration=parts.calibration(pair),
        costs=[parts.costs(newer), parts.costs(older)],
        offer=promotion.offer(request.user, newer, turn.live),
        numbers=[*ModelVersion.objects.order_by("-number").values_list("number", flat=True)[:30]],
    )
