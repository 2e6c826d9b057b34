"""Every decision leaves one row, written with it or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from digitsite.exceptions import Conflict
from recognizer.models import Audit, Contributor, ModelVersion
from recognizer.services import audit, versions
from recognizer.services.contributors import (
    contributor_block,
    contributor_cap,
    contributor_forget,
)
from recognizer.services.drawings import drawing_delete, drawing_label
from tests.support import factories
from training import services

pytestmark = pytest.mark.django_db


def last() -> Audit:
    return Audit.objects.latest("pk")


def told() -> tuple[Any, ...]:
    row = last()
    return row.what, row.by and row.by.username, row.why, row.before, row.after, row.number


def test_it_works(live_model: ModelVersion, admin_user: User) -> None:
    assert told() == ("promotion", None, "installed", {"live": None}, {"live": 1}, 1)
    second = factories.version()
    versions.version_promote(version=second, by=admin_user, reason="better")
    assert told() == ("promotion", "admin", "better", {"live": 1}, {"live": 2}, 2)
    versions.version_rollback(by=admin_user, reason="worse")
    assert told() == ("rollback", "admin", "worse", {"live": 2}, {"live": 1}, 1)


def test_runs_are_written_down(live_model: ModelVersion, admin_user: User) -> None:
    run = services.run_request(trigger="button", reason="a try", by=admin_user)
    assert told()[:3] == ("run", "admin", "a try")
    assert (last().after["mode"], last().number) == ("warm", run.pk)
    with pytest.raises(Conflict):
        services.run_request(trigger="button", reason="another", by=admin_user)
    services.run_cancel(run=run, by=admin_user)
    assert told() == ("cancel", "admin", "", {"status": "queued"}, {}, run.pk)
    count = Audit.objects.count()
    with pytest.raises(Conflict):
        services.run_cancel(run=run, by=admin_user)
    assert Audit.objects.count() == count


def test_people_are_written_down_and_forgotten(live_model: ModelVersion, admin_user: User) -> None:
    person = factories.contributor()
    drawing = factories.drawing(person, live_model)
    live_model.uses.create(drawing=drawing, role="train")
    contributor_block(contributor=person, blocked=True, by=admin_user, why="scribbles")
    assert told()[:5] == ("block", "admin", "scribbles", {"blocked": False}, {"blocked": True})
    contributor_block(contributor=person, blocked=True, by=admin_user)
    contributor_cap(contributor=person, share_cap=5, by=admin_user)
    assert told()[:5] == ("cap", "admin", "", {"cap": None}, {"cap": 5})
    assert Audit.objects.filter(contributor=person).count() == 2
    contributor_forget(contributor=person, by=admin_user)
    assert told()[:5] == ("forget", "admin", "", {}, {"drawings": 1, "versions": [1]})
    assert not Contributor.objects.exists()
    assert list(Audit.objects.filter(what="block").values_list("contributor")) == [(None,)]


def test_the_staff_label_and_delete_not_unseen(live_model: ModelVersion, admin_user: User) -> None:
    drawing = factories.drawing(
        factories.contributor(), live_model, review="pending", accepted_label=""
    )
    drawing_label(drawing=drawing, label="9")
    assert not Audit.objects.filter(what="label").exists()
    drawing_label(drawing=drawing, label="7", staff=admin_user)
    assert told()[:5] == ("label", "admin", "", {"claimed": "9"}, {"claimed": "7"})
    drawing_delete(drawing=drawing, staff=admin_user)
    assert told()[:5] == ("delete", "admin", "", {}, {"drawings": 1})


@pytest.mark.django_db(transaction=True)
def test_without_its_decision_no_row_is_written() -> None:
    with pytest.raises(RuntimeError):
        audit.record(what=audit.What.ROLE, by=None)
    assert not Audit.objects.exists()
