"""The model report for everybody: how well the live version reads, what it has learned from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Min

from recognizer import formatting
from recognizer.models import ModelVersion, Promotion
from recognizer.selectors import prototypes
from recognizer.serving import registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Without validation, by which the training itself chose the network.
SETS = ("mnist", "held_out")
MAX_PAIRS = 3
# Shown where no digit was ever taken for another.
USUAL_PAIRS = ((4, 9), (1, 7), (3, 5))
MAX_VERSIONS = 30


@dataclass(frozen=True, slots=True)
class Learned:
    """What a version has learned from, as counts.

    `drawings` were trained on, by `people`; `here` were drawn on this site and
    `imported` were not, held out or not; `removed` have been deleted since.
    """

    mnist: int
    drawings: int
    people: int
    here: int
    imported: int
    removed: int


@dataclass(frozen=True, slots=True)
class Answering:
    """The version that answers: its row, and what this process holds of it."""

    version: ModelVersion
    live: registry.Live


def answering() -> Answering | None:
    """The version that this process answers with; None where none can."""
    try:
        live = registry.live()
    except registry.NoModel:
        return None
    version = ModelVersion.objects.select_related("parent").get(pk=live.version)
    return Answering(version, live)


def lately() -> dict[str, Any] | None:
    """What the live version has learned, in a few counts; None where none is live.

    `since` is when it went live. Of the row alone: every visit asks for it.
    """
    newest = Promotion.objects.newest()
    if newest is None:
        return None
    drawings = newest.version.lineage.get("drawings", {})
    return {
        "number": newest.version.number,
        "since": newest.at,
        "mnist": newest.version.lineage.get("mnist", 0),
        "drawings": drawings.get("train", 0),
        "people": drawings.get("contributors", 0),
    }


def learned(version: ModelVersion) -> Learned:
    """What a version has learned from."""
    lineage = version.lineage
    drawings: Mapping[str, Any] = lineage.get("drawings", {})
    imported = drawings.get("sources", {}).get("import", 0)
    return Learned(
        mnist=lineage.get("mnist", 0),
        drawings=drawings.get("train", 0),
        people=drawings.get("contributors", 0),
        here=version.drawings_used - imported,
        imported=imported,
        removed=version.drawings_removed(),
    )


# --- how well it reads ------------------------------------------------------------


def measured(metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The sets a version was tested on: `formatting.measured` with bars for the digits' shares.

    A set's `least` is the share at which the bars begin: drawn from 0, shares near 1
    look all the same. A digit's `bar` is its length, in percent.
    """
    sets = formatting.measured({name: metrics.get(name) for name in SETS})
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


def confused(metrics: Mapping[str, Any]) -> list[tuple[int, int, int, int]]:
    """(smaller, larger, count, of how many) of digits taken for each other in MNIST's test, the
    most frequent first."""
    counts = (metrics.get("mnist") or {}).get("confusion") or []
    pairs = [
        (one, other, counts[one][other] + counts[other][one])
        for one in range(len(counts) and 10)
        for other in range(one)
    ]
    found = sorted((pair for pair in pairs if pair[2]), key=lambda pair: -pair[2])[:MAX_PAIRS]
    return [
        (min(a, b), max(a, b), count, sum(counts[a]) + sum(counts[b])) for a, b, count in found
    ] or [(a, b, 0, 0) for a, b in USUAL_PAIRS]


def turning_points(live: registry.Live, metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the live version reads between the two digits of each pair that it confuses."""
    pairs = confused(metrics)
    glyphs = [glyph for one, other, *_ in pairs for glyph in prototypes.glyphs(one, other)]
    readings = iter(live.predict(glyphs))
    return [
        {
            "one": one,
            "other": other,
            "count": count,
            "images": images,
            "steps": [
                {
                    "step": step,
                    "digit": reading.digit,
                    "percent": formatting.probability(reading.confidence),
                    "verdict": reading.verdict,
                }
                for step, reading in zip(range(prototypes.STEPS), readings, strict=False)
            ],
        }
        for one, other, count, images in pairs
    ]


# --- before it ---------------------------------------------------------------------


def history() -> list[dict[str, Any]]:
    """The versions that were ever live, the newest first: when first, and learned from what."""
    # Annotations are attributes that the model itself does not know of.
    rows: Iterable[Any] = (
        ModelVersion.objects.exclude(promotions=None)
        .annotate(live_at=Min("promotions__at"))
        .order_by("-number")[:MAX_VERSIONS]
    )
    return [
        {
            "version": row,
            "live_at": row.live_at,
            "learned": learned(row),
            "accuracy": formatting.percent(formatting.accuracy(row.metrics, "mnist")),
            "images": (row.metrics.get("mnist") or {}).get("n"),
        }
        for row in rows
    ]
