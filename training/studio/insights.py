"""Insights: what is mixed up, and the pictures that notebooks of such projects have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from recognizer import formatting, thumbnails
from recognizer.labels import LABELS
from recognizer.models import Drawing, ModelVersion
from training import queue
from training.evaluation.intervals import wilson
from training.feature_map import MNIST as OF_MNIST
from training.feature_map import FeatureMap, stored_map
from training.models import TrainingRun
from training.selectors import mistakes
from training.selectors.circle import circle
from training.studio import frame
from training.studio.access import reviewer_required
from training.studio.pictures import curves, matrix, reliability
from training.studio.tiles import Tile, tile_of, tiles, title, word

if TYPE_CHECKING:
    from training.selectors.mistakes import Mistakes

# Below so many nothing is said.
LEAST = 20
MAX_RUNS = 6
# On the map so many are shown, of each kind; the ink of people's takes room.
MAX_DOTS, MAX_INK = 500, 260
SIDE = 640


@require_safe
@reviewer_required
def insights(request: HttpRequest) -> HttpResponse:
    """The pictures of one set: held-out people, MNIST's test, or live answers."""
    turn = circle(now=timezone.now())
    version = ModelVersion.objects.get(pk=turn.promotion.version_id) if turn.promotion else None
    name = _chosen(request, version)
    found = mistakes.mistakes(name, version)
    told = found is not None and found.n >= LEAST
    return frame.page(
        request,
        "studio/insights.html",
        place="insights",
        circle=turn,
        version=version,
        sets=[(key, set_name(key)) for key in mistakes.SETS],
        chosen=name,
        found=found if told else None,
        sentence=_sentence(found),
        rows=_rows(found) if found and told else [],
        names=[matrix.named(index) for index in range(11)],
        open=_cell(request, found) if found and told else None,
        points=reliability.points(found.reliability) if found and told else [],
        sure=_sure(found) if found and told else None,
        map=_map(stored_map(), request.GET.get("kind", "")),
        samples=_samples(),
        histogram=_histogram(),
        curves=_curves(),
    )


def _chosen(request: HttpRequest, version: ModelVersion | None) -> str:
    """The set that is asked for; otherwise the first of which there is enough."""
    asked = request.GET.get("set", "")
    if asked in mistakes.SETS:
        return asked
    for name in (mistakes.HELD_OUT, mistakes.MNIST):
        found = mistakes.mistakes(name, version)
        if found and found.n >= LEAST:
            return name
    return mistakes.LIVE


def set_name(name: str) -> str:
    """What a set is called on the page."""
    return {
        mistakes.HELD_OUT: _("Held-out people"),
        mistakes.MNIST: _("MNIST test"),
        mistakes.LIVE: _("Live answers"),
    }[name]


def _sentence(found: Mistakes | None) -> str:
    if found is None or found.n < LEAST:
        return _("Too few drawings to say what it mixes up.")
    worst = matrix.worst(found.confusion)
    if worst is None:
        return _("It mixes up nothing, of %(n)s.") % {"n": formatting.figure(found.n)}
    truth, answer, count = worst
    return _("What it mixes up most: %(pair)s, %(count)s of %(n)s.") % {
        "pair": formatting.misread(LABELS[truth], LABELS[answer]),
        "count": formatting.figure(count),
        "n": formatting.figure(sum(found.confusion[truth])),
    }


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A row of the matrix with its digit's report: the share read right and its interval."""

    row: matrix.Row
    share: str
    interval: str


def _rows(found: Mistakes) -> list[ReportRow]:
    rows = []
    for row in matrix.rows(found.confusion):
        low, high = wilson(row.right, row.n)
        rows.append(
            ReportRow(
                row,
                formatting.percent(row.share, 1) if row.n >= LEAST else "–",
                _("%(low)s to %(high)s of %(n)s")
                % {
                    "low": formatting.percent(low, 1),
                    "high": formatting.percent(high, 1),
                    "n": formatting.figure(row.n),
                },
            )
        )
    return rows


# --- the ink behind a cell ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenCell:
    """A cell that was pressed: what it is of, its drawings, and how many more there are."""

    truth: int
    answer: int
    tiles: list[Tile]
    total: int
    more: int

    @property
    def pair(self) -> str:
        return str(capfirst(formatting.misread(LABELS[self.truth], LABELS[self.answer])))


