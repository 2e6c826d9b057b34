"""What machines ask: is it alive, can it answer, how much does it do."""

from __future__ import annotations

import base64
import re
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.utils import timezone
from rest_framework.test import APIClient

from digitsite.celery import app
from digitsite.storage import disk
from recognizer.models import Drawing, Promotion
from recognizer.services import versions
from recognizer.serving import registry
from tests.support import servers
from tests.support.drawings import DOUBTFUL, FOUR, body, picture
from tests.support.factories import overwrite, version
from training import services
from training.models import TrainingRun

pytestmark = pytest.mark.django_db


def ready(client: APIClient) -> tuple[int, dict[str, Any]]:
    response = client.get("/readyz")
    return response.status_code, response.json()


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OperationalError("The database has gone away.")

    monkeypatch.setattr(connection, "cursor", refuse)


def test_it_works(visitor: APIClient, live_model: Any) -> None:
    assert visitor.get("/healthz").content == b"ok"
    services.message_arrived(now=timezone.now())
    names = ("database", "model", "broker", "disk", "queue", "worker", "message", "notices")
    assert ready(visitor) == (200, {"ready": True} | dict.fromkeys(names, "ok"))


def test_alive_needs_nothing(visitor: APIClient, no_database: None) -> None:
    assert visitor.get("/healthz").status_code == 200


def test_without_a_database_it_is_not_ready(
    visitor: APIClient, live_model: Any, no_database: None
) -> None:
    status, report = ready(visitor)
    assert status == 503
    rows = ("database", "model", "queue", "worker", "message", "notices")
    known = {"broker": "ok", "disk": "ok"}
    assert report == {"ready": False} | dict.fromkeys(rows, "failed") | known


def test_without_a_model_it_is_not_ready(visitor: APIClient) -> None:
    status, report = ready(visitor)
    assert (status, report["ready"], report["model"]) == (503, False, "failed")
    assert report["database"] == "ok"


def test_with_the_version_before_it_is_ready_and_says_so(
    visitor: APIClient, live_model: Any
) -> None:
    registry.live()
    newer = version()
    versions.version_promote(version=newer, by=None)
    overwrite(newer, b"something else")
    status, report = ready(visitor)
    assert (status, report["ready"]) == (200, True)
    assert report["model"] == "version 1 answers; the newest promoted cannot be loaded"
    assert Promotion.objects.count() == 2


