"""Digits as other schools, pens and tablets write them."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from recognizer.preprocessing import ink
from recognizer.preprocessing.ink import bounding_box
from recognizer.preprocessing.strokes import Stroke
from training.synthesis import digit_variants
from training.synthesis.digit_variants import SHARES, UNITS, draw, generate

pytestmark = pytest.mark.long


def plain(monkeypatch: pytest.MonkeyPatch, **shares: float) -> None:
    """Leaves out what pens and tablets add, except for these."""
    for name in ("FLICKED", "RETRACED", "COARSE"):
        monkeypatch.setattr(digit_variants, name, shares.get(name, 0.0))


def by_digit(count: int, seed: int = 0) -> dict[int, list[list[Stroke]]]:
    found: dict[int, list[list[Stroke]]] = defaultdict(list)
    for label, strokes in zip(*draw(count, np.random.default_rng(seed)), strict=True):
        found[int(label)].append(strokes)
    return found


def rounds(stroke: Stroke) -> float:
    """How often a stroke goes round the middle of its box."""
    x, y, width, height = bounding_box([stroke])
    seen = stroke - (x + width / 2, y + height / 2)
    angles = np.unwrap(np.arctan2(seen[:, 1], seen[:, 0]))
    return float(np.ptp(angles) / (2 * np.pi))


def straightness(stroke: Stroke) -> float:
    """The way from end to end as a share of the way along the stroke."""
    along = np.hypot(*np.diff(stroke, axis=0).T).sum()
    return float(np.hypot(*(stroke[-1] - stroke[0])) / along)


def test_it_works() -> None:
    made = generate(500, np.random.default_rng(0))
    assert set(made.labels.tolist()) == set(SHARES)
    counts = {digit: int((made.labels == digit).sum()) / 5 for digit in SHARES}
    assert counts == pytest.approx(SHARES, abs=6)
    assert made.glyphs.has_ink.all()
    assert made.pixels.max(axis=(1, 2)).min() == 255
    assert made.glyphs.motion.any(axis=(1, 2, 3)).all()


def test_the_glyphs_are_those_of_the_strokes() -> None:
    labels, drawings = draw(20, np.random.default_rng(3))
    made = generate(20, np.random.default_rng(3))
    assert made.labels.tolist() == labels.tolist()
    for at, strokes in enumerate(drawings):
        glyph = ink.normalise(strokes)
        assert (made.pixels[at] == glyph.pixels).all()
        assert (made.glyphs.motion[at] == glyph.motion).all()


def test_the_same_seed_gives_the_same_and_another_seed_others() -> None:
    first, second, other = (generate(30, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.digest() == second.digest() != other.digest()


@pytest.mark.parametrize("digit", SHARES)
def test_every_digit_is_written_in_many_ways(digit: int) -> None:
    made = generate(600, np.random.default_rng(2))
    pictures = made.pixels[made.labels == digit].reshape(-1, 28 * 28).astype(float)
    pictures /= np.linalg.norm(pictures, axis=1, keepdims=True)
    alike = pictures @ pictures.T - np.eye(len(pictures))
    assert np.median(alike.max(axis=1)) < 0.97
    assert np.median(alike) > 0.15, "but they are all one digit"


def test_a_zero_is_a_ring_and_at_most_one_line_or_dot(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second line would make it no digit."""
    plain(monkeypatch)
    kinds = {"ring": 0, "dotted": 0, "crossed": 0}
    for strokes in by_digit(1500)[0]:
        assert len(strokes) <= 2
        assert 0.75 < rounds(strokes[0]) < 1.8
        if len(strokes) == 1:
            kinds["ring"] += 1
            continue
        _, _, width, height = bounding_box([strokes[1]])
        kinds["dotted" if max(width, height) < 0.2 else "crossed"] += 1
        if max(width, height) > 0.3:
            assert straightness(strokes[1]) > 0.95, "it is one line"
    total = sum(kinds.values())
    assert kinds["crossed"] > 0.4 * total
    assert kinds["dotted"] > 0.04 * total
    assert kinds["ring"] > 0.2 * total


def test_the_line_through_a_zero_lies_over_the_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    plain(monkeypatch)
    for strokes in by_digit(600)[0]:
        if len(strokes) < 2:
            continue
        x, y, width, height = bounding_box([strokes[0]])
        middle = strokes[1].mean(axis=0)
        assert x < middle[0] < x + width
        assert y < middle[1] < y + height


@pytest.mark.parametrize(
    ("digit", "strokes"), [(1, {1, 2}), (4, {1, 2}), (6, {1}), (7, {1, 2}), (9, {1})]
)
def test_a_digit_has_as_many_strokes_as_people_make(
    monkeypatch: pytest.MonkeyPatch, digit: int, strokes: set[int]
) -> None:
    plain(monkeypatch)
    assert {len(drawing) for drawing in by_digit(800)[digit]} == strokes


def test_pens_flick_as_they_lift_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shortly, and away from where the stroke went."""
    plain(monkeypatch)
    before = by_digit(300)
    plain(monkeypatch, FLICKED=1.0)
    seen = 0
    rng = np.random.default_rng(0)
    for strokes in (drawing for drawings in before.values() for drawing in drawings):
        last = strokes[-1]
        flicked = digit_variants._flicked(last, rng)
        assert np.array_equal(flicked[: len(last)], last)
        away, along = flicked[-1] - last[-1], last[-1] - last[-2]
        assert 0.04 < np.hypot(*away) < 0.17
        assert away @ along < 0.4 * np.hypot(*away) * np.hypot(*along)
        seen += 1
    assert seen == 300


def test_a_line_drawn_twice_is_longer_and_looks_alike() -> None:
    rng = np.random.default_rng(0)
    stroke = np.stack([np.linspace(0, 0.1, 12), np.linspace(0, 1, 12)], axis=1)
    again = digit_variants._retraced(stroke, rng)
    lengths = [np.hypot(*np.diff(one, axis=0).T).sum() for one in (stroke, again)]
    assert 1.2 < lengths[1] / lengths[0] < 2.2
    pictures = [ink.normalise([one]).pixels.astype(float) for one in (stroke, again)]
    assert np.abs(pictures[0] - pictures[1]).mean() < 12


def test_a_coarse_tablet_knows_whole_units_only(monkeypatch: pytest.MonkeyPatch) -> None:
    plain(monkeypatch, COARSE=1.0)
    for strokes in (drawing for drawings in by_digit(200).values() for drawing in drawings):
        points = np.concatenate(strokes)
        steps = np.unique(np.round(np.abs(np.diff(np.unique(points[:, 1]))), 9))
        unit = steps[steps > 1e-6].min()
        assert np.allclose(np.rint(points / unit) * unit, points, atol=1e-6)
        longer = max(bounding_box(strokes)[2:])
        assert UNITS[0] - 2 <= longer / unit <= UNITS[1] + 2
        for stroke in strokes:
            assert (np.diff(stroke, axis=0) != 0).any(axis=1).all(), "no point stands twice"
