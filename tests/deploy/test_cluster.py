"""The site of compose.yaml goes round the circle, and outlives the loss of each of its parts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from recognizer.serving.registry import FRESH_SECONDS
from tests.support import cluster
from tests.support.cluster import HOSTS, Cluster
from tests.support.drawings import FOUR, ONE, SEVEN, ZERO, body, picture
from tests.support.proxy import CLOSES
from tests.support.site import wait_for

pytestmark = [
    pytest.mark.usefixtures("mnist_dir"),
    pytest.mark.slow,
    pytest.mark.redis,
    pytest.mark.postgres,
    pytest.mark.timeout(900),
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    (folder / "proxy").mkdir()
    with cluster.running(folder) as running:
        yield running


def version_at(running: Cluster, name: str) -> int:
    """The version that one web process answers with, past the proxy."""
    inside = {"Host": "localhost", "X-Forwarded-Proto": "https"}
    url = f"http://{HOSTS[name]}:{running.port}/api/v1/predict/"
    answer = requests.post(url, json=body(FOUR), headers=inside, timeout=10)
    return int(answer.json()["model_version"])


def reads(running: Cluster) -> bool:
    """Whether a stranger is answered, by way of the proxy."""
    assert running.proxy is not None
    url = f"{running.proxy.url}/api/v1/predict/"
    try:
        verify = running.proxy.certificate
        answer = requests.post(url, json=body(FOUR), verify=verify, timeout=30)
    except requests.RequestException:
        return False
    return answer.ok and answer.json()["digit"] == 4


def send_picture(running: Cluster) -> requests.Response:
    client = running.client()
    return client.session.post(
        f"{running.site.address}/api/v1/drawings/",
        files={"image": ("seven.png", picture(), "image/png")},
        data={"label": "7"},
        timeout=60,
    )


def over(running: Cluster, run: dict[str, Any]) -> dict[str, Any]:
    staff = running.client(running.site.token)

    def ended() -> dict[str, Any] | None:
        now = staff.get(f"runs/{run['id']}/")
        return now if now["status"] not in ("queued", "running", "evaluating") else None

    log = running.site.log
    return wait_for(ended, seconds=500, why=f"the run is over\n{log('worker')}")


def test_the_circle_goes_round(running: Cluster) -> None:
    """A drawing becomes an answer for everybody: real servers, a real worker, a real training."""
    visitor, staff = running.client(), running.client(running.site.token)
    # A person draws, the site answers; nothing is stored.
    answer = visitor.post("predict/", body(FOUR))
    before = answer["model_version"]
    assert len(answer["probabilities"]) == 10

    # It is stored, corrected, reviewed.
    stored = []
    for strokes, label in ((FOUR, 4), (SEVEN, 7), (ONE, 1), (ZERO, 0)):
        drawing = visitor.post("drawings/", body(strokes))
        assert drawing["review"] == "unlabelled"
        labelled = visitor.post(f"drawings/{drawing['id']}/label/", {"label": label})
        assert labelled["review"] == "pending"
        reviewed = staff.post(f"drawings/{drawing['id']}/review/", {"decision": "accept"})
        assert (reviewed["review"], reviewed["accepted_label"]) == ("accepted", str(label))
        stored.append(drawing["id"])
    assert send_picture(running).status_code == 201
    assert any(name.startswith("media/drawings/") for name in running.bucket.names())

    # An admin starts a retraining; a worker of its own process trains.
    run = staff.post("runs/", {"mode": "warm", "epochs": 1})
    assert run["status"] == "queued"
    done = over(running, run)
    assert done["status"] == "candidate", done["error"] or done["gate_report"]
    assert done["dataset"]["drawings"]["train"] >= len(stored)
    assert done["snapshot_digest"]
    assert [epoch["epoch"] for epoch in done["history"]] == [1]
    assert all(check["passed"] for check in done["gate_report"]["checks"])

    # The candidate changes nothing until it is promoted, and can be taken back.
    new = done["candidate"]
    assert {version_at(running, name) for name in HOSTS} == {before}
    promotion = {"expected_live": before, "reason": "better"}
    promoted = staff.post(f"versions/{new}/promote/", promotion)
    assert promoted["kind"] == "promote"
    time.sleep(2 * FRESH_SECONDS)  # no process goes longer without asking
    assert {version_at(running, name) for name in HOSTS} == {new}
    fate = visitor.get(f"drawings/{stored[0]}/")
    assert fate["used_in"] == [{"version": new, "role": "train"}]
    assert fate["fate"].startswith(f"Used in version {new}; version {new}, now live, reads it as ")
    staff.post("versions/rollback/")
    time.sleep(2 * FRESH_SECONDS)
    assert {version_at(running, name) for name in HOSTS} == {before}
    live = {one["number"]: one["live"] for one in staff.get("versions/")["results"]}
    assert (live[before], live[new]) == (True, False)


def test_a_web_process_is_killed(running: Cluster) -> None:
    running.kill("web-1")
    # What had reached it is lost with it: a request on each connection that was open, at most.
    answered = [reads(running) for _ in range(12)]
    assert sum(answered) >= 8
    assert all(answered[-4:])
    running.start("web-1")
    running.wait_until_ready()


def test_the_worker_is_killed_in_a_training(running: Cluster) -> None:
    staff = running.client(running.site.token)
    run = staff.post("runs/", {"mode": "warm", "epochs": 1})
    is_running = lambda: staff.get(f"runs/{run['id']}/")["status"] == "running"  # noqa: E731
    wait_for(is_running, seconds=120, why="the run is at work")
    running.kill("worker")
    assert reads(running)
    running.silence()
    running.start("worker")
    assert over(running, run)["status"] in ("candidate", "rejected")


def test_the_scheduler_is_killed(running: Cluster) -> None:
    running.kill("scheduler")
    assert reads(running)
    running.start("scheduler")


def test_redis_is_killed(running: Cluster) -> None:
    running.redis.stop()
    try:
        assert reads(running)
    finally:
        running.redis.start()
    assert reads(running)
    # And the queue comes to itself: the scheduler's message reaches the worker again.
    inside = f"http://{HOSTS['web-1']}:{running.port}/readyz"
    heard = lambda: requests.get(inside, timeout=10).json()["message"] == "ok"  # noqa: E731
    wait_for(heard, seconds=180, why="a message comes to the worker")


def test_the_bucket_is_out_of_reach(running: Cluster) -> None:
    """What is in memory answers; a picture is refused with a word, and nothing of it is stored."""
    running.between.mood = CLOSES
    try:
        assert reads(running)
        assert send_picture(running).status_code == 503
    finally:
        running.between.mood = None
    assert send_picture(running).status_code == 201


def test_the_database_is_killed(running: Cluster) -> None:
    for name in HOSTS:
        version_at(running, name)  # each has the live version in memory, also one just started
    running.database.stop()
    try:
        assert reads(running)  # from memory, for a minute
        assert requests.get(f"http://{HOSTS['web-2']}:{running.port}/healthz", timeout=5).ok
        assert not running.is_ready("web-2")
    finally:
        running.database.start()  # for the tests that come after
    running.wait_until_ready()
    stored = running.client().post("drawings/", body(FOUR, label=4))
    assert stored["review"] == "pending"
