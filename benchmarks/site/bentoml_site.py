"""What `serving.py` compares with: a BentoML service of one worker, in front of LiteRT."""

from typing import Any

import bentoml

from benchmarks.site.by_hand import Reader


@bentoml.service(workers=1)
class Digits:
    def __init__(self) -> None:
        self.reader = Reader()

    @bentoml.api
    def predict(
        self, strokes: list[list[list[float]]], canvas: tuple[float, float]
    ) -> dict[str, Any]:
        return self.reader.read({"strokes": strokes, "canvas": canvas})
