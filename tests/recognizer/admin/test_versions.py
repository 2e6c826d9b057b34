"""Versions in the administration: their figures, the gate's report, their history."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from recognizer.models import Drawing, DrawingUse, ModelVersion, Promotion
from recognizer.services import versions
from recognizer.serving import artifacts
from tests.support import factories
from tests.support.staff import look, press, status

LIST = "recognizer_modelversion_changelist"
PAGE = "recognizer_modelversion_change"

CHECKS = [
    {"name": "mnist", "passed": True, "sentence": "Reads enough of MNIST.", "figures": {}},
    {"name": "held_out", "passed": False, "sentence": "Breaks what was well.", "figures": {}},
]


def make(
    *, passed: bool = True, report: dict[str, Any] | None = None, **lineage: Any
) -> ModelVersion:
    """The shipped network once more, as if a run had made it."""
    place, manifest = artifacts.store(versions.SHIPPED)
    return versions.version_create(
        place=place,
        manifest={**manifest, "lineage": lineage},
        parent=ModelVersion.objects.live(),
        gate_verdict="passed" if passed else "failed",
        gate_report=report or {"passed": passed, "checks": [], "fixes": [], "breaks": []},
    )


@pytest.fixture
def candidate(live_model: ModelVersion) -> ModelVersion:
    return make()


def live() -> int:
    version = ModelVersion.objects.live()
    assert version is not None
    return version.number


def test_it_works(admin: APIClient, candidate: ModelVersion) -> None:
    page = look(admin, PAGE, candidate.pk)
    assert "Version 1 is live." in page
    assert reverse("studio:versions") in page


@pytest.mark.parametrize("model", ["modelversion", "promotion"])
def test_history_is_not_written_by_hand(
    admin: APIClient, live_model: ModelVersion, model: str
) -> None:
    row = live_model if model == "modelversion" else Promotion.objects.get()
    assert status(admin, f"recognizer_{model}_add", number="9") == 403
    assert status(admin, f"recognizer_{model}_change", row.pk, number="9") == 403
    assert status(admin, f"recognizer_{model}_delete", row.pk, post="yes") == 403
    assert Promotion.objects.get().version == live_model


def test_the_list_says_which_is_live_and_what_is_gone(
    admin: APIClient, live_model: ModelVersion
) -> None:
    version = make(drawings={"total": 3, "train": 2, "held_out": 1})
    drawing = factories.drawing(factories.contributor(), live_model)
    DrawingUse.objects.create(version=version, drawing=drawing, role="train")
    page = look(admin, LIST)
    cells = re.findall(r'<td class="field-(drawings_used|drawings_gone)">(\d+)</td>', page)
    shipped = str(live_model.lineage["drawings"]["total"])
    assert cells == [
        ("drawings_used", "3"), ("drawings_gone", "2"),
        ("drawings_used", shipped), ("drawings_gone", "0"),
    ]  # fmt: skip
    marked = re.findall(r'<th class="field-name"><a [^>]*>(\d+) <span class="badge live">', page)
    assert marked == ["1"]


def test_only_what_was_trained_here_is_linked_to_its_run(
    admin: APIClient, live_model: ModelVersion
) -> None:
    run = live_model.lineage["run"]
    address = reverse("admin:training_trainingrun_change", args=[run])
    assert address not in look(admin, PAGE, live_model.pk)
    assert f'<a href="{address}">run {run}</a>' in look(admin, PAGE, make(run=run).pk)


def test_the_gate_is_shown_with_pictures(admin: APIClient, live_model: ModelVersion) -> None:
    fixed, broken = (factories.drawing(factories.contributor(), live_model) for _ in range(2))
    report = {
        "passed": False,
        "checks": CHECKS,
        "fixes": [str(fixed.pk)],
        "breaks": [str(broken.pk), str(uuid4())],
        "champion": 1,
    }
    page = look(admin, PAGE, make(passed=False, report=report).pk)
    for check in CHECKS:
        assert check["sentence"] in page
    assert page.count('<li class="failed">') == 1
    assert "Fixes this one" in page
    assert "Breaks these 2" in page
    assert page.count('<img class="glyph"') == 2
    assert page.count("deleted since</span>") == 1
    assert reverse("admin:recognizer_drawing_change", args=[broken.pk]) in page


def test_more_pictures_than_anybody_looks_at_are_counted(
    admin: APIClient, live_model: ModelVersion
) -> None:
    ids = [str(uuid4()) for _ in range(300)]
    report = {"passed": True, "checks": CHECKS, "fixes": ids, "breaks": [], "champion": 1}
    page = look(admin, PAGE, make(report=report).pk)
    assert "Fixes these 300" in page
    assert "and 240 more" in page


def test_figures_and_hashes_are_shown(admin: APIClient, live_model: ModelVersion) -> None:
    page = look(admin, PAGE, live_model.pk)
    right = live_model.metrics["mnist"]["confusion"][7][7]
    assert f'<td class="right" title="7 read as 7: {right} of ' in page
    for facts in live_model.manifest["files"].values():
        assert facts["sha256"] in page


def test_a_version_without_figures_has_a_page(admin: APIClient, live_model: ModelVersion) -> None:
    ModelVersion.objects.update(manifest={**live_model.manifest, "metrics": {}, "lineage": {}})
    assert "<h2>Figures</h2>" not in look(admin, PAGE, live_model.pk)
    assert "live" in look(admin, LIST)


def test_the_history_names_who_and_why(admin: APIClient, candidate: ModelVersion) -> None:
    versions.version_promote(version=candidate, by=None, reason="<b>because</b>")
    page = look(admin, "recognizer_promotion_changelist")
    assert "&lt;b&gt;because&lt;/b&gt;" in page
    assert page.count('<td class="field-version') == 2


def test_deleting_a_drawing_leaves_its_version(admin: APIClient, live_model: ModelVersion) -> None:
    drawing = factories.drawing(factories.contributor(), live_model)
    DrawingUse.objects.create(version=live_model, drawing=drawing, role="held_out")
    page = look(admin, "recognizer_drawing_change", drawing.pk)
    assert "version 1 was judged on it" in page
    press(admin, "recognizer_drawing_delete", drawing.pk, post="yes")
    assert not Drawing.objects.exists()
    assert live() == 1
