"""Versions: what was live when, what each was made of, and how to go on or back."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import numpy as np
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from digitsite.exceptions import Conflict
from recognizer import formatting
from recognizer.exceptions import BadArtifact
from recognizer.labels import LABELS
from recognizer.models import Drawing, ModelVersion, Promotion
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import Glyphs
from recognizer.services import versions as services
from recognizer.services.roles import Role, has_role
from recognizer.serving import registry
from training.models import TrainingRun
from training.selectors.circle import circle
from training.selectors.runs.progress import age
from training.selectors.timeline import Span, Timeline, timeline
from training.studio import frame
from training.studio.access import password_required, reviewer_required, trainer_required, user_of
from training.studio.charts import promotions as promotions_chart
from training.studio.compare import names
from training.studio.promotion import offer
from training.studio.tiles import FIELDS, tile_of, tiles, word

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

OTHERS = 6
READ_BY = 9  # versions that read one drawing


@require_safe
@reviewer_required
def versions(request: HttpRequest) -> HttpResponse:
    """The line of promotions in time, with one moment of it chosen."""
    now = timezone.now()
    line = timeline(now=now)
    return frame.page(
        request,
        "studio/versions.html",
        place="versions",
        circle=(turn := circle(now=now)),
        line=line,
        target=services.rollback_target(),
        offer=offer(request.user, turn.candidate, turn.live) if turn.candidate else None,
        live_since=turn.promotion.at if turn.promotion else None,
        steps_back=sum(span.was_taken_back for span in line.spans),
        **_moment(request, line),
        **_reading_choice(request),
    )


@frame.polled
def moment(request: HttpRequest) -> HttpResponse:
    """The line with another moment chosen, in place of the one on the page."""
    line = timeline(now=timezone.now())
    return render(request, "studio/versions_moment.html", _moment(request, line))


def _moment(request: HttpRequest, line: Timeline) -> dict[str, Any]:
    """The span that `?at=` names, a promotion's key, or the newest; with those beside it."""
    key = request.GET.get("at", "")
    place = next((i for i, span in enumerate(line.spans) if str(span.promotion.pk) == key), -1)
    chosen = line.spans[place] if line.spans else None
    place = line.spans.index(chosen) if chosen else 0
    return {
        "chart": promotions_chart.chart(line, chosen, now=timezone.now()),
        "chosen": chosen,
        "before": line.spans[place - 1] if place > 0 else None,
        "after": line.spans[place + 1] if place + 1 < len(line.spans) else None,
        "may_train": has_role(request.user, Role.TRAINER),
        **(_details(chosen, line) if chosen else {}),
    }


def _details(chosen: Span, line: Timeline) -> dict[str, Any]:
    version = (
        ModelVersion.objects.select_related("parent")
        .defer("parent__manifest", "parent__gate_report", "gate_report")
        .get(pk=chosen.promotion.version_id)
    )
    live = line.spans[-1]
    files = version.manifest.get("files", {})
    return {
        "version": version,
        "lineage": version.lineage,
        "sources": [
            (names.source_name(source), n)
            for source, n in version.lineage.get("drawings", {}).get("sources", {}).items()
        ],
        "run": TrainingRun.objects.filter(candidate=version).values_list("pk", flat=True).first(),
        "children": list(version.children.values_list("number", flat=True).order_by("number")),
        "removed": version.drawings_removed(),
        "chosen_for": age(chosen.begins, now=chosen.ends),
        "files": [{"name": name, "bytes": facts["bytes"]} for name, facts in files.items()],
        "compare_with_live": frame.comparison(version.number, live.number)
        if version.number != live.number
        else "",
        "live_number": live.number,
    }


# --- one drawing, read by every version ---------------------------------------------