def _cell(request: HttpRequest, found: Mistakes) -> OpenCell | None:
    """The pressed cell or, as long as none was, that of the most frequent mistake."""
    asked = [request.GET.get(name, "") for name in ("truth", "answer")]
    truth, answer = (int(one) if one in INDICES else -1 for one in asked)
    if min(truth, answer) < 0:
        worst = matrix.worst(found.confusion)
        if worst is None:
            return None
        truth, answer, _count = worst
    lying = mistakes.behind(found, truth, answer)
    shown = [tile_of(one) for one in lying.drawings]
    shown += [_image_tile(pixels.tobytes(), truth, answer) for pixels in lying.images]
    total = found.confusion[truth][answer]
    return OpenCell(truth, answer, shown, total, total - len(shown))


INDICES = {str(index) for index in range(11)}


def _image_tile(pixels: bytes, truth: int, answer: int) -> Tile:
    label, read_as = LABELS[truth], LABELS[answer]
    uri = thumbnails.glyph_uri(pixels)
    return Tile("", "", uri, word(label), word(read_as), title(label, read_as))


def _sure(found: Mistakes) -> dict[str, Any] | None:
    n, said, right = reliability.when_sure(found.reliability) if found.reliability else (0, 0, 0)
    if n < LEAST:
        return None
    return {
        "n": formatting.figure(n),
        "said": formatting.percent(said, 1),
        "right": formatting.percent(right / n, 1),
    }


# --- the map ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of the map in its square: ink as a path, or what it is, in a letter."""

    x: float
    y: float
    kind: str
    path: str
    letter: str
    is_misread: bool


@dataclass(frozen=True, slots=True)
class Map:
    """The map of features as it is shown; `counts` are of all that is stored."""

    number: int
    at: Any
    share: str
    counts: dict[str, int]
    marks: list[Mark]
    kind: str
    misread: int


def _map(stored: FeatureMap | None, kind: str) -> Map | None:
    if stored is None:
        return None
    kinds = stored.counts()
    kind = kind if kind in kinds else ""
    points = [point for point in stored.points if not kind or point.kind == kind]
    ink = [point for point in points if point.kind != OF_MNIST]
    # Misread ones first: there are few, and they are what one looks for.
    ink = sorted(ink, key=lambda point: not point.is_misread)[:MAX_INK]
    drawn = Drawing.objects.only(*mistakes.TILE_FIELDS).in_bulk([point.key for point in ink])
    by_key = {str(key): one for key, one in drawn.items()}
    dots = [point for point in points if point.kind == OF_MNIST][:MAX_DOTS]
    marks = [
        Mark(
            round(20 + point.x * (SIDE - 40), 1),
            round(20 + (1 - point.y) * (SIDE - 40), 1),
            point.kind,
            tile_of(by_key[point.key]).path if point.key in by_key else "",
            matrix.named(point.label) if point.label is not None and point.label < 10 else "×",
            point.is_misread,
        )
        for point in (*dots, *ink)
        if point.kind == OF_MNIST or point.key in by_key
    ]
    return Map(
        stored.number,
        stored.at,
        formatting.percent(stored.share, 0),
        kinds,
        marks,
        kind,
        sum(point.is_misread for point in points),
    )


@require_POST
@reviewer_required
def draw_map(request: HttpRequest) -> HttpResponse:
    """Asks a worker to draw the map anew."""
    if queue.ask_for_map():
        messages.success(request, _("A worker draws the map; it is here in a moment."))
    else:
        messages.error(request, _("No worker can be asked now."))
    return redirect("studio:insights")


# --- the data -----------------------------------------------------------------------------


def _samples() -> list[tuple[str, list[Tile]]]:
    return [
        (matrix.named(LABELS.index(label)), tiles(found))
        for label, found in mistakes.samples().items()
        if found
    ]


def _histogram() -> list[dict[str, Any]]:
    """Bars of the accepted drawings by label."""
    counted = mistakes.histogram()
    most = max((sum(counts.values()) for counts in counted.values()), default=0)
    if not most:
        return []
    return [
        {
            "name": matrix.named(LABELS.index(label)),
            "n": formatting.figure(counts.total()),
            "height": round(100 * counts.total() / most, 1),
            "imported": round(100 * counts["import"] / most, 1),
        }
        for label, counts in counted.items()
    ]


def _curves() -> list[curves.Curve]:
    runs = TrainingRun.objects.exclude(history=[]).only("pk", "history")[:MAX_RUNS]
    histories = [(str(run.pk), run.history) for run in runs]
    return curves.curves(histories, "validation_nll")
