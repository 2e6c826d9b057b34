"""The studio's frame: who comes in, what the rail says, how few queries it takes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from recognizer.models import ModelVersion
from tests.support import factories
from training import services
from training.models import Heartbeat
from training.runs import claims

pytestmark = pytest.mark.django_db

PAGES = ("studio:today", "studio:train", "studio:versions")


def count(client: APIClient, key: str) -> str:
    """What the rail says beside a place."""
    response = client.get(reverse("studio:rail"))
    assert response.status_code == 200
    entries = [entry for entry in response.context["stations"] if entry.key == key]
    return str(entries[0].count)


@pytest.mark.parametrize("name", PAGES)
def test_it_works(admin: APIClient, live_model: ModelVersion, name: str) -> None:
    response = admin.get(reverse(name))
    assert response.status_code == 200
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response.headers["Cache-Control"]
    content = response.content.decode()
    assert 'aria-current="page"' in content
    for other in PAGES:
        assert f'href="{reverse(other)}"' in content


@pytest.mark.parametrize("name", PAGES)
def test_strangers_are_asked_to_sign_in(visitor: APIClient, name: str) -> None:
    response = visitor.get(reverse(name))
    assert response.status_code == 302
    assert response.headers["Location"].endswith(f"?next={reverse(name)}")


@pytest.mark.parametrize("name", PAGES)
def test_visitors_with_an_account_may_not_come_in(member: APIClient, name: str) -> None:
    assert member.get(reverse(name)).status_code == 403


def test_staff_land_in_the_studio(client: Any, admin_user: User) -> None:
    answer = client.post(
        reverse("recognizer:sign-in"), {"username": "admin", "password": "correct-horse"}
    )
    assert answer.headers["Location"] == reverse("studio:today")


def test_public_pages_show_staff_the_way(
    admin: APIClient, member: APIClient, live_model: ModelVersion
) -> None:
    link = f'href="{reverse("studio:today")}"'
    for path in ("/", "/about/", "/account/"):
        assert link in admin.get(path).content.decode()
        assert link not in member.get(path).content.decode()


def test_the_rail_counts_what_waits_where(admin: APIClient, live_model: ModelVersion) -> None:
    by = factories.contributor()
    factories.drawing(by, live_model, review="pending", accepted_label="")
    factories.drawing(by, live_model, review="pending", accepted_label="", label="7")
    factories.drawing(by, live_model)
    assert count(admin, "train") == "+1"
    assert count(admin, "versions") == "1 live"
    circle = admin.get(reverse("studio:rail")).context["circle"]
    assert (circle.waiting, circle.disputed) == (2, 1)


def test_the_rail_tells_of_the_run_at_work(admin: APIClient, live_model: ModelVersion) -> None:
    run = services.run_request(trigger="button", reason="a test")
    assert count(admin, "train") == str(run.pk)
    claimed = claims.run_claim(run_id=run.pk)
    assert claimed is not None
    halfway = {
        "stage": "training", "epoch": 2, "epochs": 2, "batch": 0, "batches": 10,
        "eta_seconds": 61.0,
    }  # fmt: skip
    claims.run_report(run=claimed, progress=halfway)
    response = admin.get(reverse("studio:rail"))
    assert response.context["circle"].run.percent == 47  # half of the learning
    assert "1 min 1 s" in response.content.decode()


def test_the_pulse_says_when_no_worker_is_heard(admin: APIClient, live_model: ModelVersion) -> None:
    def pulse() -> str:
        return str(admin.get(reverse("studio:rail")).content.decode())

    assert "No worker heard yet" in pulse()
    services.message_arrived(now=timezone.now() - timedelta(seconds=4))
    assert "Worker heard 4 s ago" in pulse()
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=5))
    assert "No worker heard for 5 min" in pulse()


def test_who_was_signed_out_keeps_the_page(visitor: APIClient, member: APIClient) -> None:
    """htmx stops asking at this status, and nothing is loaded anew."""
    for client in (visitor, member):
        response = client.get(reverse("studio:rail"))
        assert response.status_code == 286
        assert "HX-Refresh" not in response.headers
        assert "You are signed out" in response.content.decode()


@pytest.mark.parametrize("name", [*PAGES, "studio:rail"])
def test_a_page_takes_at_most_twenty_queries(
    admin: APIClient, live_model: ModelVersion, django_assert_max_num_queries: Any, name: str
) -> None:
    by = factories.contributor()
    for label in "0147":
        factories.drawing(by, live_model, label, review="pending", accepted_label="")
        factories.drawing(by, live_model, label)
    factories.version(parent=live_model)
    services.run_request(trigger="button", reason="a test")
    services.message_arrived(now=timezone.now())
    with django_assert_max_num_queries(20):
        assert admin.get(reverse(name)).status_code == 200