def _reading_choice(request: HttpRequest) -> dict[str, Any]:
    """The drawing that `?drawing=` names, or the newest that was read wrong; and some others."""
    wrong = Drawing.objects.read_right(right=False).only(*FIELDS).order_by("-created_at")
    some = list(wrong[: OTHERS + 1])
    if not some:
        some = list(Drawing.objects.only(*FIELDS).order_by("-created_at")[: OTHERS + 1])
    asked = _key(request.GET.get("drawing", ""))
    shown = Drawing.objects.only(*FIELDS).filter(pk=asked).first() if asked else None
    unknown = bool(request.GET.get("drawing")) and shown is None
    shown = shown or (some[0] if some else None)
    return {
        "drawing": tile_of(shown) if shown else None,
        "is_unknown": unknown,
        "others": tiles([one for one in some if shown is None or one.pk != shown.pk][:OTHERS]),
    }


@frame.polled
def readings(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What the versions of note read a drawing as; each is loaded for it, so it comes apart."""
    drawing = get_object_or_404(Drawing.objects.only(*FIELDS), pk=pk)
    glyphs = Glyphs.of([ink.of_stored(bytes(drawing.pixels), drawing.strokes)])
    rows = [_reading(version, glyphs, drawing.truth) for version in _versions_of_note()]
    context = {"readings": rows, "truth": word(drawing.truth)}
    return render(request, "studio/versions_readings.html", context)


def _versions_of_note() -> list[ModelVersion]:
    """The versions that were live last and the newest that waits, the oldest first."""
    seen = dict.fromkeys(Promotion.objects.order_by("-pk").values_list("version", flat=True))
    waiting = (
        ModelVersion.objects.filter(promotions=None)
        .exclude(gate_verdict=ModelVersion.GateVerdict.FAILED)
        .order_by("-number")
        .values_list("pk", flat=True)[:1]
    )
    keys = [*waiting, *seen][:READ_BY]
    return list(ModelVersion.objects.filter(pk__in=keys).defer("gate_report").order_by("number"))


def _reading(version: ModelVersion, glyphs: Glyphs, truth: str) -> dict[str, Any]:
    try:
        engine = registry.load_engine(version)
    except BadArtifact as error:
        return {"number": version.number, "error": str(error)}
    probabilities = engine.predict(glyphs).probabilities[0]
    best = int(np.argmax(probabilities))
    label = LABELS[best]
    return {
        "number": version.number,
        "label": word(label),
        "is_digit": label.isdecimal(),
        "percent": formatting.probability(float(probabilities[best])),
        "share": round(100 * float(probabilities[best])),
        "is_wrong": bool(truth) and label != truth,
    }


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text.strip())
    except ValueError:
        return None


# --- going back -------------------------------------------------------------------------


def _act(request: HttpRequest) -> str:
    return _("Go back to version %(number)s") % {"number": request.POST.get("target", "")}


@require_POST
@trainer_required(act=_act)
@password_required(act=_act)
def rollback(request: HttpRequest) -> HttpResponse:
    """Goes back to the version whose number was typed, if it is the one before."""
    target = services.rollback_target()
    number = str(target.number) if target else ""
    if not target or request.POST.get("target") != number:
        messages.error(request, _("What is live has changed meanwhile. Look again."))
    elif request.POST.get("typed", "").strip() != number:
        told = _("Nothing was changed: type %(number)s to go back to version %(number)s.")
        messages.error(request, told % {"number": number})
    else:
        _roll_back(request, number)
    return redirect("studio:versions")


def _roll_back(request: HttpRequest, number: str) -> None:
    live = request.POST.get("expected_live", "")
    # Python takes no number of more than 4,300 digits; no version has one of twenty.
    expected = int(live) if live.isdecimal() and len(live) < 20 else None
    try:
        services.version_rollback(
            by=user_of(request),
            reason=request.POST.get("reason", "").strip(),
            expected_live=expected,
        )
    except Conflict as conflict:
        messages.error(request, conflict.message)
    else:
        messages.success(request, _("Version %(number)s is live again.") % {"number": number})
