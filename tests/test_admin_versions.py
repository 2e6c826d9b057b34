"""Versions on the staff's pages: judged by their pictures, promoted, rolled back."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.urls import reverse
from rest_framework.test import APIClient

from recognizer import artifacts, registry, versions
from recognizer.models import Drawing, DrawingUse, ModelVersion, Promotion
from tests import factories
from tests.staff import look, noted, press, status

LIST = "recognizer_modelversion_changelist"
PAGE = "recognizer_modelversion_change"
PROMOTE = "recognizer_modelversion_promote"
ROLLBACK = "recognizer_modelversion_rollback"

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
        gate_passed=passed,
        gate_report=report or {"passed": passed, "checks": [], "fixes": [], "breaks": []},
    )


@pytest.fixture
def candidate(live_model: ModelVersion) -> ModelVersion:
    return make()


def live() -> int:
    version = ModelVersion.objects.live()
    assert version is not None
    return version.number


def seen_in(page: str) -> str:
    """The number of the version a page's form takes to be live."""
    found = re.search(r'name="expected_live" value="(\d*)"', page)
    assert found is not None
    return found[1]


def test_it_works(admin: APIClient, candidate: ModelVersion) -> None:
    seen = seen_in(look(admin, PAGE, candidate.pk))
    said = press(admin, PROMOTE, candidate.pk, expected_live=seen, reason="reads fours")
    assert said == ["Version 2 is live now."]
    assert registry.live().number == 2
    assert noted(candidate) == ["Promoted. reads fours"]
    newest = Promotion.objects.newest()
    assert newest is not None
    assert (newest.reason, newest.by and newest.by.username) == ("reads fours", "admin")
    seen = seen_in(look(admin, PAGE, candidate.pk))
    assert press(admin, ROLLBACK, expected_live=seen) == ["Rolled back: version 1 is live again."]
    assert registry.live().number == 1


def test_a_stale_page_promotes_nothing(admin: APIClient, candidate: ModelVersion) -> None:
    other = make()
    seen = seen_in(look(admin, PAGE, candidate.pk))
    press(admin, PROMOTE, other.pk, expected_live=seen)
    (said,) = press(admin, PROMOTE, candidate.pk, expected_live=seen)
    assert said == "Version 3 has become live in the meantime, not 1."
    assert live() == 3
    assert noted(candidate) == []


def test_a_stale_page_rolls_nothing_back(admin: APIClient, candidate: ModelVersion) -> None:
    press(admin, PROMOTE, candidate.pk)
    seen = seen_in(look(admin, PAGE, candidate.pk))
    press(admin, ROLLBACK, expected_live=seen)
    (said,) = press(admin, ROLLBACK, expected_live=seen)
    assert said == "Version 1 has become live in the meantime, not 2."
    assert live() == 1


def test_there_may_be_nothing_to_go_back_to(admin: APIClient, live_model: ModelVersion) -> None:
    assert press(admin, ROLLBACK) == ["There is no earlier version to go back to."]
    assert live() == 1


def test_nothing_live_is_no_error(admin: APIClient, db: None) -> None:
    assert press(admin, ROLLBACK) == ["There is no earlier version to go back to."]


def test_what_the_gate_turned_away_is_not_promoted(
    admin: APIClient, live_model: ModelVersion
) -> None:
    rejected = make(passed=False)
    assert "expected_live" not in look(admin, PAGE, rejected.pk)
    (said,) = press(admin, PROMOTE, rejected.pk)
    assert said.startswith("Version 2 did not pass the gate")
    assert live() == 1


def test_a_damaged_version_is_not_promoted(admin: APIClient, candidate: ModelVersion) -> None:
    name = f"{candidate.artifact}/model.tflite"
    artifacts.storage().delete(name)
    artifacts.storage().save(name, ContentFile(b"something else"))
    (said,) = press(admin, PROMOTE, candidate.pk)
    assert said.startswith("Version 2 cannot be loaded")
    assert live() == 1


@pytest.mark.parametrize("seen", ["one", "-1", "1.5"])
def test_nonsense_for_the_live_version_is_no_error(
    admin: APIClient, candidate: ModelVersion, seen: str
) -> None:
    press(admin, PROMOTE, candidate.pk, expected_live=seen)
    assert live() == 2


def test_promoting_is_for_those_who_may(reviewer: APIClient, candidate: ModelVersion) -> None:
    assert status(reviewer, PROMOTE, candidate.pk) == 403
    assert status(reviewer, ROLLBACK) == 403
    assert live() == 1
    user = User.objects.create_user("promoter", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="add_promotion"))
    client = APIClient()
    client.force_login(user)
    assert press(client, PROMOTE, candidate.pk) == ["Version 2 is live now."]


def test_looking_changes_nothing(admin: APIClient, candidate: ModelVersion) -> None:
    for address in (
        reverse(f"admin:{PROMOTE}", args=[candidate.pk]),
        reverse(f"admin:{ROLLBACK}"),
    ):
        assert admin.get(address).status_code == 405
    assert live() == 1


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
    assert cells[:2] == [("drawings_used", "3"), ("drawings_gone", "2")]
    marked = re.findall(r'<th class="field-name"><a [^>]*>(\d+) <span class="badge live">', page)
    assert marked == ["1"]


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
    press(admin, PROMOTE, candidate.pk, reason="<b>because</b>")
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
