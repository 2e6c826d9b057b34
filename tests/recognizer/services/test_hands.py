"""Hands: what counts as one, when it changes, and what a process keeps of it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection

from recognizer.ink_files import Handwriting
from recognizer.labels import LABELS
from recognizer.models import Contributor, Drawing, ModelVersion
from recognizer.preprocessing.glyph import Glyph, Glyphs
from recognizer.services import accounts, hand_cache, hands, imports, predictions, versions
from recognizer.services.contributors import contributor_block, contributor_forget
from recognizer.services.drawings import (
    drawing_delete,
    drawing_label,
    drawing_submit,
)
from recognizer.services.hand_cache import Entry, HandCache, Row
from recognizer.services.hands import (
    Whose,
    hand_forget,
    hand_of,
    hand_remember,
    hand_settings,
    kept_rows,
)
from recognizer.services.predictions import Prediction
from recognizer.services.reviews import drawing_review
from recognizer.serving import memory, registry
from recognizer.submission import Submission, parse
from tests.support import factories
from tests.support.drawings import DOUBTFUL, FOUR, SEVEN, body
from tests.support.site import Client, Site
from tests.support.together import at_once

# What the shipped network reads as a 7, and somebody draws for a 1.
ODD_ONE, READ_AS = body(DOUBTFUL), 7


@pytest.fixture
def writer(live_model: ModelVersion, settings: Any) -> Contributor:
    settings.SECOND_OPINION_PERCENT = 0
    return factories.contributor()


def submission(data: dict[str, Any] = ODD_ONE) -> Submission:
    return parse(data)


def drawn(by: Contributor, data: dict[str, Any] = ODD_ONE, **more: Any) -> Drawing:
    fields = {"source": "ink", "contributor": lambda: by, **more}
    return drawing_submit(submission=submission(data), **fields)[0]


def labelled(by: Contributor, label: str = "1", data: dict[str, Any] = ODD_ONE) -> Drawing:
    return drawing_label(drawing=drawn(by, data), label=label)


def read(by: Contributor, data: dict[str, Any] = ODD_ONE) -> Prediction:
    """What is answered to somebody, as to their browser."""
    whose = Whose(account=by.user_id) if by.user_id else Whose(browser=by.pk)
    return predictions.predict(submission=submission(data), hand=hand_of(whose))


def digit(by: Contributor, data: dict[str, Any] = ODD_ONE) -> int | None:
    return read(by, data).readings[0].digit


def generation(by: Contributor) -> int:
    return Contributor.objects.get(pk=by.pk).hand_generation


# --- what counts ------------------------------------------------------------------------------


def test_it_works(writer: Contributor) -> None:
    drawing = drawn(writer)
    assert digit(writer) == READ_AS
    drawing_label(drawing=drawing, label="1")
    prediction = read(writer)
    recalled = prediction.recollection(0)
    assert prediction.readings[0].digit == 1
    assert recalled is not None
    assert (recalled.label, recalled.drawing, recalled.own.digit) == ("1", drawing.pk, READ_AS)


def test_the_reviewer_s_label_counts_once_it_is_accepted(
    writer: Contributor, admin_user: User
) -> None:
    drawing = labelled(writer)
    drawing_review(drawing=drawing, decision="accept", reviewer=admin_user, label="2")
    assert [LABELS[row.label] for row in kept_rows(writer.pk)] == ["2"]
    assert digit(writer) == 2


def test_what_is_rejected_does_not_count(writer: Contributor, admin_user: User) -> None:
    drawing = labelled(writer)
    drawing_review(drawing=drawing, decision="reject", reviewer=admin_user)
    assert digit(writer) == READ_AS
    drawing_review(drawing=drawing, decision="accept", reviewer=admin_user)
    assert digit(writer) == 1


def test_what_is_imported_does_not_count(writer: Contributor) -> None:
    labelled(writer)
    Drawing.objects.update(source=Drawing.Source.IMPORT)
    hands.reset()
    assert kept_rows(writer.pk) == []
    assert digit(writer) == READ_AS


def test_an_import_leaves_every_hand_as_it_was(live_model: ModelVersion) -> None:
    line = Handwriting(label=1, writer="ada", submission=submission(), line=1)
    imports.drawings_import(corpus="c", handwriting=[line])
    assert Drawing.objects.get().remembered
    assert not Drawing.objects.remembered().exists()


def test_labelled_drawings_of_before_count(writer: Contributor, live_model: ModelVersion) -> None:
    """Nothing had counted the hand up then."""
    factories.drawing(writer, live_model, read_as=9)
    assert generation(writer) == 0
    recalled = read(writer, body(FOUR)).recollection(0)
    assert recalled is not None
    assert recalled.label == "4"


def test_the_network_s_mistakes_are_the_telling_ones(writer: Contributor) -> None:
    labelled(writer, "7", body(SEVEN))
    labelled(writer, "1")
    assert [(LABELS[row.label], row.telling) for row in kept_rows(writer.pk)] == [
        ("1", True),
        ("7", False),
    ]


def test_who_is_blocked_still_has_a_memory(writer: Contributor) -> None:
    labelled(writer)
    contributor_block(contributor=writer, blocked=True)
    assert digit(writer) == 1


def test_what_is_no_digit_is_remembered_as_such(writer: Contributor) -> None:
    labelled(writer, "not_a_digit")
    reading = read(writer).readings[0]
    assert (reading.digit, reading.verdict) == (None, "not_a_digit")


# --- what changes it ----------------------------------------------------------------------------


def test_each_change_begins_a_generation(writer: Contributor, admin_user: User) -> None:
    seen = [generation(writer)]

    def changed() -> bool:
        seen.append(generation(writer))
        return seen[-1] > seen[-2]

    first = drawn(writer)
    assert not changed()
    drawing_label(drawing=first, label="1")
    assert changed()
    drawing_label(drawing=first, label="4")
    assert changed()
    second = drawn(writer, label="7")
    assert changed()
    drawing_review(drawing=second, decision="accept", reviewer=admin_user)
    assert changed()
    hand_forget(contributor=writer, drawing=second.pk)
    assert changed()
    assert hand_remember(contributor=writer, drawing=second.pk) == 1
    assert changed()
    hand_settings(contributor=writer, remembers=False)
    assert changed()
    hand_settings(contributor=writer, remembers=False)
    assert not changed()
    drawing_delete(drawing=first)
    assert changed()
    assert hand_forget(contributor=writer) == 1
    assert changed()


def test_what_is_deleted_is_forgotten_with_it(writer: Contributor) -> None:
    drawing = labelled(writer)
    later = drawn(writer, hand=hand_of(Whose(browser=writer.pk)))
    assert later.memory_drawing_id == drawing.pk
    drawing_delete(drawing=drawing)
    assert digit(writer) == READ_AS
    left = Drawing.objects.get()
    assert (left.memory_drawing_id, left.shown_as) == (None, "1")


def test_it_speaks_no_more_where_it_was_deleted_in_between(writer: Contributor) -> None:
    drawing = labelled(writer)
    hand = hand_of(Whose(browser=writer.pk))
    read(writer)
    drawing_delete(drawing=drawing)
    later = drawn(writer, hand=hand)
    assert (later.memory_drawing_id, later.shown_as) == (None, "1")


def test_who_is_forgotten_leaves_nothing(
    writer: Contributor, django_capture_on_commit_callbacks: Any
) -> None:
    labelled(writer)
    read(writer)
    assert hands._cache.rows == 1
    with django_capture_on_commit_callbacks(execute=True):
        contributor_forget(contributor=writer)
    assert (hands._cache.rows, hands._cache.bytes) == (0, 0)


def test_a_forgotten_drawing_comes_back_if_its_owner_wishes(writer: Contributor) -> None:
    drawing = labelled(writer)
    assert hand_forget(contributor=writer, drawing=drawing.pk) == 1
    assert hand_forget(contributor=writer, drawing=drawing.pk) == 0
    assert digit(writer) == READ_AS
    other = factories.contributor(2)
    assert hand_remember(contributor=other, drawing=drawing.pk) == 0
    assert digit(writer) == READ_AS
    assert hand_remember(contributor=writer, drawing=drawing.pk) == 1
    assert digit(writer) == 1


@pytest.mark.parametrize("order", [1, -1])
def test_signing_in_makes_one_hand_of_two(live_model: ModelVersion, order: int) -> None:
    """Whichever of the two rows stays."""
    browser, account = (factories.contributor(number) for number in (1, 2)[::order])
    user = User.objects.create_user("ada")
    Contributor.objects.filter(pk=account.pk).update(user=user)
    account.refresh_from_db()
    labelled(browser)
    labelled(account, "4", body(FOUR))
    for by in (browser, account):
        read(by)
    before = max(generation(browser), generation(account))
    accounts.contributor_claim(user=user, browser=browser.pk)
    both = Contributor.objects.get()
    assert both.hand_generation > before
    assert digit(both) == 1
    assert read(both, body(FOUR)).recollection(0) is not None
    assert hand_of(Whose(browser=browser.pk)) is hands.NOBODYS


def test_an_account_keeps_its_setting(writer: Contributor) -> None:
    user = User.objects.create_user("ada")
    off = Contributor.objects.create(user=user, remembers=False)
    labelled(writer)
    labelled(off)
    accounts.contributor_claim(user=user, browser=writer.pk)
    assert not Contributor.objects.get().remembers


def test_a_browser_s_cookie_is_not_its_account(writer: Contributor) -> None:
    """Whoever signs out leaves the cookie's contributor to the account."""
    labelled(writer)
    Contributor.objects.update(user=User.objects.create_user("ada"))
    assert hand_of(Whose(browser=writer.pk)) is hands.NOBODYS
    writer.refresh_from_db()
    assert digit(writer) == 1


