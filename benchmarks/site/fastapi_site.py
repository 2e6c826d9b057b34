"""What `serving.py` compares with: FastAPI as its tutorial has it, in front of LiteRT."""

import threading
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from benchmarks.site.by_hand import Reader

app = FastAPI()
reader = Reader()
one_at_a_time = threading.Lock()


class Drawing(BaseModel):
    strokes: list[list[list[float]]]
    canvas: tuple[float, float]


@app.post("/predict")
def predict(drawing: Drawing) -> dict[str, Any]:
    with one_at_a_time:
        return reader.read(drawing.model_dump())
