"""What a drawing was made with."""

from __future__ import annotations

import uuid

import pytest

from recognizer.models import Drawing, ModelVersion
from tests.support import factories
from training.data.pens import pen_of, pens_of


@pytest.mark.parametrize(
    ("strokes", "pen"),
    [
        ([[[1, 2, 0, 0.4], [2, 3, 8, 0.5]]], "stylus"),
        ([[[1, 2, 0], [2, 3, 8]]], "pointer"),
        ([[], [[1, 2]]], "pointer"),
        (None, "picture"),
        ([], "picture"),
    ],
)
def test_it_works(strokes: list[list[list[float]]] | None, pen: str) -> None:
    assert pen_of(strokes) == pen


@pytest.mark.django_db
def test_each_drawing_in_its_place(live_model: ModelVersion) -> None:
    one, other = (factories.drawing(factories.contributor(), live_model) for _ in range(2))
    Drawing.objects.filter(pk=other.pk).update(strokes=[[[1, 2, 0, 0.4], [2, 3, 8, 0.5]]])
    found = pens_of([other.pk, uuid.uuid4(), one.pk])
    assert found.tolist() == ["stylus", "picture", "pointer"]
