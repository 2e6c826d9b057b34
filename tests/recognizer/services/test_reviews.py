"""Reviews are rows: their result is the drawing's state, and nothing is ever overwritten."""

from __future__ import annotations

import uuid
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db import DatabaseError, connection, transaction

from digitsite.exceptions import Conflict, Invalid, NotAllowed, Refused
from recognizer.models import Audit, Drawing, ModelVersion, Review
from recognizer.services.drawings import drawing_delete, drawing_label
from recognizer.services.reviews import (
    UNDOABLE,
    Decision,
    drawing_review,
    reviews_decide,
    reviews_undo,
    undoable,
)
from tests.support import factories
from tests.support.together import at_once

pytestmark = pytest.mark.django_db


def waiting(version: ModelVersion, label: str = "4", **more: Any) -> Drawing:
    fields = {"review": "pending", "accepted_label": "", "reviewed_at": None, **more}
    return factories.drawing(factories.contributor(), version, label, **fields)


def person(name: str, role: str = "reviewer") -> User:
    user = User.objects.create_user(name)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def noa() -> User:
    return person("noa")


@pytest.fixture
def ben() -> User:
    return person("ben")


@pytest.fixture
def one(live_model: ModelVersion) -> Drawing:
    return waiting(live_model)


def state(drawing: Drawing) -> tuple[str, str]:
    drawing.refresh_from_db()
    return drawing.review, drawing.accepted_label


def decide(drawing: Drawing, by: User, decision: str = "accept", label: str = "") -> uuid.UUID:
    """The act of a decision about the drawing as it is."""
    drawing.refresh_from_db()
    act = uuid.uuid4()
    decided = reviews_decide(
        decisions=[Decision(drawing.pk, drawing.revision, decision, label)], reviewer=by, act=act
    )
    for refusal in decided.refused.values():
        raise refusal
    return act


def test_it_works(one: Drawing, noa: User) -> None:
    act = decide(one, noa, label="9")
    assert state(one) == ("accepted", "9")
    assert one.reviewer == noa
    assert one.reviewed_at == Review.objects.get().at
    reviews_undo(act=act, by=noa)
    assert state(one) == ("pending", "")
    assert (one.reviewer, one.reviewed_at) == (None, None)
    rows = one.reviews.values_list("kind", "decision", "label")
    assert list(rows) == [("first", "accept", "9"), ("undo", "", "")]


def test_a_decision_may_be_changed_and_each_change_taken_back(one: Drawing, noa: User) -> None:
    first, second = decide(one, noa), decide(one, noa, "reject")
    assert state(one) == ("rejected", "")
    reviews_undo(act=second, by=noa)
    assert state(one) == ("accepted", "4")
    reviews_undo(act=first, by=noa)
    assert state(one) == ("pending", "")


def test_taking_back_an_earlier_decision_leaves_the_later_one(
    one: Drawing, noa: User, ben: User
) -> None:
    first = decide(one, noa)
    decide(one, ben, "reject")
    reviews_undo(act=first, by=noa)
    assert state(one) == ("rejected", "")
    assert one.reviewer == ben


def test_many_are_decided_at_one_stroke_and_taken_back_by_one(
    live_model: ModelVersion, noa: User, django_assert_max_num_queries: Any
) -> None:
    drawings = [waiting(live_model) for _ in range(60)]
    decisions = [Decision(drawing.pk, 0, "accept") for drawing in drawings]
    act = uuid.uuid4()
    with django_assert_max_num_queries(12):
        decided = reviews_decide(decisions=decisions, reviewer=noa, act=act)
    assert len(decided.drawings) == 60
    assert Drawing.objects.accepted().count() == 60
    again = reviews_decide(decisions=decisions, reviewer=noa, act=act)
    assert (len(again.drawings), Review.objects.count()) == (60, 60)
    with django_assert_max_num_queries(14):
        reviews_undo(act=act, by=noa)
    assert Drawing.objects.waiting().count() == 60
    assert {row.before["review"] for row in Audit.objects.filter(what="undo")} == {"accepted"}


