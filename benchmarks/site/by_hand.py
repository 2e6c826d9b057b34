"""What every site put together by hand shares with ours: the normalisation, the network, LiteRT.

For `fastapi_site`, `bentoml_site` and `litserve_site`, which `serving.py` compares with.
"""

import os
from pathlib import Path
from typing import Any

from recognizer.preprocessing import ink, strokes
from recognizer.preprocessing.glyph import Glyphs
from recognizer.serving.engine import LiteRTEngine

MAX_STROKES, MAX_POINTS = 200, 10_000


class Reader:
    """The network that `MODEL` names, which answers one request at a time."""

    def __init__(self) -> None:
        self.engine = LiteRTEngine(Path(os.environ["MODEL"]).read_bytes())

    def read(self, drawing: dict[str, Any]) -> dict[str, Any]:
        parsed = strokes.parse(drawing["strokes"], max_strokes=MAX_STROKES, max_points=MAX_POINTS)
        glyph = ink.normalise(parsed, canvas=drawing["canvas"])
        probabilities = self.engine.predict(Glyphs.of([glyph])).probabilities[0]
        return {"digit": int(probabilities.argmax()), "probabilities": probabilities.tolist()}
