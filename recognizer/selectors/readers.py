"""What each reader of the live version says of a stored drawing, taken alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from recognizer.labels import LABELS
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import Glyphs
from recognizer.serving import registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recognizer.models import Drawing


@dataclass(frozen=True, slots=True)
class Opinion:
    """Eleven probabilities in [0, 1] that sum to 1, in the order of `LABELS`."""

    probabilities: list[float]

    @property
    def label(self) -> str:
        """The likeliest label."""
        return LABELS[int(np.argmax(self.probabilities))]

    @property
    def share(self) -> float:
        """The likeliest label's probability."""
        return max(self.probabilities)


@dataclass(frozen=True, slots=True)
class Opinions:
    """What version `number` says of a drawing, and its readers of picture and of motion.

    A network of format 1 has none of its own; of what is no ink there is no motion.
    `features` are both readers' last activations.
    """

    number: int
    both: Opinion
    picture: Opinion | None
    motion: Opinion | None
    features: NDArray[np.float32] | None


def opinions(drawings: Sequence[Drawing]) -> list[Opinions | None]:
    """The live version's opinions of drawings, in one batch; each None where none answers."""
    try:
        live = registry.live()
    except registry.NoModel:
        return [None] * len(drawings)
    if not drawings:
        return []
    glyphs = [ink.of_stored(bytes(drawing.pixels), drawing.strokes) for drawing in drawings]
    outputs = live.engine.predict(Glyphs.of(glyphs))
    picture, motion = outputs.picture_logits, outputs.motion_logits
    return [
        Opinions(
            live.number,
            Opinion(outputs.probabilities[at].tolist()),
            None if picture is None else _opinion(picture[at]),
            None if motion is None or drawing.strokes is None else _opinion(motion[at]),
            None if outputs.features is None else outputs.features[at],
        )
        for at, drawing in enumerate(drawings)
    ]


def _opinion(logits: NDArray[np.float32]) -> Opinion:
    powers = np.exp(logits - logits.max())
    return Opinion((powers / powers.sum()).tolist())
