"""What the public is told of the model: how well it reads, and what it has learned from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Min

from recognizer import figures, registry, specimens
from recognizer.models import ModelVersion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Validation is the training's own yardstick, and says nothing to others.
SETS = ("mnist", "held_out")
MOST_PAIRS = 3
# Where nothing was ever taken for anything else.
USUAL_PAIRS = ((4, 9), (1, 7), (3, 5))
MOST_VERSIONS = 30


@dataclass(frozen=True, slots=True)
class Learned:
    """What a version has learned from. `removed` drawings have been deleted since."""

    mnist: int
    drawings: int
    people: int
    here: int
    imported: int
    removed: int


@dataclass(frozen=True, slots=True)
class Answering:
    """The version that answers, and since when."""

    version: ModelVersion
    live: registry.Live


def answering() -> Answering | None:
    """What this process answers with; None where no version can."""
    try:
        live = registry.live()
    except registry.NoModel:
        return None
    version = ModelVersion.objects.select_related("parent").get(pk=live.version)
    return Answering(version, live)


def came_with_the_site(version: ModelVersion) -> bool:
    return bool(version.gate_report.get("installed"))


def learned(version: ModelVersion, uses: int | None = None) -> Learned:
    """`uses` is the number of its drawings that still exist, where it is known already."""
    lineage = version.lineage
    drawings: Mapping[str, Any] = lineage.get("drawings", {})
    total, imported = drawings.get("total", 0), drawings.get("sources", {}).get("import", 0)
    # Drawings that a version brought along were never on this site.
    removed = 0
    if not came_with_the_site(version):
        there = version.uses.count() if uses is None else uses
        removed = max(0, total - there)
    return Learned(
        mnist=lineage.get("mnist", 0),
        drawings=drawings.get("train", 0),
        people=drawings.get("contributors", 0),
        here=total - imported,
        imported=imported,
        removed=removed,
    )


# --- how well it reads ------------------------------------------------------------


def measured(metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The sets it was tested on: name, size, accuracy, the digits' shares, confusion matrix.

    `least` is where the bars begin: between 0 and 1 shares near 1 look all the same.
    A digit's `bar` is its length, in percent.
    """
    sets = figures.measured({name: metrics.get(name) for name in SETS})
    return [_with_bars(one, _least(one["digits"])) for one in sets]


def _with_bars(measured: dict[str, Any], least: float) -> dict[str, Any]:
    digits = [
        {**one, "bar": round(100 * ((one["share"] or 0.0) - least) / (1 - least), 1)}
        for one in measured["digits"]
    ]
    return {**measured, "least": least, "digits": digits}


def _least(digits: list[dict[str, Any]]) -> float:
    shares = [one["share"] for one in digits if one["share"] is not None]
    return 0.9 if min(shares, default=0.0) > 0.9 else 0.0


def confused(metrics: Mapping[str, Any]) -> list[tuple[int, int, int]]:
    """Pairs of digits taken for each other, the most frequent first, and how often."""
    counts = (metrics.get("mnist") or {}).get("confusion") or []
    pairs = [
        (one, other, counts[one][other] + counts[other][one])
        for one in range(len(counts) and 10)
        for other in range(one)
    ]
    found = sorted((pair for pair in pairs if pair[2]), key=lambda pair: -pair[2])[:MOST_PAIRS]
    return [(min(a, b), max(a, b), count) for a, b, count in found] or [
        (a, b, 0) for a, b in USUAL_PAIRS
    ]


def turning_points(live: registry.Live, metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """For the pairs it confuses: what it reads on the way from the one digit to the other."""
    pairs = confused(metrics)
    glyphs = [glyph for one, other, _ in pairs for glyph in specimens.glyphs(one, other)]
    readings = iter(live.read(glyphs))
    return [
        {
            "one": one,
            "other": other,
            "count": count,
            "steps": [
                {
                    "step": step,
                    "digit": reading.digit,
                    "percent": figures.probability(reading.confidence),
                    "verdict": reading.verdict,
                }
                for step, reading in zip(range(specimens.STEPS), readings, strict=False)
            ],
        }
        for one, other, count in pairs
    ]


# --- before it ---------------------------------------------------------------------


def history() -> list[dict[str, Any]]:
    """The versions that were ever live, the newest first: since when, and learned from what."""
    # Annotations are attributes that the model itself does not know of.
    rows: Iterable[Any] = (
        ModelVersion.objects.exclude(promotions=None)
        .annotate(live_at=Min("promotions__at"), used=Count("uses", distinct=True))
        .order_by("-number")[:MOST_VERSIONS]
    )
    return [
        {
            "version": row,
            "live_at": row.live_at,
            "learned": learned(row, row.used),
            "came_with_the_site": came_with_the_site(row),
            "accuracy": figures.percent(figures.accuracy(row.metrics, "mnist")),
        }
        for row in rows
    ]
