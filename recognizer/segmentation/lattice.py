"""The segmentation lattice: of all paths to share pieces out, the likeliest.

Matan, Burges, LeCun and Denker, "Multi-Digit Recognition Using a Space Displacement
Neural Network" (1992); Burges and others, "Shortest Path Segmentation" (1992).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from recognizer.labels import NOT_A_DIGIT_CLASS
from recognizer.preprocessing.glyph import Box, Cell, Glyph
from recognizer.segmentation import context, signs, spacing, syntax
from recognizer.segmentation.affinity import Boxes

# By the set of later pieces that are in a group already: the best score, and its groups.
Paths: TypeAlias = dict[frozenset[int], tuple[float, tuple[int, ...]]]
# What a group looks like counts so much, beside the log-odds of its pieces' place.
PLACE, READING = 0.3, 3.0
# Where the best paths so far are so many, the rest is not followed.
MAX_PATHS = 64
# A probability below this says no more than this.
MIN_PROBABILITY = 1e-3
# In a picture, whose pieces are no strokes, a group is doubted that is less likely than this to be
# a character at all, and one with a piece that is a sign by itself as likely as this.
WHOLE = 0.1
INNER = 0.15
# A piece no longer than this share of the tallest is rather a point of its own: with it a group is
# so much less likely one character.
DOT, DOT_WITHIN = 0.2, 0.5
EMPTY = "_"  # a cell in which nothing is written
LOST = 0.5  # that a cell is empty from which ink was taken with the lines
# What is passed over in a picture may be a sign unless it is this small beside the tallest.
SPECK = 0.04
# What is too low for a digit and by its look a part of something counts so much less when
# nothing takes it in.
PASSED_OVER = 0.1


@dataclass(frozen=True, slots=True)
class Group:
    """Pieces that may be one digit, by their numbers; `affinity` is 0 for a single one."""

    pieces: tuple[int, ...]
    affinity: float


@dataclass(frozen=True, slots=True)
class Mark:
    """One character of a number: a digit, a sign or a space.

    `glyph` is the digit's place among the lattice's glyphs, None of what is none. `text` is the
    sign, " ", `EMPTY` of a cell or, of a gap or speck that only may be one, "". `probability` is
    that it is this.
    `middle` is where it stands in x, once the number's slant is taken away.
    """

    glyph: int | None
    text: str
    probability: float
    box: Box
    middle: float


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """A number that is yet to be read.

    `glyphs` are those of the first groups, one each; the groups after them are too low for a
    digit. `boxes` are theirs as they stand, `upright` those without the number's slant, and
    `traits` their shape and place (see `signs`); both (groups, ...). `by_pen` is false of a
    picture: its pieces are no strokes, and what its digits are is left to place and reading.
    `certain` is how surely each group is one character, as far as it was read with what it
    touched; nothing of strokes. `cells` says in which cell of a form each group stands, -1 in
    none; `unread` are those in which no writing was found, each with its middle as `Mark` has it.
    """

    glyphs: list[Glyph]
    groups: list[Group]
    boxes: list[Box]
    upright: Boxes
    traits: signs.Traits
    by_pen: bool
    certain: list[float] = field(default_factory=list)
    cells: list[int] = field(default_factory=list)
    unread: list[tuple[Cell, float]] = field(default_factory=list)

    def read(self, answers: NDArray[np.float64]) -> list[Mark]:
        """What makes up the number, left to right: digits, signs, spaces and empty cells.

        There is at least one digit unless all cells are empty. `answers` is (glyphs, 10), what
        the network says of each.
        """
        cells = [
            Mark(None, EMPTY, 1.0, cell.box, middle)
            if cell.is_empty
            else Mark(None, "", LOST, cell.box, middle)
            for cell, middle in self.unread
        ]
        written = self._written(answers) if self.glyphs else []
        return sorted(written + cells, key=lambda mark: mark.middle)

    def _written(self, answers: NDArray[np.float64]) -> list[Mark]:
        of_kind = self.kinds(signs.classifiers(), answers)
        path, passed = self._path(of_kind, answers)
        marks = self._with_spaces(path, self._marks(path, of_kind, answers))
        if not self.by_pen:  # two strokes of a pen are never one piece
            marks = _hiding(marks)
        doubtful = [mark for at in passed if (mark := self._passed_over(at, of_kind[at]))]
        return marks + doubtful

    def kinds(
        self, classifiers: signs.Classifiers, answers: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """(groups, classes): how likely each group is a digit, a part of something or a sign.

        Looked at twice, the second time beside what the others were taken for.
        """
        alone = self.inputs(answers)
        beside = self.context(classifiers.alone.probabilities(alone), answers)
        return self._as_read(classifiers.among.probabilities(np.column_stack([alone, beside])))

    def inputs(self, answers: NDArray[np.float64]) -> NDArray[np.float64]:
        """What the classifiers see of each group by itself."""
        affinities = [group.affinity for group in self.groups]
        glyphs = signs.blocks(self.glyphs)
        return signs.inputs(self.traits, affinities, glyphs, answers, by_pen=self.by_pen)

    def context(
        self, of_kind: NDArray[np.float64], answers: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """And what of its neighbours, once it is known of what kind each group is by itself."""
        of_kind = self._as_read(of_kind)
        path, _ = self._path(of_kind, answers)
        pieces = [group.pieces for group in self.groups]
        middles = [self._middle(at) for at in range(len(self.groups))]
        likes = signs.likes(of_kind, answers)
        looks = signs.looks(self.traits, self.upright)
        return context.context(of_kind, likes, looks, pieces, path, middles)

    def _as_read(self, of_kind: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same, where a part was cut out for being a character: it is a digit as surely as it
        was read as one beside what it touches, and else a sign."""
        known = of_kind.copy()
        for at, glyph in enumerate(self.glyphs):
            if glyph.beside is not None and self._is_cut(at):
                none = float(glyph.beside[NOT_A_DIGIT_CLASS])
                share = known[at, signs.FIRST_SIGN :]
                known[at, signs.FIRST_SIGN :] = none * share / share.sum()
                known[at, signs.DIGIT], known[at, signs.PART] = 1 - none, 0.0
        return known

    def _path(
        self, of_kind: NDArray[np.float64], answers: NDArray[np.float64]
    ) -> tuple[list[int], list[int]]:
        """The groups of the likeliest path, left to right, and those that are passed over."""
        read = len(self.glyphs)
        sign = of_kind[:, signs.FIRST_SIGN :].max(axis=1)
        # What is too low for a digit may be a speck, or a part that is left over.
        other = PASSED_OVER * of_kind[:, signs.PART]
        other[:read] = of_kind[:read, signs.DIGIT] * answers.max(axis=1)
        values = np.maximum(sign, other)
        # Log-odds, for a path says also of all groups beside it that they are none: of the
        # log-probabilities alone the fewer would add up higher.
        values = np.clip(values, MIN_PROBABILITY, 1 - MIN_PROBABILITY)
        scores = [
            PLACE * group.affinity + READING * math.log(value / (1 - value))
            for group, value in zip(self.groups, values.tolist(), strict=True)
        ]
        path = sorted(likeliest(self.groups, scores), key=self._middle)
        passed = [at for at in path if at >= read and other[at] >= sign[at]]
        return [at for at in path if at not in passed], passed

    def _marks(
        self, path: list[int], of_kind: NDArray[np.float64], answers: NDArray[np.float64]
    ) -> list[Mark]:
        """What the groups of the path are, each weighed with its neighbours."""
        is_read = np.array(path) < len(self.glyphs)
        kinds = np.delete(of_kind[path], signs.PART, axis=1)
        kinds[~is_read, 0] = 0
        weighed = syntax.weighed(kinds)
        if not (weighed.argmax(axis=1) == 0).any():  # then the likeliest is taken for one
            at = int(np.where(is_read, weighed[:, 0], -1).argmax())
            weighed[at, 1:] = 0
        wholes = self._wholes(path, of_kind)
        marks = []
        for at, row, whole in zip(path, weighed, wholes, strict=True):
            best = int(row.argmax())
            text = signs.SIGNS[best - 1] if best else ""
            probability = float(row[best]) * whole
            if text and text in signs.UNLIKE_DIGITS and at < len(self.glyphs):
                probability *= 1 - float(answers[at].max())
            glyph = None if best else at
            marks.append(Mark(glyph, text, probability, self.boxes[at], self._middle(at)))
        return marks

    def _wholes(self, path: list[int], of_kind: NDArray[np.float64]) -> list[float]:
        """For each group the probability that it is one character: that it is no part of another,
        and that no piece of it is a sign by itself."""
        within = self._signs_within(of_kind)
        dots = self._dots()
        wholes = []
        for at in path:
            part, inner = float(of_kind[at, signs.PART]), float(within[at])
            if not self.by_pen:  # cut pieces look like parts: only what is clear counts
                part = part if part > 1 - WHOLE else 0.0
                inner = inner if inner >= INNER else 0.0
                pieces = self.groups[at].pieces
                if len(pieces) > 1 and not dots.isdisjoint(pieces):
                    inner = max(inner, DOT_WITHIN)
            certain = self.certain[at] if self.certain else 1.0
            wholes.append((1 - part) * (1 - inner) * certain)
        return wholes

    def _signs_within(self, of_kind: NDArray[np.float64]) -> NDArray[np.float64]:
        """For each group of several pieces how likely one of them is a sign by itself.

        Of strokes only what is too low for a digit counts, of a picture what was not cut.
        """
        sign = of_kind[:, signs.FIRST_SIGN :].max(axis=1).tolist()
        alone = {
            group.pieces[0]: sign[at]
            for at, group in enumerate(self.groups)
            if len(group.pieces) == 1
            and (at >= len(self.glyphs) if self.by_pen else not self._is_cut(at))
        }
        return np.array(
            [
                max(alone.get(piece, 0.0) for piece in pieces) if len(pieces) > 1 else 0.0
                for pieces in (group.pieces for group in self.groups)
            ]
        )

    def _dots(self) -> set[int]:
        """The pieces of a picture that are as small as a point, and were not cut from others."""
        small = self.upright[:, 2:].max(axis=1) < DOT * self.upright[:, 3].max()
        return {
            group.pieces[0]
            for at, group in enumerate(self.groups)
            if len(group.pieces) == 1 and small[at] and not self._is_cut(at)
        }

    def _is_cut(self, at: int) -> bool:
        return bool(self.traits[at, -1] > 0)

    def _passed_over(self, at: int, of_kind: NDArray[np.float64]) -> Mark | None:
        """What is left out, where it may well be a sign."""
        nothing = float(of_kind[signs.PART])
        if self.by_pen:
            is_nothing = nothing >= signs.SURE
        else:
            is_nothing = self.upright[at, 2:].max() < SPECK * self.upright[:, 3].max()
        if is_nothing:
            return None
        return Mark(None, "", nothing, self.boxes[at], self._middle(at))

    def _with_spaces(self, path: list[int], marks: list[Mark]) -> list[Mark]:
        """The same with a mark for each gap that is or may be a space."""
        standing = np.array([self.boxes[at] for at in path]).reshape(-1, 4)
        likely = spacing.spaces(self.upright[path], standing, [mark.text for mark in marks])
        found = marks[:1]
        walls = [self._is_parted(*pair) for pair in pairwise(path)]
        for before, after, probability, wall in zip(marks, marks[1:], likely, walls, strict=False):
            if probability > 1 - signs.SURE and not wall:
                is_space = probability >= spacing.WRITTEN
                text, certain = (" ", probability) if is_space else ("", 1 - probability)
                middle = (before.middle + after.middle) / 2
                found.append(Mark(None, text, certain, _gap(before.box, after.box), middle))
            found.append(after)
        return found

    def _is_parted(self, one: int, other: int) -> bool:
        """Whether two groups stand in different cells: what is between them is no space."""
        if not self.cells:
            return False
        return self.cells[one] >= 0 <= self.cells[other] != self.cells[one]

    def _middle(self, at: int) -> float:
        return float(self.upright[at, 0] + self.upright[at, 2] / 2)