def test_what_is_refused_of_some_holds_no_other_up(live_model: ModelVersion, noa: User) -> None:
    good, unlabelled, gone = waiting(live_model), waiting(live_model), waiting(live_model)
    Drawing.objects.filter(pk=unlabelled.pk).update(label="", review="unlabelled")
    drawing_delete(drawing=Drawing.objects.get(pk=gone.pk))
    decisions = [Decision(each.pk, 0, "accept") for each in (good, unlabelled, gone)]
    refused = reviews_decide(decisions=decisions, reviewer=noa).refused
    assert {pk: refusal.code for pk, refusal in refused.items()} == {
        unlabelled.pk: "invalid",
        gone.pk: "deleted",
    }
    assert state(good) == ("accepted", "4")
    too_many = [Decision(uuid.uuid4(), 0, "accept") for _ in range(201)]
    with pytest.raises(Invalid):
        reviews_decide(decisions=too_many, reviewer=noa)


def test_of_two_who_saw_the_same_the_second_is_told(one: Drawing, noa: User, ben: User) -> None:
    seen = Decision(one.pk, one.revision, "accept")
    reviews_decide(decisions=[seen], reviewer=noa)
    refused = reviews_decide(decisions=[seen], reviewer=ben).refused
    assert refused[one.pk].code == "reviewed"
    assert Review.objects.get().reviewer == noa


def test_without_saying_what_was_seen_nobody_overwrites_another(
    one: Drawing, noa: User, ben: User
) -> None:
    drawing_review(drawing=one, decision="accept", reviewer=noa)
    with pytest.raises(Conflict):
        drawing_review(drawing=one, decision="reject", reviewer=ben)
    drawing_review(drawing=one, decision="reject", reviewer=ben, seen=one.revision)
    assert state(one) == ("rejected", "")


def test_a_label_that_changed_meanwhile_is_not_accepted(one: Drawing, noa: User) -> None:
    drawing_label(drawing=Drawing.objects.get(), label="9")
    with pytest.raises(Conflict):
        drawing_review(drawing=one, decision="accept", reviewer=noa)


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_leave_one_row(one: Drawing, django_user_model: Any) -> None:
    noa, ben = person("noa"), person("ben")

    def say(by: User, decision: str) -> Any:
        def work() -> int:
            seen = Decision(one.pk, 0, decision)
            return len(reviews_decide(decisions=[seen], reviewer=by).drawings)

        return work

    assert sorted(at_once(say(noa, "accept"), say(ben, "reject"))) == [0, 1]
    row = Review.objects.get()
    assert state(one)[0] == {"accept": "accepted", "reject": "rejected"}[row.decision]
    assert one.reviewer == row.reviewer
    assert Audit.objects.filter(what="review").count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_taken_back_twice_at_once_is_taken_back_once(one: Drawing) -> None:
    noa = person("noa")
    act = decide(one, noa)
    undo = lambda: reviews_undo(act=act, by=noa)  # noqa: E731
    outcomes = at_once(undo, undo)
    assert sorted(isinstance(each, Refused) for each in outcomes) == [False, True]
    assert state(one) == ("pending", "")


def test_only_ones_own_last_acts_are_taken_back(one: Drawing, noa: User, ben: User) -> None:
    act = decide(one, noa)
    with pytest.raises(Conflict):
        reviews_undo(act=act, by=ben)
    reviews_undo(act=act, by=noa)
    with pytest.raises(Conflict):
        reviews_undo(act=act, by=noa)
    acts = [decide(one, noa) for _ in range(UNDOABLE + 1)]
    assert undoable(noa) == acts[:0:-1]
    with pytest.raises(Conflict):
        reviews_undo(act=acts[0], by=noa)
    reviews_undo(act=acts[1], by=noa)


# --- second opinions ---------------------------------------------------------------------


