"""What a version takes for what: on MNIST's test, held-out people, and what it answered live."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from django.core.cache import cache
from django.db.models import Count

from digitsite.database.counted import Counted
from recognizer.labels import CLASSES, LABELS
from recognizer.models import Drawing, ModelVersion
from training.data.mnist import tests_at_hand
from training.evaluation.metrics import RELIABILITY_BINS
from training.selectors import pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

MNIST, HELD_OUT, LIVE = "mnist", "held_out", "live"
SETS = (HELD_OUT, MNIST, LIVE)
# Of live answers so many are looked at, the newest accepted ones.
MOST_LIVE = 5000
COUNTED_SECONDS = 300
MAX_TILES = 48
MAX_SAMPLES, LOOKED_AT = 10, 600
TILE_FIELDS = ("pk", "strokes", "pixels", "label", "accepted_label", "digit")


@dataclass(frozen=True, slots=True)
class Mistakes:
    """One set: its confusion matrix, its reliability, and what each cell's mistakes are.

    `cells` maps (label, answer) to ids of drawings, or to rows of MNIST's test images; it is
    empty where no list was kept. `people` is how many drew them, where that is known.
    """

    name: str
    confusion: list[list[int]]
    reliability: list[list[float]]
    cells: dict[tuple[int, int], list[str]]
    people: int | None = None

    @property
    def n(self) -> int:
        return sum(map(sum, self.confusion))

    @property
    def right(self) -> int:
        return sum(self.confusion[index][index] for index in range(len(self.confusion)))


def mistakes(name: str, version: ModelVersion | None) -> Mistakes | None:
    """The mistakes of one set; None where nothing is known of it."""
    if name == LIVE:
        return cache.get_or_set("studio:live-answers", _live, COUNTED_SECONDS)
    if version is None:
        return None
    kept = pairs.own_pictures(version).get(name)
    if kept:
        return Mistakes(name, kept["confusion"], kept["reliability"], _cells(kept["misread"]))
    known = version.metrics.get(name) or {}
    return Mistakes(name, known["confusion"], [], {}) if known.get("n") else None


def _cells(misread: list[Any]) -> dict[tuple[int, int], list[str]]:
    found: dict[tuple[int, int], list[str]] = {}
    for key, label, answer in misread:
        found.setdefault((label, answer), []).append(str(key))
    return found


def _live() -> Mistakes:
    """What visitors were answered, where a reviewer has said since what it is."""
    rows = (
        Drawing.objects.accepted()
        .order_by("-created_at")
        .values_list("pk", "accepted_label", "digit", "confidence", "contributor_id")[:MOST_LIVE]
    )
    confusion = np.zeros((CLASSES, CLASSES), dtype=np.int64)
    bins = np.zeros((RELIABILITY_BINS, 3))
    cells: dict[tuple[int, int], list[str]] = {}
    people = set()
    for pk, label, digit, confidence, who in rows:
        truth, answer = LABELS.index(label), 10 if digit is None else digit
        confusion[truth, answer] += 1
        place = min(int(confidence * RELIABILITY_BINS), RELIABILITY_BINS - 1)
        bins[place] += (1, confidence, truth == answer)
        people.add(who)
        if truth != answer:
            cells.setdefault((truth, answer), []).append(str(pk))
    reliability = [[int(n), total / n if n else 0.0, int(right)] for n, total, right in bins]
    return Mistakes(LIVE, confusion.tolist(), reliability, cells, len(people))


@dataclass(frozen=True, slots=True)
class Behind:
    """What lies behind a cell: drawings, or images of MNIST, of `total` that there are."""

    drawings: list[Drawing]
    images: list[NDArray[np.uint8]]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.drawings) - len(self.images)


def behind(found: Mistakes, label: int, answer: int) -> Behind:
    """The drawings that are `label` and were read as `answer`, some at most."""
    keys = found.cells.get((label, answer), [])
    if found.name == MNIST:
        images = tests_at_hand()
        rows = [int(key) for key in keys[:MAX_TILES]] if images is not None else []
        pixels = [images[0][row] for row in rows if row < len(images[0])] if images else []
        return Behind([], pixels, len(keys))
    ids = [uuid.UUID(key) for key in keys[:MAX_TILES]]
    rows_by_id = Drawing.objects.only(*TILE_FIELDS).in_bulk(ids) if ids else {}
    return Behind([rows_by_id[key] for key in ids if key in rows_by_id], [], len(keys))


# --- samples and counts -------------------------------------------------------------------


def samples() -> dict[str, list[Drawing]]:
    """Some of the newest accepted drawings of each label."""
    chosen: dict[str, list[uuid.UUID]] = {label: [] for label in LABELS}
    newest = Drawing.objects.accepted().order_by("-created_at")
    for pk, label in newest.values_list("pk", "accepted_label")[:LOOKED_AT]:
        if len(chosen[label]) < MAX_SAMPLES:
            chosen[label].append(pk)
    every = [pk for keys in chosen.values() for pk in keys]
    found = Drawing.objects.only(*TILE_FIELDS).in_bulk(every) if every else {}
    return {label: [found[pk] for pk in keys if pk in found] for label, keys in chosen.items()}


def histogram() -> dict[str, Counter[str]]:
    """How many accepted drawings there are, by label and source."""
    return ACCEPTED.get()


def _accepted() -> dict[str, Counter[str]]:
    counted = (
        Drawing.objects.accepted()
        .order_by()
        .values("accepted_label", "source")
        .annotate(count=Count("*"))
    )
    found: dict[str, Counter[str]] = {label: Counter() for label in LABELS}
    for row in counted:
        found[row["accepted_label"]][row["source"]] += row["count"]
    return found


ACCEPTED = Counted("accepted", _accepted, seconds=COUNTED_SECONDS)
