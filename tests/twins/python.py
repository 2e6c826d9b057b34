"""What the server's modules find, in the shapes of `javascript.py`."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias
from unittest import mock

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recognizer import submission
from recognizer.api.predictions import prediction_body
from recognizer.exceptions import InputError
from recognizer.preprocessing import ink as ink_
from recognizer.preprocessing import motion
from recognizer.preprocessing import raster as raster_
from recognizer.preprocessing.glyph import Glyphs
from recognizer.preprocessing.strokes import Stroke
from recognizer.segmentation import raster as raster_numbers
from recognizer.segmentation.ink import digits as digits_of_ink
from recognizer.segmentation.lattice import Lattice
from recognizer.services.predictions import predict
from recognizer.serving import registry
from recognizer.serving.decision import Thresholds
from recognizer.serving.engine import Outputs

Found: TypeAlias = dict[str, Any]


def found_or_refusal(find: Callable[[], Found]) -> Found:
    """What was found, or the code of the refusal."""
    try:
        return find()
    except InputError as error:
        return {"refusal": error.code}


def ink(strokes: Any, canvas: Any) -> Found:
    def find() -> Found:
        parsed = _parsed(strokes, canvas)
        glyph = ink_.normalise(parsed.strokes, canvas=parsed.canvas)
        return {"pixels": glyph.pixels, "motion": glyph.motion, **_exact(parsed.strokes)}

    return found_or_refusal(find)


def ink_number(strokes: Any, canvas: Any, answers: list[list[float]]) -> Found:
    def find() -> Found:
        parsed = _parsed(strokes, canvas)
        lattice = digits_of_ink(parsed.strokes, canvas=parsed.canvas)
        groups = lattice.groups[: len(lattice.glyphs)]
        parts = [[parsed.strokes[piece] for piece in group.pieces] for group in groups]
        exact = [_exact(some) for some in parts]
        return {
            **_lattice(lattice, [one["image"] for one in exact], answers),
            "motion": np.array([glyph.motion for glyph in lattice.glyphs]),
            "maps": np.array([one["maps"] for one in exact]),
        }

    return found_or_refusal(find)


def _exact(strokes: list[Stroke]) -> Found:
    """A digit's image and maps before they are rounded."""
    return {"image": ink_.render(strokes), "maps": motion.maps(ink_.place(strokes))}


def raster(grey: NDArray[np.uint8]) -> Found:
    def find() -> Found:
        glyph = raster_.normalise(grey)
        return {"pixels": glyph.pixels, "image": raster_.render(grey), "box": [*glyph.box]}

    return found_or_refusal(find)


def raster_number(grey: NDArray[np.uint8], answers: list[list[float]]) -> Found:
    def find() -> Found:
        lattice = raster_numbers.digits(grey)
        return _lattice(lattice, raster_numbers.renders(grey), answers)

    return found_or_refusal(find)


def _parsed(strokes: Any, canvas: Any) -> Any:
    return submission.parse({"strokes": strokes, "canvas": canvas})


def _lattice(lattice: Lattice, images: list[Any], answers: list[list[float]]) -> Found:
    return {
        "groups": [[[*group.pieces], group.affinity] for group in lattice.groups],
        "boxes": [[*glyph.box] for glyph in lattice.glyphs],
        "pixels": np.array([glyph.pixels for glyph in lattice.glyphs]),
        "image": np.array(images),
        "traits": lattice.traits,
        "marks": [
            [mark.glyph, mark.text, mark.probability, [*mark.box]]
            for mark in lattice.read(np.array(cycled(answers, len(lattice.glyphs))))
        ],
    }


def cycled(values: list[Any], count: int) -> list[Any]:
    """As many of the values as are wanted, from the start again where there are fewer."""
    return [values[at % len(values)] for at in range(count)]


@dataclass(frozen=True)
class Echo:
    """A network that gives these rows whatever it sees.

    Its readers' logits are rows as well, one and two further on, so that they often see
    different digits; those of the motion are 0 where there is no ink.
    """

    rows: list[list[float]]

    def predict(self, glyphs: Glyphs) -> Outputs:
        probabilities, picture, motion = (
            np.array(cycled(self.rows[by:] + self.rows[:by], len(glyphs)), dtype=np.float32)
            for by in range(3)
        )
        return Outputs(probabilities, picture, motion * glyphs.has_ink[:, None])


def body(
    *,
    strokes: Any = None,
    canvas: Any = None,
    grey: NDArray[np.uint8] | None = None,
    number: bool,
    rows: list[list[float]],
    thresholds: dict[str, float],
) -> Found:
    """The API's whole answer by such a network, with what it has seen."""
    engine = Echo(rows)
    live = registry.Live(1, 1, 1, Thresholds(**thresholds), engine)  # type: ignore[arg-type]

    def find() -> Found:
        what = {"image": _file(grey)} if grey is not None else {"strokes": strokes}
        sent = {**what, "canvas": canvas, "number": number, "detail": True}
        with mock.patch.object(registry, "live", return_value=live):
            prediction = predict(submission=submission.parse(sent))
        return prediction_body(prediction, number=number, detail=True)

    return found_or_refusal(find)


def _file(grey: NDArray[np.uint8]) -> str:
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG", compress_level=1)
    return base64.b64encode(file.getvalue()).decode()
