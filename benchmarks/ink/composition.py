"""Numbers with signs: composed of one person's digits and signs, and as people wrote them.

UNIPEN's isolated signs have lost where they stood on the line; `PLACES` puts them back, by what
its numbers in text show. Of those it is known what they say, not which strokes are which
character: `aligned` finds that out.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from benchmarks.common.settings import settings
from benchmarks.ink.numbers import FINER, HEIGHT, Strokes
from benchmarks.ink.sheets import Camera, Sheet, file_of, grid, nothing, ruled, seen
from recognizer.labels import NOT_A_DIGIT_CLASS
from recognizer.preprocessing.glyph import Glyphs
from recognizer.preprocessing.ink import DOT_SIDE, normalise
from recognizer.segmentation.signs import SIGNS
from recognizer.serving.engine import LiteRTEngine
from training.data import corpora

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

NUMBERS = "unipen-numbers-train.ndjson.gz"
# Where a sign stands: which of its places, 0 its top to 1 its foot, is how far below the line,
# how much that varies, and how high it is as a rule; in heights of a digit.
PLACES = {
    "-": (0.5, -0.48, 0.13, 0.07), "/": (1.0, 0.08, 0.12, 1.25), ".": (1.0, 0.0, 0.06, 0.08),
    ",": (0.0, -0.14, 0.1, 0.45), ":": (0.5, -0.4, 0.1, 0.6), "+": (0.5, -0.48, 0.1, 0.7),
    "(": (0.5, -0.5, 0.1, 1.35), ")": (0.5, -0.5, 0.1, 1.4), "$": (0.5, -0.5, 0.08, 1.35),
    "%": (0.5, -0.5, 0.08, 1.15), "=": (0.5, -0.45, 0.1, 0.4),
}  # fmt: skip
# A sign this much larger or smaller than usual was written in another unit than the digits.
OTHER_UNIT = 2.0
DIGIT_UNIT = 1.6
# Of a sign in two parts, what is one stroke no higher than this share of its width is only one.
HALF = 0.25
TOUCH = 0.12  # of a digit's height: what is smaller cannot be told from a point
# Kinds of numbers, 0 standing for a digit.
KINDS = {
    "plain": ["00", "000", "0000", "00000", "000000", "0"],
    "spaces": ["00 00", "000 000", "0000 0000", "00 00 00", "000 0000", "00000 00000", "0 000"],
    "hyphens": ["000-0000", "00-00", "0-0000", "00-00-00", "0-000-0000", "0000-00-00"],
    "slashes": ["0/0", "0/00", "00/0", "00/00", "0/00/00", "00/00/00", "00/00/0000"],
    "points and commas": [
        "0.0", "00.00", "0.0000", "0,000", "00,000", "0:00", "00:00", "0,00", "0,000.00",
        "-0.000", "00.00.00", ".000",
    ],
    "brackets, currency": [
        "(000)", "(000)000-0000", "(00)", "$00", "$0.00", "$0,000", "00%", "0.0%", "+00", "0+0=0",
        "00+0", "0=0", "0-0=0", "(0)",
    ],
}  # fmt: skip
MARGIN = 40.0
MOST_STROKES = 4  # of one character
# A photograph: how high tall characters are, in pixels, the pen and the paper around in them.
PHOTO_HEIGHT, PHOTO_PEN, PHOTO_ROOM = (40, 220), (0.03, 0.1), (0.4, 1.5)


@dataclass(frozen=True, eq=False)
class Written:
    """A number as written: `owners` is for each stroke the place of its character in `text`
    without its spaces."""

    writer: str
    text: str
    strokes: Strokes
    owners: list[int]


@dataclass(frozen=True, eq=False)
class Hand:
    """A person's digits and signs, each as strokes with the foot of its box at 0, and how high
    their digits are as a rule."""

    writer: str
    characters: dict[str, list[Strokes]]
    height: float


@cache
def hands() -> list[Hand]:
    """Everybody of UNIPEN who wrote at least five digits and one sign for the same collection."""
    folder = Path(settings.CORPORA_DIR or "")
    found: dict[tuple[str, str], dict[str, list[Strokes]]] = {}
    for name in (corpora.UNIPEN_DIGITS, corpora.UNIPEN_SIGNS):
        for one in corpora.unipen(folder, name):
            is_digit = one.label != NOT_A_DIGIT_CLASS
            if (one.left_out and is_digit) or (not is_digit and one.character not in SIGNS):
                continue
            theirs = found.setdefault((one.writer, one.collection), {})
            theirs.setdefault(one.character, []).append(one.strokes)
    made = []
    for (writer, _), theirs in sorted(found.items()):
        heights = [extent(one)[3] for label in "0123456789" for one in theirs.get(label, [])]
        signs = [label for label in theirs if label in SIGNS]
        if len({*theirs} & {*"0123456789"}) < 5 or not signs:
            continue
        height = float(np.median(heights))
        for label in "0123456789":  # some were written for another line or in another unit
            theirs[label] = [one for one in theirs.get(label, []) if _is_whole(one, height)]
        for label in "=:+":
            theirs[label] = [one for one in theirs.get(label, []) if not _is_half(one)]
        kept = {label: drawn for label, drawn in theirs.items() if drawn}
        made.append(Hand(writer, kept, height))
    return made


def _is_whole(digit: Strokes, usual: float) -> bool:
    """Whether it is about as high as usual, and no stroke of it is a mere touch of the pen."""
    touches = (max(extent([stroke])[2:]) < TOUCH * usual for stroke in digit)
    return usual / DIGIT_UNIT < extent(digit)[3] < usual * DIGIT_UNIT and not any(touches)


def _is_half(sign: Strokes) -> bool:
    """Whether it is but a line or a dot: some of UNIPEN's signs were cut wrongly."""
    _, _, width, height = extent(sign)
    return len(sign) == 1 and height <= HALF * width


