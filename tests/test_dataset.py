"""The snapshot: what is trained on, on which side of the split, and with what weight."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from recognizer.models import ModelVersion
from tests import factories
from training.dataset import FEWEST_TO_HOLD_OUT, is_held_out, take_snapshot


def people(count: int, version: ModelVersion, each: int = 2) -> None:
    for number in range(count):
        for _ in range(each):
            factories.drawing(factories.contributor(number), version)


@pytest.mark.django_db
def test_it_works(live_model: ModelVersion) -> None:
    people(20, live_model)
    snapshot = take_snapshot()
    counts = snapshot.counts()
    assert counts["total"] == 40
    assert counts["contributors"] == 20
    assert counts["sources"] == {"ink": 40}
    assert 0 < counts["held_out"] < counts["train"]
    assert snapshot.train.examples.pixels.shape[1:] == (28, 28)
    assert set(snapshot.train.examples.labels) == {4}


@pytest.mark.django_db
def test_nobody_is_on_both_sides(live_model: ModelVersion) -> None:
    people(20, live_model)
    snapshot = take_snapshot()
    owners = dict(live_model.drawings.values_list("pk", "contributor"))
    learned = {owners[pk] for pk in snapshot.train.ids}
    judged = {owners[pk] for pk in snapshot.held_out.ids}
    assert learned
    assert judged
    assert not learned & judged


@pytest.mark.django_db
def test_a_contributor_stays_on_one_side(live_model: ModelVersion) -> None:
    people(10, live_model)
    before = set(take_snapshot().held_out.ids)
    people(30, live_model)
    assert before <= set(take_snapshot().held_out.ids)


def test_the_share_held_out_is_about_the_setting() -> None:
    keys = [factories.uuid.uuid5(factories.uuid.NAMESPACE_OID, str(n)) for n in range(4000)]
    share = np.mean([is_held_out(key, 20) for key in keys])
    assert share == pytest.approx(0.2, abs=0.03)
    assert not any(is_held_out(key, 0) for key in keys)


@pytest.mark.django_db
def test_a_small_site_learns_from_everybody(live_model: ModelVersion) -> None:
    people(FEWEST_TO_HOLD_OUT - 1, live_model)
    assert len(take_snapshot().held_out) == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"consent": False},
        {"review": "pending", "accepted_label": ""},
        {"review": "rejected", "accepted_label": ""},
        {"review": "unlabelled", "accepted_label": "", "label": ""},
    ],
)
def test_what_may_not_be_used_is_not(live_model: ModelVersion, fields: dict[str, Any]) -> None:
    factories.drawing(factories.contributor(), live_model, **fields)
    assert take_snapshot().counts()["total"] == 0


@pytest.mark.django_db
def test_a_blocked_contributor_is_left_out(live_model: ModelVersion) -> None:
    factories.drawing(factories.contributor(1, blocked=True), live_model)
    assert take_snapshot().counts()["total"] == 0


@pytest.mark.django_db
def test_no_contributor_weighs_more_than_its_cap(live_model: ModelVersion, settings: Any) -> None:
    settings.CONTRIBUTOR_CAP = 4
    for _ in range(8):
        factories.drawing(factories.contributor(1), live_model)
    factories.drawing(factories.contributor(2), live_model)
    for _ in range(3):
        factories.drawing(factories.contributor(3, share_cap=1), live_model)
    owners = dict(live_model.drawings.values_list("pk", "contributor"))
    weights: dict[Any, float] = {}
    train = take_snapshot().train
    for pk, weight in zip(train.ids, train.examples.weights, strict=True):
        weights[owners[pk]] = weights.get(owners[pk], 0) + float(weight)
    assert weights == {
        factories.contributor(1).pk: pytest.approx(4),
        factories.contributor(2).pk: pytest.approx(1),
        factories.contributor(3).pk: pytest.approx(1),
    }


@pytest.mark.django_db
def test_the_digest_is_a_function_of_what_is_learned_from(live_model: ModelVersion) -> None:
    people(2, live_model)
    digest = take_snapshot().digest
    assert take_snapshot().digest == digest
    one = live_model.drawings.first()
    assert one is not None
    one.accepted_label = "not_a_digit"
    one.save()
    assert take_snapshot().digest != digest


@pytest.mark.django_db
def test_a_correction_to_no_digit_is_class_ten(live_model: ModelVersion) -> None:
    factories.drawing(factories.contributor(), live_model, accepted_label="not_a_digit")
    assert take_snapshot().train.examples.labels.tolist() == [10]
