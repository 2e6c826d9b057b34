"""Augmentation: digits written a little differently, in slant, proportions, tremor and pen.

A whole batch is laid out as one tall strip, so that OpenCV's morphology and
resampling are called once each. All movements of a picture's points are summed
before it is sampled, so it is blurred once and not four times.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from recognizer.preprocessing.glyph import SIZE
from recognizer.serving.engine import network_input

if TYPE_CHECKING:
    from numpy.typing import NDArray

KNOTS = 5
# Share of its ink that a picture must keep when a pixel is taken off, to be thinned at all.
SOLID = 0.35

_GAP = 2  # empty rows above and below each picture of the strip
_PITCH = SIZE + 2 * _GAP
_MAX_PICTURES = 512  # pictures in a strip: OpenCV addresses fewer than 32,768 rows
_MIDDLE = (SIZE - 1) / 2
_AXIS = np.arange(SIZE, dtype=np.float32) - np.float32(_MIDDLE)


@dataclass(frozen=True, slots=True)
class Variation:
    """How differently the same digit may be written, the most for each kind of variation.

    0 leaves a kind out, 1 the contrast. benchmarks/network/augmentation.py measures what
    each is worth.
    """

    rotation: float = 12.0  # degrees, to either side
    shear: float = 0.25
    stretch: float = 0.14  # of one side, as a natural logarithm
    shift: float = 0.7  # pixels: ink is centred by its mass, but never quite alike
    # Deviation, in pixels, of the tremor's 5x5 control points; after Simard, Steinkraus
    # and Platt (2003), "Best Practices for Convolutional Neural Networks".
    tremor: float = 0.7
    thinner: float = 1.0  # pixels taken off a stroke, at most
    thicker: float = 0.5  # pixels added to it, at most
    contrast: float = 2.2  # from as soft as scanned paper to as crisp as a drawn line


STANDARD = Variation()


def _spread() -> NDArray[np.float32]:
    """(28, 5): what each pixel of a row takes from each control point, smoothly."""
    knots = np.linspace(-_MIDDLE, _MIDDLE, KNOTS)
    bumps = np.exp(-0.5 * ((_AXIS[:, None] - knots) / (0.6 * (knots[1] - knots[0]))) ** 2)
    spread = bumps / np.linalg.norm(bumps, axis=1, keepdims=True)
    return np.asarray(spread, dtype=np.float32)


_SPREAD = _spread()


def augment(
    batch: NDArray[np.uint8 | np.float32],
    rng: np.random.Generator,
    variation: Variation = STANDARD,
) -> NDArray[np.float32]:
    """Each picture varied at random: (n, 28, 28) -> (n, 28, 28) float32 in [0, 1].

    `batch` is uint8, 0 paper to 255 ink, or float32 in [0, 1].
    """
    if batch.dtype == np.uint8:
        images = network_input(np.asarray(batch, np.uint8))[..., 0]
    else:
        images = np.asarray(batch, np.float32)
    parts = [
        _varied(images[at : at + _MAX_PICTURES], rng, variation)
        for at in range(0, len(images), _MAX_PICTURES)
    ]
    return np.concatenate([np.empty((0, SIZE, SIZE), np.float32), *parts])


def _varied(
    images: NDArray[np.float32], rng: np.random.Generator, variation: Variation
) -> NDArray[np.float32]:
    strip = np.zeros((len(images), _PITCH, SIZE), dtype=np.float32)
    strip[:, _GAP:-_GAP] = images
    strip = _with_other_pen(strip, rng, variation)
    x, y = _source(len(images), rng, variation)
    # A point that moved out of its picture reads the empty rows around it.
    np.clip(y, -_GAP + 1, SIZE + _GAP - 2, out=y)
    y += np.arange(len(images), dtype=np.float32)[:, None, None] * _PITCH + _GAP
    tall = (len(images) * SIZE, SIZE)
    moved = cv2.remap(
        strip.reshape(-1, SIZE), x.reshape(tall), y.reshape(tall), cv2.INTER_LINEAR
    ).reshape(images.shape)
    return _with_other_contrast(moved, rng, variation.contrast)


def _with_other_pen(
    strip: NDArray[np.float32], rng: np.random.Generator, variation: Variation
) -> NDArray[np.float32]:
    """Strokes thinned or thickened by up to a pixel."""
    tall = strip.reshape(-1, SIZE)
    square = np.ones((2, 2), dtype=np.uint8)
    thinner = cv2.erode(tall, square).reshape(strip.shape)
    thicker = cv2.dilate(tall, square).reshape(strip.shape)
    change = rng.uniform(-variation.thinner, variation.thicker, len(strip))
    # What is thin already would vanish.
    solid = thinner.sum(axis=(1, 2)) > SOLID * strip.sum(axis=(1, 2))
    less, more = np.where(solid, np.maximum(-change, 0), 0), np.maximum(change, 0)
    varied: NDArray[np.float32] = strip + _column(more) * (thicker - strip)
    varied += _column(less) * (thinner - strip)
    return varied


def _source(
    count: int, rng: np.random.Generator, by: Variation
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where in its picture each new pixel's ink comes from: x and y, (n, 28, 28) each."""
    angle = np.deg2rad(rng.uniform(-by.rotation, by.rotation, count))
    shear = rng.uniform(-by.shear, by.shear, count)
    wide, high = np.exp(rng.uniform(-by.stretch, by.stretch, (2, count)))
    shift = rng.uniform(-by.shift, by.shift, (2, count)) + _MIDDLE
    knots = rng.normal(0, by.tremor, (2, count, KNOTS, KNOTS)).astype(np.float32)
    tremor = _SPREAD @ knots @ _SPREAD.T
    cosine, sine = np.cos(angle), np.sin(angle)
    x = _slope(cosine * wide, (cosine * shear - sine) * high) + _column(shift[0]) + tremor[0]
    y = _slope(sine * wide, (sine * shear + cosine) * high) + _column(shift[1]) + tremor[1]
    return x, y


def _slope(along_x: NDArray[np.floating], along_y: NDArray[np.floating]) -> NDArray[np.float32]:
    """(n, 28, 28) planes that rise by so much a column and so much a row."""
    return _column(along_x) * _AXIS + _column(along_y) * _AXIS[:, None]


def _with_other_contrast(
    images: NDArray[np.float32], rng: np.random.Generator, most: float
) -> NDArray[np.float32]:
    gain = _column(rng.uniform(1.0, most, len(images)))
    contrasted: NDArray[np.float32] = np.clip((images - 0.5) * gain + 0.5, 0.0, 1.0)
    return contrasted


def _column(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """(n,) -> (n, 1, 1), one number for each picture."""
    return values.astype(np.float32)[:, None, None]
