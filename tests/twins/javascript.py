"""What the browser's modules find: questions to tests/js/helpers/twins.js."""

from __future__ import annotations

import base64
import json
import subprocess
from typing import TYPE_CHECKING, Any

import numpy as np

from recognizer.preprocessing.glyph import MAPS, SIZE
from tests import ROOT
from tests.support import servers

if TYPE_CHECKING:
    from types import TracebackType

    from numpy.typing import NDArray

# What comes as bytes, of one glyph or in a list of several: the kind of its numbers, its shape.
ARRAYS: dict[str, tuple[str, tuple[int, ...]]] = {
    "pixels": ("u1", (SIZE, SIZE)),
    "image": ("<f8", (SIZE, SIZE)),
    "motion": ("u1", MAPS),
    "maps": ("<f8", MAPS),
}
SCRIPT = ROOT / "tests" / "js" / "helpers" / "twins.js"


class JavaScript:
    """One Node process for many questions."""

    def __init__(self) -> None:
        self._node = subprocess.Popen(
            [servers.find_node() or "node", SCRIPT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> JavaScript:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._node.communicate()

    def ask(self, of: str, **question: Any) -> dict[str, Any]:
        """What a finder of the script finds: see there."""
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.write(json.dumps({"of": of, **question}) + "\n")
        self._node.stdin.flush()
        found: dict[str, Any] = json.loads(self._node.stdout.readline() or '{"error": "no answer"}')
        assert "error" not in found, found["error"]
        return found

    def ink(self, strokes: Any, canvas: Any) -> dict[str, Any]:
        """One digit in ink: its pixels and motion, and both before they are rounded."""
        return unpacked(self.ask("ink", strokes=strokes, canvas=canvas))

    def ink_number(self, strokes: Any, canvas: Any, answers: list[list[float]]) -> dict[str, Any]:
        """The lattice of a number in ink, and what is read of it by these answers."""
        found = self.ask("inkNumber", strokes=strokes, canvas=canvas, answers=answers)
        return unpacked(found)

    def raster(self, grey: NDArray[np.uint8]) -> dict[str, Any]:
        """One digit on a picture, and its box."""
        return unpacked(self.ask("raster", picture=packed(grey)))

    def raster_number(self, grey: NDArray[np.uint8], answers: list[list[float]]) -> dict[str, Any]:
        """The lattice of a number on a picture, and what is read of it."""
        found = self.ask("rasterNumber", picture=packed(grey), answers=answers)
        return unpacked(found)


def packed(grey: NDArray[np.uint8]) -> dict[str, Any]:
    data = base64.b64encode(grey.tobytes()).decode()
    return {"width": grey.shape[1], "height": grey.shape[0], "data": data}


def unpacked(found: dict[str, Any]) -> dict[str, Any]:
    """With arrays in place of their bytes."""
    arrays = {name: _array(found[name], *ARRAYS[name]) for name in ARRAYS if name in found}
    if "traits" in found:
        arrays["traits"] = np.array(found["traits"])
    return {**found, **arrays}


def _array(content: str | list[str], kind: str, shape: tuple[int, ...]) -> NDArray[Any]:
    if isinstance(content, list):
        return np.array([_array(one, kind, shape) for one in content])
    return np.frombuffer(base64.b64decode(content), kind).reshape(shape)
