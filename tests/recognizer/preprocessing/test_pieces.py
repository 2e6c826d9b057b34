"""The connected pieces of a mask, looked at only where there are some."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from recognizer.preprocessing.cleaning.pieces import Pieces


@pytest.fixture(params=range(12))
def mask(request: pytest.FixtureRequest) -> np.ndarray:
    """Blots somewhere in a picture, in some at its edge."""
    chance = np.random.default_rng(request.param)
    blots = (chance.random((60, 90)) < 0.02).astype(np.uint8)
    blots[:, : 20 * (request.param % 3)] = 0
    return cv2.dilate(blots, np.ones((3, 4), np.uint8))


def test_it_works(mask: np.ndarray) -> None:
    pieces = Pieces.of(mask)

    assert len(pieces) > 5
    assert np.array_equal(pieces.labels > 0, mask > 0)


def test_a_mask_is_of_the_pieces_that_were_chosen(mask: np.ndarray) -> None:
    pieces = Pieces.of(mask)
    chosen = np.arange(len(pieces)) % 3 == 0

    assert np.array_equal(pieces.mask(chosen), np.isin(pieces.labels, [*range(3, len(pieces), 3)]))
    assert not pieces.mask(np.zeros(len(pieces), np.bool_)).any()


def test_an_outline_is_what_paper_or_the_edge_is_beside(mask: np.ndarray) -> None:
    pieces = Pieces.of(mask)
    padded = np.pad(mask, 1)
    height, width = mask.shape
    shifts = [padded[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    outline = (mask > 0) & (np.min(shifts, axis=0) == 0)

    assert pieces.outlines().tolist() == [
        int((outline & (pieces.labels == number)).sum()) if number else 0
        for number in range(len(pieces))
    ]
