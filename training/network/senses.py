"""The two senses of a reader: what the picture's and the motion's network take of a glyph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from recognizer.preprocessing.glyph import MAPS, SIZE
from recognizer.serving.engine import motion_input, network_input
from training.data import augmentation, motion_augmentation
from training.lazy_glyphs import AnyGlyphs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from training.network.recipe import Recipe

Rows: TypeAlias = "NDArray[np.uint8]"  # (n, ...), of n glyphs
Batch: TypeAlias = "NDArray[np.float32]"  # (n, ...), as the network takes them


@dataclass(frozen=True, slots=True)
class Sense:
    """What one network takes of glyphs.

    `stage` is what its training is called in a run's progress. `shape` is that of one example,
    `of` takes it from glyphs, `plain` makes it the network's input, and `varied` a randomly
    varied one, as the recipe says.
    """

    stage: str
    shape: tuple[int, ...]
    of: Callable[[AnyGlyphs], Rows]
    plain: Callable[[Rows], Batch]
    varied: Callable[[Rows, np.random.Generator, Recipe], Batch]


def _varied_pictures(rows: Rows, rng: np.random.Generator, recipe: Recipe) -> Any:
    return augmentation.augment(rows, rng, recipe.variation)[..., None]


def _varied_motion(rows: Rows, rng: np.random.Generator, recipe: Recipe) -> Any:
    return motion_augmentation.augment(motion_input(rows), rng, recipe.motion_variation)


PICTURE = Sense(
    stage="training",
    shape=(SIZE, SIZE, 1),
    of=lambda glyphs: glyphs.pixels,
    plain=network_input,
    varied=_varied_pictures,
)
MOTION = Sense(
    stage="training the motion's reader",
    shape=MAPS,
    of=lambda glyphs: glyphs.motion,
    plain=motion_input,
    varied=_varied_motion,
)