def _hiding(marks: list[Mark]) -> list[Mark]:
    """The same with doubt where a point may have been lost."""
    row = "".join(mark.text or " " if mark.glyph is None else "0" for mark in marks)
    hiding = syntax.crowded(row)
    return [
        replace(mark, probability=DOT_WITHIN * mark.probability) if at in hiding else mark
        for at, mark in enumerate(marks)
    ]


def _gap(before: Box, after: Box) -> Box:
    """What lies between two boxes."""
    left, top = before[0] + before[2], min(before[1], after[1])
    foot = max(before[1] + before[3], after[1] + after[3])
    return left, top, max(after[0] - left, 0.0), foot - top


def likeliest(groups: Sequence[Group], scores: Sequence[float]) -> list[int]:
    """The groups of the highest total score that together hold every piece once.

    Every piece must be a group by itself as well. Piece by piece, the best path to
    each set of later pieces that are in a group already is followed.
    """
    paths: Paths = {frozenset(): (0.0, ())}
    for piece, numbers in _starting(groups):
        longer: Paths = {}
        for taken, (score, path) in paths.items():
            if piece in taken:
                _keep(longer, taken - {piece}, score, path)
                continue
            for number in numbers:
                later = frozenset(groups[number].pieces[1:])
                if not later & taken:
                    _keep(longer, taken | later, score + scores[number], (*path, number))
        paths = dict(heapq.nlargest(MAX_PATHS, longer.items(), key=lambda path: path[1][0]))
    return list(paths[frozenset()][1])


def _starting(groups: Sequence[Group]) -> list[tuple[int, list[int]]]:
    """Every piece with the groups whose first piece it is."""
    starting: dict[int, list[int]] = {}
    for number, group in enumerate(groups):
        starting.setdefault(group.pieces[0], []).append(number)
    return sorted(starting.items())


def _keep(paths: Paths, taken: frozenset[int], score: float, path: tuple[int, ...]) -> None:
    if taken not in paths or score > paths[taken][0]:
        paths[taken] = (score, path)