@pytest.fixture
def _second(settings: Any) -> None:
    settings.SECOND_OPINION_PERCENT = 100


@pytest.mark.usefixtures("_second")
def test_two_who_agree_make_it_count(one: Drawing, noa: User, ben: User) -> None:
    decide(one, noa)
    assert (state(one), one.opinion) == (("pending", ""), "second")
    assert not Drawing.objects.trainable().exists()
    with pytest.raises(Conflict):
        decide(one, noa)
    with pytest.raises(Conflict):  # nor does its contributor change it under them
        drawing_label(drawing=one, label="9")
    second = decide(one, ben)
    assert (state(one), one.opinion) == (("accepted", "4"), "first")
    assert one.reviewer == ben
    reviews_undo(act=second, by=ben)
    assert (state(one), one.opinion) == (("pending", ""), "second")


@pytest.mark.usefixtures("_second")
def test_two_who_differ_wait_for_a_trainer(one: Drawing, noa: User, ben: User) -> None:
    decide(one, noa)
    decide(one, ben, label="9")
    assert (state(one), one.opinion) == (("pending", ""), "third")
    for reviewer in (noa, person("eva")):
        with pytest.raises(NotAllowed):
            decide(one, reviewer)
    decide(one, person("tom", "trainer"), "reject")
    assert state(one) == ("rejected", "")


def test_all_disputed_ones_want_a_second_and_a_share_of_the_others(
    live_model: ModelVersion, noa: User, settings: Any
) -> None:
    settings.SECOND_OPINION_PERCENT = 20
    disputed = waiting(live_model, "7")
    plain = [waiting(live_model) for _ in range(100)]
    for drawing in (disputed, *plain):
        decide(drawing, noa)
    assert state(disputed) == ("pending", "")
    assert 5 <= Drawing.objects.filter(opinion="second", label="4").count() <= 40


def test_gold_measures_and_changes_nothing(one: Drawing, noa: User) -> None:
    decide(one, noa)
    Drawing.objects.update(is_gold=True)
    assert not Drawing.objects.trainable().exists()
    decide(one, noa, "reject")
    assert state(one) == ("accepted", "4")
    assert list(one.reviews.values_list("kind", flat=True)) == ["first", "gold"]


# --- rows that stay ------------------------------------------------------------------------


@pytest.mark.parametrize("model", [Review, Audit])
def test_rows_are_never_changed(one: Drawing, noa: User, model: Any) -> None:
    decide(one, noa)
    row = model.objects.latest("pk")
    with pytest.raises(TypeError):
        row.save()
    with pytest.raises(TypeError):
        row.delete()
    with pytest.raises(TypeError):
        model.objects.all().delete()
    with pytest.raises(TypeError):
        model.objects.update(at=row.at)
    table = model._meta.db_table
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE {table} SET act = act")


def test_who_is_gone_leaves_the_row(one: Drawing, noa: User) -> None:
    decide(one, noa)
    noa.delete()
    assert Review.objects.get().reviewer is None
    drawing_delete(drawing=one)
    row = Audit.objects.get(what="review")
    assert (row.by, row.drawing) == (None, None)
    assert row.after["label"] == "4"
    assert not Review.objects.exists()


def test_what_was_reviewed_before_has_a_row(live_model: ModelVersion, noa: User) -> None:
    """The data migration, on drawings as a site of before has them."""
    accepted = waiting(live_model, review="accepted", accepted_label="9", reviewer=noa)
    factories.drawing(factories.contributor(), live_model, source="import")
    waiting(live_model)
    import_module("recognizer.migrations.0007_reviews").write_reviews(apps, None)
    rows = Review.objects.values_list("drawing", "kind", "decision", "label", "reviewer")
    assert set(rows.filter(kind="first")) == {(accepted.pk, "first", "accept", "9", noa.pk)}
    assert rows.filter(kind="import").count() == 1
    assert Review.objects.count() == 2
