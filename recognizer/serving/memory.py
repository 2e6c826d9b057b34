"""A contributor's own hand: what they have labelled speaks in what is answered to them. Pure.

`static/js/inference/memory.js` is its twin; both read tests/golden/memory.json. How rule and
constants were chosen: docs/reader.md.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from recognizer.labels import CLASSES, NOT_A_DIGIT_CLASS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recognizer.serving.engine import Outputs

# A row of features begins with the picture's: channels of cells, row by row. Those of the motion
# follow. The picture's are summed over windows of cells, that begin two cells apart: as telling as
# all of them, and a third of the memory.
SIDE, CHANNELS = 7, 64
PICTURE = SIDE * SIDE * CHANNELS
WINDOW, STEP = 3, 2
# How much the motion's similarity counts beside the picture's, where both are ink.
MOTION_SHARE = 0.8
# How much a label's second nearest drawing counts beside its nearest: one wrong label says less.
SECOND_SHARE = 0.3
# From this nearness on a label's drawings speak for it, with at most so much log-probability,
# where they are the same as what was drawn.
NEAR = 0.58
BONUS = 17.0
# Up to this nearness what is near to a remembered digit may as well be none: nobody labels all
# the signs that are no digit.
STRANGE = 0.66
# What a label has at least before the bonus: a network that is wrong may give it nothing.
LEAST = 1e-6
# From this similarity to a remembered drawing on an answer is sure although the readers differ.
SIMILAR = 0.85
# Remembered drawings of a label, and how many of them stay for being the newest.
PER_LABEL = 20
NEWEST = 10


@dataclass(frozen=True, slots=True, eq=False)
class Hand:
    """n remembered drawings: what both readers see in them, and what they are.

    `features` is (n, k) float32, the picture's and the motion's part of a row of length 1, the
    latter 0 where there was no ink; `has_ink` (n,) bool; `labels` (n,) int64, classes 0 to 10.
    """

    features: NDArray[np.float32]
    has_ink: NDArray[np.bool_]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    @classmethod
    def of(cls, outputs: Outputs, labels: Sequence[int] | NDArray[np.int64]) -> Hand:
        """The hand of drawings of these classes, by the network's outputs for them.

        Empty of a network of format 1, or of other readers, which has no memory.
        """
        if outputs.features is None or outputs.features.shape[1] <= PICTURE:
            return EMPTY
        has_ink = _has_ink(outputs)
        features = _normalised(outputs.features, has_ink)
        return cls(features, has_ink, np.asarray(labels, np.int64).reshape(len(features)))

    def joined(self, other: Hand) -> Hand:
        """This hand's drawings, then the other's, of the same network."""
        if not len(self) or not len(other):
            return self if len(self) else other
        pairs = [(getattr(self, each.name), getattr(other, each.name)) for each in fields(self)]
        return Hand(*map(np.concatenate, pairs))

    def chosen(self, rows: Sequence[int], labels: Sequence[int]) -> Hand:
        """The drawings in these rows, in this order, and what they are by now."""
        if not rows:
            return EMPTY
        classes = np.asarray(labels, np.int64)
        return Hand(self.features[rows], self.has_ink[rows], classes)

    @property
    def nbytes(self) -> int:
        """What it takes in memory."""
        return self.features.nbytes + self.has_ink.nbytes + self.labels.nbytes


EMPTY = Hand(np.empty((0, 0), np.float32), np.empty(0, np.bool_), np.empty(0, np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class Recall:
    """What one answer becomes by a hand.

    `probabilities` are the (11,) after the bonus. `row` is the remembered drawing that speaks,
    `label` its class, and `similarity`, at most 1, its nearness.
    """

    probabilities: NDArray[np.float32]
    row: int
    label: int
    similarity: float


def recall(hand: Hand, outputs: Outputs) -> list[Recall | None]:
    """For each of n glyphs what the hand makes of the network's answer.

    None where nothing near enough is remembered, and of a network without memory. The drawing that
    speaks is the nearest of the label that is then likeliest; where none of that label is near,
    the nearest of all.
    """
    if outputs.features is None or not len(hand):
        return [None] * len(outputs.probabilities)
    return [
        recalled(hand.labels, near, row)
        for near, row in zip(similarities(hand, outputs), outputs.probabilities, strict=True)
    ]


def recalled(
    labels: NDArray[np.int64], near: NDArray[np.float64], probabilities: NDArray[np.float32]
) -> Recall | None:
    """What one answer becomes by the similarities, (n,), of what is remembered."""
    rows, nearness = _nearest(labels, near)
    if nearness.max() <= NEAR:
        return None
    logits = np.log(np.maximum(probabilities.astype(np.float64), LEAST)) + _bonus(nearness)
    weights = np.exp(logits - logits.max())
    answered = int(logits.argmax())
    label = answered if nearness[answered] > NEAR else int(nearness.argmax())
    row = int(rows[label])
    shares = (weights / weights.sum()).astype(np.float32)
    return Recall(shares, row, label, min(float(near[row]), 1.0))


def _nearest(
    labels: NDArray[np.int64], near: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """By label the row of its nearest drawing, and how near it is; -1 where there is none."""
    rows = np.full(CLASSES, -1)
    last = np.argsort(-near, kind="stable")[::-1]  # the nearest comes last, and stays
    rows[labels[last]] = last
    nearest, second = np.full(CLASSES, -1.0), np.full(CLASSES, -1.0)
    known = rows >= 0
    nearest[known] = near[rows[known]]
    others = np.ones(len(near), np.bool_)
    others[rows[known]] = False
    np.maximum.at(second, labels[others], near[others])
    weighed = nearest + SECOND_SHARE * (second - nearest)
    return rows, np.where(second > -1, weighed, nearest)


def _bonus(nearness: NDArray[np.float64]) -> NDArray[np.float64]:
    """By label what is added to its log-probability."""
    lifted = nearness.copy()
    lifted[NOT_A_DIGIT_CLASS] = max(lifted[-1], min(nearness.max(), STRANGE))
    bonus: NDArray[np.float64] = BONUS * np.maximum(0, (lifted - NEAR) / (1 - NEAR))
    return bonus


def similarities(hand: Hand, outputs: Outputs) -> NDArray[np.float64]:
    """(glyphs, n) in [-1, 1]: of pictures and motions, where one is no ink of pictures alone."""
    assert outputs.features is not None
    has_ink = _has_ink(outputs)
    features = _normalised(outputs.features, has_ink)
    # A product of matrices would be several threads', which wait for one another on a busy machine.
    asked, known = features[:, None], hand.features[None]
    picture = np.vecdot(asked[..., :PARTED], known[..., :PARTED])
    motion = np.vecdot(asked[..., PARTED:], known[..., PARTED:])
    share = np.where(has_ink[:, None] & hand.has_ink, MOTION_SHARE, 0)
    return np.asarray(picture + share * (motion.astype(np.float64) - picture))


def _has_ink(outputs: Outputs) -> NDArray[np.bool_]:
    """(n,) where the motion was looked at."""
    assert outputs.motion_logits is not None
    return np.asarray(outputs.motion_logits.any(axis=1))


def _normalised(features: NDArray[np.float32], has_ink: NDArray[np.bool_]) -> NDArray[np.float32]:
    """A network's features, the picture's summed over windows, both parts of length 1."""
    cells = features[:, :PICTURE].reshape(-1, SIDE * SIDE, CHANNELS)
    picture = (_WINDOWS @ cells).reshape(len(features), PARTED)
    motion = features[:, PICTURE:] * has_ink[:, None]
    parts = [
        part / np.maximum(np.linalg.norm(part, axis=1, keepdims=True), 1e-12)
        for part in (picture, motion)
    ]
    return np.concatenate(parts, axis=1, dtype=np.float32)


def _windows() -> NDArray[np.float32]:
    """(windows, cells) 1 where a window has a cell, both row by row."""
    starts = range(0, SIDE - WINDOW + 1, STEP)
    across = [[start <= cell < start + WINDOW for cell in range(SIDE)] for start in starts]
    return np.kron(np.array(across), np.array(across)).astype(np.float32)


_WINDOWS = _windows()
PARTED = len(_WINDOWS) * CHANNELS  # where the motion's part begins in a hand


def kept(labels: Sequence[int], telling: Sequence[bool], *, limit: int = PER_LABEL) -> list[int]:
    """Which of a contributor's labelled drawings, the newest first, are remembered: their indices.

    At most `limit` a label: the newest `NEWEST`, then those that were `telling`, the network
    having been wrong, then others, each the newest first.
    """
    own: dict[int, list[int]] = {}
    for at, label in enumerate(labels):
        own.setdefault(label, []).append(at)
    newest = min(NEWEST, limit)
    stays = [
        at
        for drawings in own.values()
        for at in (drawings[:newest] + sorted(drawings[newest:], key=lambda at: not telling[at]))[
            :limit
        ]
    ]
    return sorted(stays)