# --- what a process keeps -------------------------------------------------------------------------


def test_only_what_is_new_is_looked_at(
    writer: Contributor, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    asked: list[int] = []
    predict = type(registry.live().engine).predict

    def counted(engine: Any, glyphs: Glyphs) -> Any:
        asked.append(len(glyphs))
        return predict(engine, glyphs)

    for label, shape in (("1", DOUBTFUL), ("4", FOUR), ("7", SEVEN)):
        labelled(writer, label, body(shape))
    monkeypatch.setattr(type(registry.live().engine), "predict", counted)
    read(writer)
    assert asked == [1, 3]
    read(writer)
    assert asked == [1, 3, 1]
    drawing = labelled(writer, "9", body(FOUR))
    asked.clear()
    read(writer)
    assert asked == [1, 1]
    asked.clear()
    drawing_label(drawing=drawing, label="4")
    with django_assert_num_queries(3):  # the promotion, the generation, the rows
        assert read(writer, body(FOUR)).readings[0].digit == 4
    assert asked == [1]


def test_after_a_promotion_nothing_is_read_again(
    writer: Contributor, django_assert_num_queries: Any
) -> None:
    labelled(writer)
    before = read(writer).recollection(0)
    versions.version_promote(version=factories.version(), by=None)
    predictions.predict(submission=submission())  # loads it
    with django_assert_num_queries(2):  # the promotion, the generation
        assert read(writer).recollection(0) == before
    assert hands._cache.rows == 1


@pytest.mark.slow
def test_a_version_of_pictures_alone_has_no_memory(
    formats: Path, db: None, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as shipped:
        shipped.setattr(versions, "SHIPPED", formats / "1")  # which needs no trial
        versions.version_install(folder=formats / "1")
    by = factories.contributor()
    drawing = drawn(by)
    labelled(by, "4" if drawing.digit != 4 else "5")
    with django_assert_num_queries(1):
        prediction = read(by)
    assert prediction.recollections == []
    assert prediction.readings[0].digit == drawing.digit
    versions.version_promote(version=factories.version(), by=None)
    predictions.predict(submission=submission())
    assert read(by).recollections != []


def test_an_answer_waits_for_no_database(
    writer: Contributor, monkeypatch: pytest.MonkeyPatch
) -> None:
    labelled(writer)
    assert digit(writer) == 1

    asked = []

    def refuse(*_: Any) -> None:
        asked.append(1)
        raise OperationalError("The database has gone away.")

    with monkeypatch.context() as gone:
        gone.setattr(hands, "_generation", refuse)
        assert [digit(writer) for _ in range(3)] == [READ_AS] * 3
    assert len(asked) == 1  # the others did not wait, too
    assert digit(writer) == READ_AS
    monkeypatch.setattr(hands, "_ask_at", 0.0)
    assert digit(writer) == 1


def test_what_is_not_here_yet_costs_its_asker(writer: Contributor) -> None:
    for _ in range(12):
        labelled(writer)
    whose = Whose(browser=writer.pk)
    cold = predictions.price(submission=submission(), hand=hand_of(whose))
    read(writer)
    warm = predictions.price(submission=submission(), hand=hand_of(whose))
    assert warm == predictions.price(submission=submission()) < cold
    labelled(writer)
    assert predictions.price(submission=submission(), hand=hand_of(whose)) < cold


def entry(rows: int, *, of: uuid.UUID | None = None, generation: int = 1) -> Entry:
    glyph = Glyph(np.zeros((28, 28), np.uint8), (0, 0, 28, 28))
    row = Row(uuid.uuid4(), 1, datetime(2026, 1, 1, tzinfo=UTC), False)
    features = np.zeros((rows, 8), np.float32)
    hand = memory.Hand(features, np.zeros(rows, bool), np.zeros(rows, np.int64))
    return Entry(of or uuid.uuid4(), generation, 1, [row] * rows, [glyph] * rows, hand)


def test_it_is_bounded_and_the_longest_unused_goes() -> None:
    cache = HandCache(most_rows=10)
    first, second, third = (entry(4) for _ in range(3))
    cache.put(first)
    cache.put(second)
    assert cache.get(first.contributor) is first
    cache.put(third)
    assert cache.get(second.contributor) is None
    assert (cache.rows, cache.bytes) == (8, first.nbytes + third.nbytes)
    cache.put(entry(1, of=first.contributor, generation=2))
    assert cache.rows == 5
    empties = [entry(0) for _ in range(30)]
    for empty in empties:
        cache.put(empty)
    assert cache.rows == 10
    assert cache.get(empties[-1].contributor) is empties[-1]
    large = entry(12)  # larger than all the room: it is kept until the next comes
    cache.put(large)
    assert cache.rows == 12
    cache.drop(large.contributor)
    assert (cache.rows, cache.bytes) == (0, 0)


def test_what_nobody_asks_for_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = HandCache()
    old = entry(3)
    cache.put(old)
    monkeypatch.setattr(hand_cache, "IDLE", 0.0)
    cache.put(entry(2))
    assert cache.get(old.contributor) is None
    assert cache.rows == 2


def test_more_people_than_there_is_room_for_are_all_answered(
    live_model: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hands, "_cache", HandCache(most_rows=2))
    people = [factories.contributor(number) for number in range(4)]
    for by in people:
        labelled(by)
    for _ in range(2):
        assert [digit(by) for by in people] == [1] * 4
        assert hands._cache.rows <= 2


@pytest.mark.django_db(transaction=True)
def test_many_at_once_see_what_is_said_and_no_more(live_model: ModelVersion) -> None:
    people = [factories.contributor(number) for number in range(3)]
    drawings = [drawn(by) for by in people]
    labels = ["1", "2", "1"]

    def say(at: int) -> Any:
        return lambda: drawing_label(drawing=drawings[at], label=labels[at])

    def ask(at: int) -> Any:
        return lambda: [digit(people[at]) for _ in range(10)]

    outcomes = at_once(*(say(at) for at in range(3)), *(ask(at) for at in range(3)))
    for at, seen in enumerate(outcomes[3:]):
        assert set(seen) <= {READ_AS, int(labels[at])}, seen
        assert seen == sorted(seen, key=lambda one: one != READ_AS)  # never back again
    assert [digit(by) for by in people] == [1, 2, 1]


@pytest.mark.django_db(transaction=True)
def test_a_label_and_a_merge_at_once_leave_one_hand_that_is_up_to_date(
    live_model: ModelVersion,
) -> None:
    user = User.objects.create_user("ada")
    account = Contributor.objects.create(user=user)
    labelled(account, "4", body(FOUR))
    browser = factories.contributor()
    drawing = drawn(browser)
    read(account)
    at_once(
        lambda: accounts.contributor_claim(user=user, browser=browser.pk),
        lambda: drawing_label(drawing=Drawing.objects.get(pk=drawing.pk), label="1"),
        lambda: read(account),
    )
    connection.close()
    assert digit(Contributor.objects.get(user=user)) == 1


# --- the drawings of before ---------------------------------------------------------------------


@pytest.mark.slow
def test_a_site_of_before_remembers_what_was_labelled_then(tmp_path: Path) -> None:
    with Site(tmp_path, BROKER_URL="filesystem://") as site:
        site.web()
        client = Client(site)
        client.post("drawings/", {**ODD_ONE, "label": "1"})
        client.post("drawings/", ODD_ONE)
        said = site.manage("shell", "--no-imports", "--command", THERE_AND_BACK)
        assert said.splitlines() == ["1 7 1", "0 7 7"]
        assert client.post("predict/", ODD_ONE)["digit"] == 1


SHOWN = """
from recognizer.models import Contributor, Drawing
newest = Drawing.objects.order_by("-created_at")[0]
print(Contributor.objects.get().hand_generation, newest.read_as, newest.shown_as)
"""
# In one process: each takes a second to start.
THERE_AND_BACK = f"""
from django.core.management import call_command
{SHOWN}
call_command("migrate", "recognizer", "0005", verbosity=0)
call_command("migrate", verbosity=0)
{SHOWN}
"""
