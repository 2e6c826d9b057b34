"""Versions beside the live one: read by, kept for a while, and refused where they are damaged."""

from __future__ import annotations

import pytest

from recognizer.exceptions import BadArtifact
from recognizer.models import ModelVersion
from recognizer.preprocessing import ink
from recognizer.services.predictions import predict_by
from recognizer.serving.shelf import Shelf
from tests.support import factories

pytestmark = pytest.mark.django_db


def test_it_works(live_model: ModelVersion) -> None:
    drawing = factories.drawing(factories.contributor(), live_model)
    glyph = ink.of_stored(bytes(drawing.pixels), drawing.strokes)
    other = factories.version()
    found = predict_by(glyph=glyph, versions=[other, live_model])
    assert [one.number for one in found] == [2, 1]
    assert [one.reading.digit for one in found if one.reading] == [4, 4]
    assert all(one.milliseconds > 0 for one in found)


def test_a_version_that_cannot_answer_says_why(live_model: ModelVersion) -> None:
    drawing = factories.drawing(factories.contributor(), live_model)
    glyph = ink.of_stored(bytes(drawing.pixels), drawing.strokes)
    broken = factories.version()
    factories.overwrite(broken, b"damaged")
    first, second = predict_by(glyph=glyph, versions=[broken, live_model])
    assert first.reading is None
    assert first.error
    assert second.reading is not None


def test_the_same_engine_answers_again(live_model: ModelVersion) -> None:
    shelf = Shelf()
    assert shelf.take(live_model).engine is shelf.take(live_model).engine


def test_no_more_are_kept_than_there_is_room_for(live_model: ModelVersion) -> None:
    shelf = Shelf(most=2)
    others = [factories.version() for _ in range(3)]
    first = shelf.take(others[0]).engine
    for version in others[1:]:
        shelf.take(version)
    assert len(shelf) == 2
    assert shelf.take(others[0]).engine is not first


def test_a_damaged_version_is_not_kept(live_model: ModelVersion) -> None:
    broken, shelf = factories.version(), Shelf()
    factories.overwrite(broken, b"damaged")
    with pytest.raises(BadArtifact):
        shelf.take(broken)
    assert len(shelf) == 0
