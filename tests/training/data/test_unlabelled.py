"""What nobody labelled: whose drawings are looked at, how many, and made-up digits besides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from recognizer.models import Contributor, Drawing, ModelVersion
from recognizer.split import is_held_out
from tests.support import factories
from training.data import unlabelled


def draw(by: Contributor, version: ModelVersion, **more: Any) -> Drawing:
    nothing = {"label": "", "accepted_label": "", "review": "unlabelled", "reviewed_at": None}
    return factories.drawing(by, version, **{**nothing, **more})


def person(*, held_out: bool, nth: int = 0) -> Contributor:
    """The nth of the tests' contributors that is held out, or is not."""
    found = -1
    for number in range(1000):
        made = factories.contributor(number)
        found += is_held_out(made.pk, 20) is held_out
        if found == nth:
            return made
    raise AssertionError("There are enough of both.")


@pytest.mark.django_db
def test_it_works(live_model: ModelVersion) -> None:
    wanted = draw(person(held_out=True), live_model)
    found = unlabelled.held_out_unlabelled()
    assert found.ids == [wanted.pk]
    assert found.glyphs.pixels.tobytes() == bytes(wanted.pixels)
    assert found.glyphs.has_ink.tolist() == [True]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("held_out", "more"),
    [
        (False, {}),
        (True, {"label": "4", "review": "pending"}),
        (True, {"label": "4", "accepted_label": "4", "review": "accepted"}),
        (True, {"consent": False}),
    ],
)
def test_what_is_learned_from_labelled_or_not_agreed_to_is_not_looked_at(
    live_model: ModelVersion, held_out: bool, more: dict[str, Any]
) -> None:
    draw(person(held_out=held_out), live_model, **more)
    assert unlabelled.held_out_unlabelled().ids == []


@pytest.mark.django_db
def test_nor_are_a_blocked_contributor_s(live_model: ModelVersion) -> None:
    blocked = person(held_out=True)
    draw(blocked, live_model)
    Contributor.objects.filter(pk=blocked.pk).update(blocked=True)
    assert unlabelled.held_out_unlabelled().ids == []


@pytest.mark.django_db
def test_of_one_contributor_the_newest_few(
    live_model: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unlabelled, "MAX_OF_ONE", 2)
    busy, other = (person(held_out=True, nth=nth) for nth in (0, 1))
    first, second, third = (draw(busy, live_model) for _ in range(3))
    rare = draw(other, live_model)
    assert unlabelled.held_out_unlabelled().ids == [rare.pk, third.pk, second.pk]
    monkeypatch.setattr(unlabelled, "MAX_DRAWINGS", 1)
    assert unlabelled.held_out_unlabelled().ids == [rare.pk]
    assert first.pk


@pytest.mark.long
def test_made_up_digits_are_the_same_every_time() -> None:
    one, other = unlabelled.made_up(), unlabelled.made_up()
    assert one.digest() == other.digest()
    assert len(one) == unlabelled.MADE_UP
    assert np.bincount(one.labels, minlength=10)[[0, 1, 4, 6, 7, 9]].min() >= 30
