"""The snapshot: what is trained on, on which side of the split, and with what weight."""

from __future__ import annotations

import base64
import json
import uuid
from typing import Any

import numpy as np
import pytest

from recognizer.models import Contributor, Drawing, ModelVersion
from recognizer.services.drawings import drawing_delete
from tests.support import factories
from training.data.held_out import MIN_CONTRIBUTORS
from training.data.snapshot import (
    MAX_NON_DIGITS,
    balanced_weights,
    record_digest,
    retake_snapshot,
    take_snapshot,
)


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


@pytest.mark.django_db
def test_a_small_site_learns_from_everybody(live_model: ModelVersion) -> None:
    people(MIN_CONTRIBUTORS - 1, live_model)
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


@pytest.mark.parametrize(
    ("digits", "signs", "expected"),
    [
        (10, 0, 0.0),
        (10, 3, 3.0),  # fewer than are allowed weigh what they weigh
        (10, 30, 10 * MAX_NON_DIGITS),
        (0, 5, 5.0),  # without a digit there is nothing to outvote
    ],
)
def test_what_is_no_digit_does_not_outvote_the_digits(
    digits: int, signs: int, expected: float
) -> None:
    labels = np.array([3] * digits + [10] * signs)
    weights = balanced_weights(labels, np.ones(len(labels), np.float32))
    assert weights[labels == 3].tolist() == [1.0] * digits
    assert weights[labels == 10].sum() == pytest.approx(expected)


@pytest.mark.django_db
def test_somebodys_signs_do_not_take_the_place_of_the_same_persons_digits(
    live_model: ModelVersion, settings: Any
) -> None:
    settings.CONTRIBUTOR_CAP = 4
    for label in ["4"] * 6 + ["not_a_digit"] * 20:
        factories.drawing(factories.contributor(1), live_model, accepted_label=label)
    examples = take_snapshot().train.examples
    assert examples.weights[examples.labels == 4].sum() == pytest.approx(4)
    assert examples.weights[examples.labels == 10].sum() == pytest.approx(4 * MAX_NON_DIGITS)


# --- a run that goes on ---------------------------------------------------------


@pytest.fixture
def begun(live_model: ModelVersion) -> dict[str, Any]:
    """What a run wrote down that began with two drawings of each of twenty people."""
    people(20, live_model)
    written: dict[str, Any] = json.loads(json.dumps(take_snapshot().record()))
    return written


def ids_of(part: dict[str, Any]) -> list[uuid.UUID]:
    rows = base64.b64decode(part["ids"])
    return [uuid.UUID(bytes=rows[at : at + 16]) for at in range(0, len(rows), 16)]


@pytest.mark.django_db
def test_a_run_goes_on_with_what_an_earlier_release_wrote_down(begun: dict[str, Any]) -> None:
    taken = take_snapshot()
    for name, part in (("train", taken.train), ("held_out", taken.held_out)):
        begun[name] = {
            "ids": [str(key) for key in part.ids],
            "labels": part.examples.labels.tolist(),
            "weights": part.examples.weights.tolist(),
        }
    assert retake_snapshot(begun).digest == taken.digest
    assert record_digest(begun) == record_digest(taken.record())


@pytest.mark.django_db
def test_a_snapshot_is_made_again_of_what_was_written_down(begun: dict[str, Any]) -> None:
    before, again = take_snapshot(), retake_snapshot(begun)
    assert again.digest == before.digest
    assert (again.train.ids, again.held_out.ids) == (before.train.ids, before.held_out.ids)
    assert again.counts() == before.counts()
    assert again.record() == begun


@pytest.mark.django_db
def test_no_pixel_is_written_down(begun: dict[str, Any]) -> None:
    assert set(begun) == {"train", "held_out", "contributors", "sources"}
    assert set(begun["train"]) == {"ids", "labels", "weights"}


@pytest.mark.django_db
def test_what_was_accepted_or_labelled_anew_meanwhile_is_not_in_it(
    begun: dict[str, Any], live_model: ModelVersion
) -> None:
    digest = take_snapshot().digest
    people(30, live_model, each=1)
    Drawing.objects.filter(pk=ids_of(begun["train"])[0]).update(accepted_label="7")
    assert take_snapshot().digest != digest
    assert retake_snapshot(begun).digest == digest


@pytest.mark.django_db
def test_what_was_deleted_is_left_out_and_named(begun: dict[str, Any]) -> None:
    gone = Drawing.objects.get(pk=ids_of(begun["train"])[3])
    drawing_delete(drawing=gone)
    again = retake_snapshot(begun)
    assert list(again.left_out.train) == [gone.pk]
    assert list(again.left_out.held_out) == []
    assert gone.pk not in again.train.ids
    assert len(again.train) == len(ids_of(begun["train"])) - 1
    # The others keep their weights, and the lineage tells that it began with this one.
    assert again.counts()["total"] == 40
    assert again.counts()["left_out"] == 1


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["blocked", "consent"])
def test_what_may_be_used_no_more_is_left_out(begun: dict[str, Any], change: str) -> None:
    drawing = Drawing.objects.get(pk=ids_of(begun["held_out"])[0])
    theirs = set(
        Drawing.objects.filter(contributor=drawing.contributor_id).values_list("pk", flat=True)
    )
    if change == "blocked":
        Contributor.objects.filter(pk=drawing.contributor_id).update(blocked=True)
    else:
        Drawing.objects.filter(pk__in=theirs).update(consent=False)
    assert set(retake_snapshot(begun).left_out.held_out) == theirs