def extent(strokes: Sequence[NDArray[np.float64]]) -> tuple[float, float, float, float]:
    """The strokes' bounding box as (x, y, width, height)."""
    points = np.concatenate(list(strokes))
    low, high = points.min(axis=0), points.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])


def composed(kind: str, people: Sequence[Hand], count: int, seed: int) -> Iterator[Written]:
    """So many numbers of a kind, each of one of these people's ink."""
    chance = np.random.default_rng([seed, [*KINDS].index(kind)])
    made = 0
    while made < count:
        hand = people[int(chance.integers(len(people)))]
        pattern = str(chance.choice(KINDS[kind]))
        if all(sign in hand.characters for sign in pattern if sign not in "0 "):
            yield compose(hand, pattern, chance)
            made += 1


def compose(hand: Hand, pattern: str, chance: np.random.Generator) -> Written:
    """A number of this pattern: digits on one line, signs where they stand beside them."""
    digits = [label for label in hand.characters if label.isdigit()]
    text = "".join(str(chance.choice(digits)) if one == "0" else one for one in pattern)
    tall, right, owner = hand.height, 0.0, 0
    room = chance.gamma(2.0, 0.09) * 0.6  # wide and narrow hands
    placed: Strokes = []
    owners: list[int] = []
    before = ""
    for character in text:
        if character == " ":
            right += tall * (0.35 + chance.gamma(3.0, 0.15))
            before = " "
            continue
        options = hand.characters[character]
        strokes = options[int(chance.integers(len(options)))]
        strokes, below = _on_the_line(character, strokes, tall, chance)
        left, _, width, _ = extent(strokes)
        gap = tall * (room + chance.gamma(2.0, 0.05) - 0.06) if before else 0.0
        if "-" in (character, before):
            gap = tall * (room + chance.gamma(2.0, 0.1) - 0.04) if before else 0.0
        if character in ",." and before:
            gap = tall * (chance.gamma(2.0, 0.06) - 0.05)
        shift = np.array([right + gap - left, below])
        placed += [points + shift for points in strokes]
        owners += [owner] * len(strokes)
        right, owner, before = right + gap + width, owner + 1, character
    lean = np.tan(np.radians(chance.normal(0, 8)))
    climb = np.tan(np.radians(chance.normal(0, 1.5)))
    leaning = [np.stack([p[:, 0] - lean * p[:, 1], p[:, 1] + climb * p[:, 0]], 1) for p in placed]
    corner = np.concatenate(leaning).min(axis=0) - MARGIN
    return Written(hand.writer, text, [points - corner for points in leaning], owners)


def _on_the_line(
    character: str, strokes: Strokes, tall: float, chance: np.random.Generator
) -> tuple[Strokes, float]:
    """The strokes, a sign in another unit made as high as usual; and how far down they move."""
    _, top, width, height = extent(strokes)
    if character not in PLACES:
        return strokes, -top - height + tall * 0.05 * chance.normal()
    at, below, varies, usual = PLACES[character]
    size = max(height, width) if character in "-=" else height
    expected = tall * (0.5 if character in "-=" else usual)
    if character != "." and not expected / OTHER_UNIT < size < expected * OTHER_UNIT:
        times = expected / max(size, 1e-6)
        strokes = [points * times for points in strokes]
    elif character == "." and max(height, width) > 0.3 * tall:
        strokes = [points * (0.08 * tall / max(height, width)) for points in strokes]
    _, top, _, height = extent(strokes)
    return strokes, tall * (below + varies * chance.normal()) - (top + at * height)


# --- as people wrote them ---------------------------------------------------------------


