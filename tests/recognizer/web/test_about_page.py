"""What everybody is told of the model."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from recognizer.models import DrawingUse, ModelVersion
from recognizer.preprocessing.glyph import Glyph
from recognizer.selectors import model_report, prototypes
from recognizer.services import versions
from recognizer.serving import registry
from tests.recognizer.web.test_receipt_page import text
from tests.support import factories

ABOUT = "/about/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def trained(live_model: ModelVersion) -> ModelVersion:
    """A second version, live, that has learned from ten drawings of visitors."""
    version = factories.version(parent=live_model)
    version.manifest["lineage"] = {
        "mnist": 60000,
        "drawings": {"total": 12, "train": 10, "contributors": 3, "sources": {"ink": 12}},
    }
    version.save()
    for number in range(5):
        drawing = factories.drawing(factories.contributor(number), live_model)
        DrawingUse.objects.create(version=version, drawing=drawing, role="train")
    versions.version_promote(version=version, by=None)
    return version


def test_beside_every_share_stands_of_how_many(client: Client, live_model: ModelVersion) -> None:
    page = text(client.get(ABOUT))
    measured = live_model.metrics["mnist"]
    for row in measured["confusion"][:10]:
        assert f"of {sum(row):,}" in page
    assert f"of {measured['n']:,}." in page  # in the history


def test_it_works(client: Client, live_model: ModelVersion) -> None:
    response = client.get(ABOUT)
    page = text(response)
    assert response.status_code == 200
    assert "Version 1 answers now" in page
    assert "It came with this site" in page
    drawings = live_model.lineage["drawings"]
    told = f"{drawings['train']:,} drawings of {drawings['contributors']} people"
    assert f"60,000 digits of MNIST and {told}" in page
    assert "None of them was drawn here." in page
    assert "deleted since" not in page
    assert page.count('class="bar"') == 10
    assert "curl http://testserver/api/v1/predict/" in page
    assert client.head(ABOUT).status_code == 200
    assert client.post(ABOUT).status_code == 405


def test_before_any_model_it_says_so(client: Client) -> None:
    response = client.get(ABOUT)
    assert response.status_code == 200
    assert "No model answers yet." in text(response)


def test_a_model_that_cannot_be_loaded_is_none(client: Client, live_model: ModelVersion) -> None:
    factories.overwrite(live_model, b"broken")
    registry.reset()
    response = client.get(ABOUT)
    assert response.status_code == 200
    assert "No model answers yet." in text(response)


def test_what_was_learned_from_visitors_is_told(client: Client, trained: ModelVersion) -> None:
    page = text(client.get(ABOUT))
    assert "Version 2 answers now" in page
    assert "It went on from version 1." in page
    assert "60,000 digits of MNIST and 10 drawings of 3 people. Visitors drew them here." in page
    assert "7 of the drawings have been deleted since." in page
    assert [row["version"].number for row in model_report.history()] == [2, 1]


def test_a_lineage_that_says_nothing_is_no_error(client: Client, live_model: ModelVersion) -> None:
    live_model.manifest["lineage"] = {}
    live_model.manifest["metrics"] = {}
    live_model.save()
    page = text(client.get(ABOUT))
    assert "Version 1 answers now" in page
    assert "It has learned from" not in page
    assert 'class="bar"' not in page


def test_versions_that_were_never_live_are_not_told_of(
    client: Client, live_model: ModelVersion
) -> None:
    factories.version(parent=live_model)
    assert [row["version"].number for row in model_report.history()] == [1]


def test_a_held_out_set_has_its_own_figures(client: Client, live_model: ModelVersion) -> None:
    metrics = live_model.manifest["metrics"]
    metrics["held_out"] = {**metrics["mnist"], "n": 620, "digits": {"4": 0.5}}
    live_model.save()
    mnist, held_out = model_report.measured(live_model.metrics)
    assert (mnist["least"], held_out["least"]) == (0.9, 0.0)
    assert held_out["digits"][4]["bar"] == 50.0
    assert all(0 < one["bar"] <= 100 for one in mnist["digits"])
    page = text(client.get(ABOUT))
    assert "Of 620 drawings on this site" in page
    assert page.count('class="bar"') == 11


def test_the_pairs_that_are_confused_most_come_first() -> None:
    confusion = [[0] * 11 for _ in range(11)]
    for was, read, count in [(7, 1, 9), (1, 7, 2), (4, 9, 5), (3, 5, 1), (0, 6, 3), (8, 10, 99)]:
        confusion[was][read] = count
    confused = model_report.confused({"mnist": {"confusion": confusion}})
    assert confused == [(1, 7, 11, 11), (4, 9, 5, 5), (0, 6, 3, 3)]
    assert model_report.confused({}) == [(4, 9, 0, 0), (1, 7, 0, 0), (3, 5, 0, 0)]


@pytest.mark.parametrize("digit", range(10))
def test_the_digits_made_for_it_are_read_as_what_they_are(
    live_model: ModelVersion, digit: int
) -> None:
    first = prototypes.glyphs(digit, (digit + 1) % 10)[0]
    assert isinstance(first, Glyph)
    assert registry.live().predict([first])[0].digit == digit


def test_the_pictures_between_are_everybodys(client: Client) -> None:
    response = client.get("/about/between/4-9/3.svg")
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert "public" in response.headers["Cache-Control"]
    assert "Vary" not in response.headers


@pytest.mark.parametrize(
    "place", ["4-10/3", "10-4/3", f"4-9/{prototypes.STEPS}", f"4-{'9' * 99}/1"]
)
def test_no_other_picture_is_made(client: Client, place: str) -> None:
    assert client.get(f"/about/between/{place}.svg").status_code == 404


def test_it_costs_few_queries(
    client: Client, trained: ModelVersion, django_assert_max_num_queries: Any
) -> None:
    client.get(ABOUT)
    with django_assert_max_num_queries(6):
        client.get(ABOUT)


def test_the_way_leads_from_every_page_to_every_other(
    client: Client, live_model: ModelVersion
) -> None:
    for path in ("/", "/mine/", ABOUT):
        page = text(client.get(path))
        assert f'<a href="{path}" aria-current="page">' in page
        assert page.count("aria-current") == 1
        for other in ("/", "/mine/", ABOUT):
            assert f'href="{other}"' in page
