"""The map of features: MNIST, people's drawings and refused ones on one plane, as the live
version sees them. It is computed by a task and stored as a file; no ink is in it."""

from __future__ import annotations

import json
import logging
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from recognizer.labels import LABELS
from recognizer.models import Drawing, ModelVersion
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import Glyphs
from recognizer.serving import registry
from training.data.mnist import tests_at_hand
from training.evaluation.plane import principal_plane

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

FOLDER = "insights"
MOST = 5000
# Of them so many are MNIST's, and so many refused; the rest are people's digits.
MOST_MNIST, MOST_REFUSED = 1500, 1000
MNIST, PEOPLE, REFUSED = "mnist", "people", "refused"
# With fewer there is nothing to see.
LEAST = 20


@dataclass(frozen=True, slots=True)
class Point:
    """One drawing's place, x and y in [0, 1], what it is and what it is read as, 0..10.

    `key` is a drawing's id, or the row of an image of MNIST's test set.
    """

    x: float
    y: float
    kind: str
    key: str
    label: int | None
    answer: int

    @property
    def is_misread(self) -> bool:
        return self.label is not None and self.label != self.answer


@dataclass(frozen=True, slots=True)
class FeatureMap:
    """The map as it was stored: by which version, when, and how much of the variance it shows."""

    number: int
    at: datetime
    share: float
    points: list[Point]

    def counts(self) -> dict[str, int]:
        """How many points there are of each kind."""
        return {
            kind: sum(point.kind == kind for point in self.points)
            for kind in (MNIST, PEOPLE, REFUSED)
        }


def stored_map() -> FeatureMap | None:
    """The newest stored map; None where there is none, or none that can be read."""
    name = _stored_name()
    if name is None:
        return None
    try:
        with default_storage.open(name) as file:
            data = json.load(file)
        return FeatureMap(
            number=data["version"],
            at=datetime.fromisoformat(data["at"]),
            share=data["share"],
            points=[Point(*point) for point in data["points"]],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        logger.warning("The map of features cannot be read: %s", error)
        return None


def feature_map_draw(*, now: datetime) -> FeatureMap | None:
    """Computes and stores the map of the live version; None where there is nothing to map.

    Raises `BadArtifact` where the live version's files are damaged.
    """
    version = ModelVersion.objects.live()
    if version is None:
        return None
    kinds, keys, labels, glyphs = _examples()
    if len(keys) < LEAST:
        return None
    features, answers = _features(version, glyphs)
    if features is None:
        logger.info("Version %s gives no features; no map is drawn.", version.number)
        return None
    places, shares = principal_plane(features)
    drawn = FeatureMap(
        version.number,
        now,
        round(sum(shares), 4),
        [
            Point(round(float(x), 4), round(float(y), 4), kind, key, label, int(answer))
            for (x, y), kind, key, label, answer in zip(
                places, kinds, keys, labels, answers, strict=True
            )
        ],
    )
    _store(drawn)
    return drawn


def _examples() -> tuple[list[str], list[str], list[int | None], Glyphs]:
    """Kinds, keys, labels and glyphs of what is mapped, at most `MOST`."""
    rows = Drawing.objects.filter(contributor__blocked=False).order_by("-created_at")
    refused = list(rows.filter(review=Drawing.Review.REJECTED).only(*FIELDS)[:MOST_REFUSED])
    images = tests_at_hand()
    mnist = 0 if images is None else min(MOST_MNIST, len(images[1]))
    room = MOST - mnist - len(refused)
    people = list(rows.filter(review=Drawing.Review.ACCEPTED).only(*FIELDS)[:room])
    parts = [
        Glyphs.of([ink.of_stored(bytes(one.pixels), one.strokes) for one in (*people, *refused)])
    ]
    labels: list[int | None] = [LABELS.index(one.truth) for one in people]
    labels += [None] * len(refused)
    keys = [str(one.pk) for one in (*people, *refused)]
    kinds = [PEOPLE] * len(people) + [REFUSED] * len(refused)
    if images is not None:
        parts.append(Glyphs.of_pictures(images[0][:mnist]))
        labels += images[1][:mnist].tolist()
        keys += [str(row) for row in range(mnist)]
        kinds += [MNIST] * mnist
    return kinds, keys, labels, Glyphs.joined(parts)


FIELDS = ("pk", "strokes", "pixels", "label", "accepted_label")


def _features(
    version: ModelVersion, glyphs: Glyphs
) -> tuple[NDArray[np.float32] | None, NDArray[np.intp]]:
    """What the network makes of the pictures, and what it reads where there is ink as well.

    Of MNIST nobody knows how the pen went: with that of the others in it, the map would show who
    has ink and nothing else.
    """
    engine = registry.load_engine(version)
    answers = engine.predict(glyphs).probabilities.argmax(axis=1)
    return engine.predict(Glyphs.of_pictures(glyphs.pixels)).features, answers


# --- the file ---------------------------------------------------------------------------


def _store(drawn: FeatureMap) -> None:
    """Under a new name, before the older one goes: whoever reads meanwhile reads a whole one."""
    content: dict[str, Any] = {
        "version": drawn.number,
        "at": drawn.at.isoformat(),
        "share": drawn.share,
        "points": [
            [point.x, point.y, point.kind, point.key, point.label, point.answer]
            for point in drawn.points
        ],
    }
    before = list(_names())
    stamp = f"{drawn.at:%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:6]}"
    name = f"{FOLDER}/map-{stamp}.json"
    default_storage.save(name, ContentFile(json.dumps(content).encode()))
    for older in before:
        default_storage.delete(older)


def _names() -> Iterable[str]:
    try:
        _folders, files = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return []
    found = [name for name in files if name.startswith("map-") and name.endswith(".json")]
    return [f"{FOLDER}/{name}" for name in sorted(found)]


def _stored_name() -> str | None:
    names = list(_names())
    return names[-1] if names else None