@cache
def in_text(engine: LiteRTEngine) -> list[Written]:
    """UNIPEN's numbers in text, those of one line whose strokes can be told apart.

    Strokes come in the order of writing: which belong to which character is what makes the
    readings of all characters likeliest.
    """
    path = Path(settings.CORPORA_DIR or "") / NUMBERS
    with gzip.open(path, "rt") as file:
        rows = [json.loads(line) for line in file]
    found = []
    for row in rows:
        strokes = [np.array(stroke, float)[:, :2] for stroke in row["strokes"] if stroke]
        text = str(row["label"])
        owners = [] if " " in text else _aligned(text, strokes, engine)
        found.append(Written(row["writer"], text, strokes, owners))
    return found


def _aligned(text: str, strokes: Strokes, engine: LiteRTEngine) -> list[int]:
    """For each stroke the place of its character; none where there are fewer strokes."""
    spans = [
        (start, end)
        for start in range(len(strokes))
        for end in range(start + 1, min(start + MOST_STROKES, len(strokes)) + 1)
    ]
    readable = [one for one in spans if max(extent(strokes[slice(*one)])[2:]) > DOT_SIDE]
    glyphs = [normalise(strokes[slice(*one)]) for one in readable]
    answers = engine.predict(Glyphs.of(glyphs)).probabilities if glyphs else np.zeros((0, 11))
    read = dict(zip(readable, answers, strict=True))
    tall = float(np.median([extent([one])[3] for one in strokes]))
    best: dict[tuple[int, int], tuple[float, list[int]]] = {(0, 0): (0.0, [])}
    for start, end in spans:
        for place, character in enumerate(text):
            if (start, place) not in best:
                continue
            score, owners = best[start, place]
            score += _fits(character, strokes[start:end], read.get((start, end)), tall)
            after = (end, place + 1)
            if after not in best or score > best[after][0]:
                best[after] = score, owners + [place] * (end - start)
    return best.get((len(strokes), len(text)), (0.0, []))[1]


def _fits(
    character: str, strokes: Strokes, answer: NDArray[np.float64] | None, tall: float
) -> float:
    """How well some strokes fit a character: a digit by its reading, a sign by its size."""
    if character.isdigit():
        return float(np.log(max(answer[int(character)], 1e-3))) if answer is not None else -10.0
    height = extent(strokes)[3]
    usual = PLACES[character][3]
    off = abs(float(np.log((height / tall + 0.05) / (usual + 0.05))))
    usual_strokes = {":": 2, "=": 2, "+": 2, "%": 2, "$": 2}.get(character, 1)
    return -off - 0.7 * abs(len(strokes) - usual_strokes)


# --- as pictures ------------------------------------------------------------------------


def painted(number: Written, brush: int) -> tuple[NDArray[np.uint8], NDArray[np.int16]]:
    """A number black on white, its tall characters about `HEIGHT` high, and whose each pixel is:
    the place of its character, -1 of paper."""
    heights = [extent([stroke])[3] for stroke in number.strokes]
    times = HEIGHT / max(heights)
    strokes = [(points * times * FINER) for points in number.strokes]
    width, height = (np.concatenate(strokes).max(axis=0) + MARGIN * FINER).astype(int)
    sheet = np.full((height, width), 255, dtype=np.uint8)
    whose = np.full((height // FINER, width // FINER), -1, dtype=np.int16)
    for points, owner in zip(strokes, number.owners, strict=True):
        line = np.rint(points).astype(np.int32)
        line = line if len(line) > 1 else line.repeat(2, 0)
        cv2.polylines(sheet, [line], False, 0, brush * FINER)
        cv2.polylines(whose, [line // FINER], False, owner, brush + 1)
    size = (width // FINER, height // FINER)
    return cv2.resize(sheet, size, interpolation=cv2.INTER_AREA).astype(np.uint8), whose


def photographed(
    number: Written, chance: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.int16]]:
    """A number on plain, ruled or squared paper as a camera sees it from above, and whose each
    pixel is, as `painted` says it."""
    tall = float(chance.uniform(*PHOTO_HEIGHT))
    times = tall / max(extent([stroke])[3] for stroke in number.strokes)
    room = float(chance.uniform(*PHOTO_ROOM)) * tall
    left, top, width, height = extent(number.strokes)
    strokes = [(points - (left, top)) * times + room for points in number.strokes]
    width, height = (round(side * times + 2 * room) for side in (width, height))
    pen = max(1.6, tall * float(chance.uniform(*PHOTO_PEN)))
    paper = Sheet(width, height, strokes, pen, chance)
    paper.write(float(chance.uniform(0.6, 0.92)))
    chance.choice([nothing, ruled, grid])(paper)
    whose = np.full((height, width), -1, dtype=np.int16)
    for points, owner in zip(strokes, number.owners, strict=True):
        line = np.rint(points).astype(np.int32)
        line = line if len(line) > 1 else line.repeat(2, 0)
        cv2.polylines(whose, [line], False, owner, round(pen) + 1)
    camera = replace(Camera.by(chance), angle=0.0)
    file = np.frombuffer(file_of(seen(paper, camera), camera), np.uint8)
    return cv2.imdecode(file, cv2.IMREAD_GRAYSCALE).astype(np.uint8), whose
