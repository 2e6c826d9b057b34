"""Insights: what is mixed up, the ink behind a cell, and what few drawings do not say."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from recognizer.models import Drawing, ModelVersion, Promotion
from recognizer.services import versions
from tests.support import factories
from tests.support.judged import judged
from training import tasks
from training.models import TrainingRun

pytestmark = pytest.mark.django_db

ADDRESS = "studio:insights"
MAX_QUERIES = 20


@pytest.fixture
def drawings(live_model: ModelVersion) -> list[Drawing]:
    return [
        factories.drawing(factories.contributor(number % 4), live_model, shape="47"[number % 2])
        for number in range(60)
    ]


def promoted(version: ModelVersion) -> None:
    newest = Promotion.objects.newest()
    Promotion.objects.create(version=version, kind="promote", follows=newest)


def page(client: APIClient, **query: Any) -> Any:
    response = client.get(reverse(ADDRESS), query)
    assert response.status_code == 200
    return response


def test_it_works(admin: APIClient, live_model: ModelVersion, drawings: list[Drawing]) -> None:
    promoted(judged(live_model, drawings, broken=6))
    with CaptureQueriesContext(connection) as queries:
        response = page(admin)
    assert len(queries) <= MAX_QUERIES
    content = response.content.decode()
    assert response.context["chosen"] == "held_out"
    assert "54 of 60 right" in content
    assert "What it mixes up most: 4 read as 9, 3 of 30." in content
    cell = response.context["open"]
    assert (cell.truth, cell.answer, cell.total, len(cell.tiles)) == (4, 9, 3, 3)


def test_a_cell_opens_its_ink(
    admin: APIClient, live_model: ModelVersion, drawings: list[Drawing]
) -> None:
    promoted(judged(live_model, drawings, broken=6))
    cell = page(admin, set="held_out", truth="7", answer="9").context["open"]
    assert {tile.pk for tile in cell.tiles} == {str(one.pk) for one in drawings[1:6:2]}
    assert page(admin, truth="77", answer="x").context["open"].truth == 4


def test_what_was_deleted_since_is_counted_and_not_shown(
    admin: APIClient, live_model: ModelVersion, drawings: list[Drawing]
) -> None:
    promoted(judged(live_model, drawings, broken=6))
    drawings[1].delete()
    cell = page(admin, set="held_out", truth="7", answer="9").context["open"]
    assert (cell.total, len(cell.tiles), cell.more) == (3, 2, 1)


def test_live_answers_are_those_that_were_given(
    admin: APIClient, live_model: ModelVersion, drawings: list[Drawing]
) -> None:
    wrong = factories.drawing(factories.contributor(), live_model, shape="7", read_as=None)
    response = page(admin, set="live")
    found = response.context["found"]
    assert (found.n, found.right, found.people) == (61, 30, 4)  # sevens were answered 4
    cell = page(admin, set="live", truth="7", answer="10").context["open"]
    assert [tile.pk for tile in cell.tiles] == [str(wrong.pk)]


def test_mnist_s_images_are_shown_where_they_are_at_hand(
    admin: APIClient, live_model: ModelVersion, mnist_dir: str, settings: Any
) -> None:
    settings.MNIST_DIR = mnist_dir
    report = {
        "pictures": {
            "mnist": {
                "candidate": {
                    "confusion": [[90 if a == b else 0 for a in range(11)] for b in range(11)],
                    "reliability": [[0, 0.0, 0]] * 10,
                    "misread": [[7, 9, 4]],
                }
            }
        }
    }
    report["pictures"]["mnist"]["candidate"]["confusion"][9][4] = 1
    live_model.gate_report = report
    live_model.save()
    cell = page(admin, set="mnist").context["open"]
    assert (cell.truth, cell.answer) == (9, 4)
    assert [tile.picture[:22] for tile in cell.tiles] == ["data:image/png;base64,"]


def test_an_installed_version_has_its_figures_without_ink(
    admin: APIClient, live_model: ModelVersion
) -> None:
    response = page(admin, set="mnist")
    assert response.context["found"].n == 10_000
    assert "Which drawings these are was not kept" in response.content.decode()


@pytest.mark.parametrize("name", ["held_out", "live"])
def test_of_few_drawings_nothing_is_said(
    admin: APIClient, live_model: ModelVersion, name: str
) -> None:
    for number in range(19):
        factories.drawing(factories.contributor(number), live_model)
    response = page(admin, set=name)
    assert response.context["found"] is None
    content = response.content.decode()
    assert "Too few drawings to say what it mixes up." in content
    assert "Too few to say." in content


def test_an_empty_site_has_a_page(admin: APIClient, db: None) -> None:
    content = page(admin).content.decode()
    for told in ("Too few to say.", "No map was drawn yet", "Nothing was accepted yet."):
        assert told in content


def test_the_map_shows_what_still_exists(
    admin: APIClient, live_model: ModelVersion, drawings: list[Drawing]
) -> None:
    assert tasks.feature_map_draw().endswith("drawings")
    drawings[0].delete()
    shown = page(admin).context["map"]
    people = [mark for mark in shown.marks if mark.kind == "people"]
    assert len(people) == 59
    assert all(mark.path for mark in people)
    assert [mark.kind for mark in page(admin, kind="refused").context["map"].marks] == []


def test_a_worker_is_asked_for_a_map(admin: APIClient, live_model: ModelVersion) -> None:
    answer = admin.post(reverse("studio:insights-map"), follow=True)
    assert "A worker draws the map" in answer.content.decode()


def test_curves_samples_and_counts(
    admin: APIClient, live_model: ModelVersion, drawings: list[Drawing]
) -> None:
    history = [{"epoch": epoch, "validation_nll": 0.1 / epoch} for epoch in (1, 2, 3)]
    TrainingRun.objects.create(
        epochs=3, trigger="button", reason="a test", status="candidate", history=history
    )
    context = page(admin).context
    (curve,) = context["curves"]
    assert curve.last == pytest.approx(0.1 / 3)
    assert [(name, len(found)) for name, found in context["samples"]] == [("4", 10), ("7", 10)]
    bars = {bar["name"]: bar["n"] for bar in context["histogram"]}
    assert (bars["4"], bars["7"], bars["0"]) == ("30", "30", "0")


def test_strangers_do_not_come_in(visitor: APIClient, member: APIClient) -> None:
    assert visitor.get(reverse(ADDRESS)).status_code == 302
    assert member.get(reverse(ADDRESS)).status_code == 403


def test_a_rolled_back_version_s_mistakes_are_not_shown(
    admin: APIClient, live_model: ModelVersion, drawings: list[Drawing]
) -> None:
    promoted(judged(live_model, drawings, broken=6))
    versions.version_rollback(by=None)
    assert page(admin, set="held_out").context["found"] is None
