"""The staff's pages in a real browser: under the site's own policy, by keyboard, on a phone."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page

from recognizer.models import Drawing, ModelVersion
from tests.support import factories
from training import services

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser has to complain of: exceptions, and breaches of the policy."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda line: heard.append(line.text) if line.type == "error" else None)
    return heard


@pytest.fixture
def desk(page: Page, complaints: list[str], live_server: Any, admin_user: User) -> Page:
    """An admin who has just logged in."""
    page.goto(f"{live_server.url}{reverse('recognizer:sign-in')}?next={reverse('admin:index')}")
    page.fill("#id_username", "admin")
    page.fill("#id_password", "correct-horse")
    page.click("form.fields button")
    return page


def waiting(version: ModelVersion, label: str = "4") -> Drawing:
    return factories.drawing(
        factories.contributor(), version, label, review="pending", accepted_label=""
    )


def open_page(desk: Page, live_server: Any, name: str, *args: Any) -> None:
    answer = desk.goto(live_server.url + reverse(f"admin:{name}", args=args))
    assert answer is not None
    assert answer.ok


def test_every_page_keeps_to_the_policy(
    desk: Page, complaints: list[str], live_server: Any, live_model: ModelVersion
) -> None:
    drawing = waiting(live_model)
    ModelVersion.objects.update(
        gate_report={"passed": True, "checks": [], "fixes": [str(drawing.pk), str(uuid4())]}
    )
    run = services.run_request(trigger="button", reason="a test")
    services.retrain_by_count(now=run.created_at)
    for model, key in (
        ("recognizer_drawing", drawing.pk),
        ("recognizer_contributor", drawing.contributor_id),
        ("recognizer_modelversion", live_model.pk),
        ("recognizer_promotion", live_model.promotions.get().pk),
        ("training_trainingrun", run.pk),
        ("training_retraincheck", "count"),
    ):
        open_page(desk, live_server, f"{model}_changelist")
        open_page(desk, live_server, f"{model}_change", key)
        open_page(desk, live_server, f"{model}_history", key)
    open_page(desk, live_server, "recognizer_contributor_delete", drawing.contributor_id)
    open_page(desk, live_server, "index")
    assert complaints == []


@pytest.mark.parametrize(
    "name", ["recognizer_drawing", "recognizer_modelversion", "training_trainingrun"]
)
def test_nothing_is_wider_than_a_phone(
    desk: Page, live_server: Any, live_model: ModelVersion, name: str
) -> None:
    drawing = waiting(live_model)
    run = services.run_request(trigger="button", reason="a test")
    keys = {"recognizer_drawing": drawing.pk, "recognizer_modelversion": live_model.pk}
    desk.set_viewport_size({"width": 360, "height": 740})
    for place, args in ((f"{name}_changelist", []), (f"{name}_change", [keys.get(name, run.pk)])):
        open_page(desk, live_server, place, *args)
        assert desk.evaluate("document.documentElement.scrollWidth") <= 360