@pytest.mark.redis
def test_without_a_broker_it_is_ready_all_the_same(
    visitor: APIClient, live_model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with servers.redis_server() as server:
        monkeypatch.setattr(app.conf, "broker_write_url", servers.redis_address(server))
        assert ready(visitor)[1]["broker"] == "ok"
        server.stop()
        started = time.monotonic()
        status, report = ready(visitor)
        assert time.monotonic() - started < 5
        assert (status, report["ready"], report["broker"]) == (200, True, "failed")
        assert visitor.post("/api/v1/predict/", body()).status_code == 200
        assert visitor.post("/api/v1/drawings/", body(label=4)).status_code == 201


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_they_are_only_read(admin: APIClient, path: str) -> None:
    assert admin.post(path).status_code == 405


# --- disk, queue, worker ------------------------------------------------------------


def test_on_a_full_disk_it_is_not_ready_and_says_so(
    visitor: APIClient, live_model: Any, settings: Any
) -> None:
    settings.DISK_FLOOR = disk.free_bytes() * 2
    status, report = ready(visitor)
    assert (status, report["ready"]) == (503, False)
    assert re.fullmatch(
        r"only \d+ MB are free, so nothing is stored \(DISK_FLOOR_MB\)", report["disk"]
    )
    settings.DISK_FLOOR = 0
    assert ready(visitor)[0] == 200


def ago(**parts: int) -> datetime:
    return timezone.now() - timedelta(**parts)


def test_of_a_worker_that_never_was_nothing_is_known(visitor: APIClient, live_model: Any) -> None:
    status, report = ready(visitor)
    assert status == 200
    assert report["worker"] == "unknown: none has reported yet"
    assert report["message"] == "unknown: none has come back yet"


@pytest.mark.parametrize("hours", [1, -1])
def test_a_worker_that_fell_silent_is_told_of(
    visitor: APIClient, live_model: Any, hours: int
) -> None:
    """Be it that its time lies in what has become the future."""
    services.message_arrived(now=ago(hours=hours))
    status, report = ready(visitor)
    minutes = 60 if hours > 0 else 0
    assert status == 200
    assert report["worker"] == f"silent for {minutes} min"
    assert report["message"] == f"the last came back {minutes} min ago"


def test_a_worker_that_trains_is_alive_by_its_training(visitor: APIClient, live_model: Any) -> None:
    services.message_arrived(now=ago(minutes=20))
    TrainingRun.objects.create(
        epochs=1, trigger="button", status="running", heartbeat_at=timezone.now()
    )
    report = ready(visitor)[1]
    assert (report["queue"], report["worker"]) == ("ok", "ok")
    assert report["message"] == "unknown while the worker trains; the last came back 20 min ago"


def test_a_run_that_waits_for_long_is_told_of(visitor: APIClient, live_model: Any) -> None:
    run = TrainingRun.objects.create(epochs=1, trigger="button")
    assert ready(visitor)[1]["queue"] == "ok"
    TrainingRun.objects.filter(pk=run.pk).update(created_at=ago(minutes=34))
    assert ready(visitor)[1]["queue"] == "a run has waited for 34 min"
    # It was at work in between, and its worker was lost.
    TrainingRun.objects.filter(pk=run.pk).update(heartbeat_at=ago(minutes=3))
    assert ready(visitor)[1]["queue"] == "a run has waited for 3 min"


# --- metrics ----------------------------------------------------------------------


def metric(client: APIClient, line: str, **headers: Any) -> float:
    """One line's value."""
    response = client.get("/metrics", **headers)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain")
    values = dict(
        entry.rsplit(" ", 1) for entry in response.content.decode().splitlines() if entry[0] != "#"
    )
    return float(values.get(line, "0"))


def test_staff_may_read_the_metrics(
    visitor: APIClient, member: APIClient, reviewer: APIClient
) -> None:
    assert metric(reviewer, "digits_live_version") == 0
    assert [client.get("/metrics").status_code for client in (visitor, member)] == [403, 403]


def test_the_token_may_read_the_metrics(visitor: APIClient, settings: Any) -> None:
    settings.METRICS_TOKEN = "let-prometheus-in"
    bearer = {"Authorization": "Bearer let-prometheus-in"}
    assert metric(visitor, "digits_live_version", headers=bearer) == 0
    wrong = base64.b64encode(b"let-prometheus-in").decode()
    for given in ("", "Bearer", "Bearer ", "Bearer wrong", f"Basic {wrong}", "let-prometheus-in"):
        response = visitor.get("/metrics", headers={"Authorization": given})
        assert response.status_code == 403


@pytest.mark.parametrize("given", ["Bearer ", "Bearer", "Bearer \u00e9"])
def test_without_a_token_set_none_lets_in(visitor: APIClient, settings: Any, given: str) -> None:
    settings.METRICS_TOKEN = ""
    response = visitor.get("/metrics", headers={"Authorization": given})
    assert response.status_code == 403


def test_the_metrics_count_what_happens(
    visitor: APIClient, admin: APIClient, live_model: Any
) -> None:
    before = metric(admin, 'digits_answers_total{verdict="sure"}')
    timed = metric(admin, "digits_answer_seconds_count")
    for _ in range(3):
        visitor.post("/api/v1/predict/", body())
    visitor.post("/api/v1/predict/batch/", {"items": [body(), {"strokes": []}]})
    visitor.post("/api/v1/drawings/", body(label=4))
    assert metric(admin, 'digits_answers_total{verdict="sure"}') == before + 5
    assert metric(admin, "digits_answer_seconds_count") == timed + 4
    assert metric(admin, "digits_live_version") == 1
    assert metric(admin, 'digits_drawings{review="pending"}') == 1


def test_the_metrics_tell_what_memory_keeps_and_mends(
    visitor: APIClient, admin: APIClient, live_model: Any
) -> None:
    mended = metric(admin, "digits_mended_total")
    found = {
        where: metric(admin, f'digits_hands_total{{found="{where}"}}') for where in ("hit", "miss")
    }
    visitor.post("/api/v1/drawings/", body(DOUBTFUL, label=1))
    assert metric(admin, "digits_hand_rows") == 0
    for _ in range(3):
        visitor.post("/api/v1/predict/", body(DOUBTFUL))
    assert metric(admin, "digits_mended_total") == mended + 3
    assert metric(admin, 'digits_hands_total{found="miss"}') == found["miss"] + 1
    assert metric(admin, 'digits_hands_total{found="hit"}') == found["hit"] + 2
    assert metric(admin, "digits_hand_rows") == 1
    assert metric(admin, "digits_hand_bytes") > 1_000


def test_the_metrics_tell_what_visitors_say_of_answers(
    visitor: APIClient, admin: APIClient, live_model: Any
) -> None:
    def said() -> list[float]:
        names = [f'digits_labelled_total{{said="{word}"}}' for word in ("right", "corrected")]
        return [metric(admin, name) for name in names]

    visitor.post("/api/v1/drawings/", body(FOUR, label=4))  # so that both are known
    visitor.post("/api/v1/drawings/", body(FOUR, label=9))
    right, corrected = said()
    stored = visitor.post("/api/v1/drawings/", body(FOUR)).json()
    assert said() == [right, corrected]
    receipt = {"HTTP_X_RECEIPT": stored["receipt"]}
    visitor.post(f"/api/v1/drawings/{stored['id']}/label/", {"label": 4}, **receipt)
    assert said() == [right + 1, corrected]
    visitor.post("/api/v1/drawings/", body(FOUR, label=9))
    assert said() == [right + 1, corrected + 1]


def test_the_metrics_tell_of_runs(admin: APIClient) -> None:
    TrainingRun.objects.create(status="failed", epochs=1, trigger="api")
    assert metric(admin, 'digits_runs{status="failed"}') == 1


def test_the_metrics_tell_what_is_kept_and_what_waits(
    visitor: APIClient, admin: APIClient, live_model: Any
) -> None:
    for data in (body(label=4), {"image": base64.b64encode(picture()).decode()}):
        visitor.post("/api/v1/drawings/", data)
    assert metric(admin, "digits_stored_drawings") == 2
    weights = Drawing.objects.values_list("stored_bytes", flat=True)
    assert metric(admin, "digits_stored_bytes") == sum(weights) > 4_000
    assert metric(admin, "digits_images_lost") == 0
    Drawing.objects.exclude(image="").update(image_lost=True)
    assert metric(admin, "digits_images_lost") == 1
    free = metric(admin, "digits_disk_free_bytes")
    assert free == pytest.approx(disk.free_bytes(), rel=0.1)
    assert metric(admin, "digits_queue_seconds") == 0
    run = TrainingRun.objects.create(epochs=1, trigger="button")
    TrainingRun.objects.filter(pk=run.pk).update(created_at=ago(minutes=5))
    services.message_arrived(now=ago(minutes=2))
    assert metric(admin, "digits_queue_seconds") == pytest.approx(300, abs=30)
    assert metric(admin, "digits_message_seconds") == pytest.approx(120, abs=30)


def test_an_account_that_was_closed_reads_nothing(admin: APIClient, admin_user: User) -> None:
    admin_user.is_active = False
    admin_user.save()
    assert admin.get("/metrics").status_code == 403
