"""What can be killed in the middle is killed in the middle."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.support.drawings import FOUR, body
from tests.support.servers import redis_address, redis_server
from tests.support.site import Client, Site, wait_for

pytestmark = [pytest.mark.usefixtures("mnist_dir"), pytest.mark.slow, pytest.mark.timeout(600)]

# For trainings that are not to come to their end.
FEW = {"TRAIN_MNIST_LIMIT": "300"}
# What a thousand images teach from nothing would not pass the gate otherwise.
UNSKILLED = {"GATE_MARGIN": "10000", "GATE_DIGIT_FLOOR": "0.001"}
# In a worker's log, once it has asked the rows for runs that are lost.
LOOKED = re.compile(r"runs_heal\[\S+\] succeeded")
OVER = ("candidate", "rejected", "failed", "cancelled")


def in_training(admin: Client, run: int, *, epoch: int = 2) -> dict[str, Any]:
    """Waits until the run is in the middle of an epoch that has a checkpoint before it."""

    def reached() -> dict[str, Any] | None:
        now = admin.get(f"runs/{run}/")
        assert now["status"] not in OVER, now
        return now if now["progress"].get("epoch", 0) >= epoch else None

    return wait_for(reached, seconds=180, why="the training is under way")


def ended(admin: Client, run: int, *, log: str = "") -> dict[str, Any]:
    def over() -> dict[str, Any] | None:
        now = admin.get(f"runs/{run}/")
        return now if now["status"] in OVER else None

    return wait_for(over, seconds=300, why=f"the run is over\n{log}")


def cleaned_up(site: Site, run: int) -> None:
    """The row tells the end first; what the run worked with goes a moment later."""
    wait_for(
        lambda: not (site.folder / "runs" / str(run)).exists(),
        seconds=60,
        why="the worker has let go and cleaned up",
    )


def next_worker(site: Site) -> None:
    """A worker and a scheduler, once they have looked for lost runs and missed none yet."""
    before = len(LOOKED.findall(site.log("worker")))
    site.worker()
    site.beat()
    wait_for(
        lambda: len(LOOKED.findall(site.log("worker"))) > before,
        seconds=60,
        why="the next worker has looked for lost runs",
    )


def artifacts_of(site: Site) -> set[str]:
    return {folder.name for folder in (site.folder / "artifacts").iterdir()}


def test_a_killed_worker_s_run_is_resumed_although_drawings_came_and_went(tmp_path: Path) -> None:
    """From its checkpoint, with what it began with."""
    with Site(tmp_path, **UNSKILLED) as site:
        site.web()
        worker = site.worker()
        visitor, admin = Client(site), Client(site, site.token)
        first, second = (accepted(visitor, admin) for _ in range(2))
        before = artifacts_of(site)
        run = admin.post("runs/", {"mode": "warm", "epochs": 4})["id"]
        in_training(admin, run)

        site.kill(worker)

        # Nothing is lost but time: the site answers, and there is no half artifact.
        assert visitor.post("predict/", body(FOUR))["model_version"] == 1
        assert admin.get(f"runs/{run}/")["status"] == "running"
        assert artifacts_of(site) == before
        again = admin.session.post(f"{site.address}/api/v1/runs/", json={}, timeout=30)
        assert (again.status_code, again.json()["error"]["code"]) == (409, "run_active")
        accepted(visitor, admin)
        response = admin.session.delete(f"{site.address}/api/v1/drawings/{first}/", timeout=30)
        assert response.status_code == 204

        next_worker(site)
        site.silence()
        done = ended(admin, run, log=site.log("worker"))
        assert done["status"] == "candidate", done
        assert done["attempt"] == 2
        assert "goes on after epoch" in site.log("worker")
        assert f"Run {run}: training took " in site.log("worker")
        assert [epoch["epoch"] for epoch in done["history"]] == [1, 2, 3, 4]
        assert done["dataset"]["drawings"]["total"] == 2
        assert done["dataset"]["drawings"]["left_out"] == 1
        assert f"version {done['candidate']}" in admin.get(f"drawings/{second}/")["fate"]
        assert len(artifacts_of(site)) == len(before) + 1
        cleaned_up(site, run)


def accepted(visitor: Client, admin: Client) -> str:
    """The id of a drawing that a visitor has given and a reviewer accepted."""
    key = visitor.post("drawings/", body(FOUR, label=4))["id"]
    admin.post(f"drawings/{key}/review/", {"decision": "accept"})
    return str(key)


def test_a_run_whose_workers_all_die_fails_with_the_reason(tmp_path: Path) -> None:
    with Site(tmp_path, TEST_MAX_ATTEMPTS="1", **FEW) as site:
        site.web()
        worker = site.worker()
        admin = Client(site, site.token)
        run = admin.post("runs/", {"mode": "scratch", "epochs": 50})["id"]
        in_training(admin, run, epoch=1)
        site.kill(worker)
        next_worker(site)
        site.silence()
        done = ended(admin, run, log=site.log("worker"))
        assert done["status"] == "failed"
        assert "disappeared 1 times" in done["error"]
        assert "while training" in done["error"]
        assert done["candidate"] is None
        assert admin.post("runs/", {"mode": "scratch", "epochs": 1})["status"] == "queued"


def test_a_worker_that_is_stopped_lets_go_of_its_run_at_once(tmp_path: Path) -> None:
    """Whether all of its processes are told, or its parent alone."""
    with Site(tmp_path, **FEW) as site:
        site.web()
        worker = site.worker()
        admin = Client(site, site.token)
        run = admin.post("runs/", {"mode": "scratch", "epochs": 50})["id"]
        for attempt, tell in enumerate((os.killpg, os.kill), start=1):
            in_training(admin, run, epoch=attempt)
            tell(worker.pid, signal.SIGTERM)
            worker.wait(timeout=60)
            assert admin.get(f"runs/{run}/")["status"] == "queued"

            worker = site.worker()
            back = wait_for(
                lambda: (now := admin.get(f"runs/{run}/"))["status"] == "running" and now,
                seconds=120,
                why="the next worker takes it up without waiting to miss the first",
            )
            assert back["attempt"] == attempt + 1


def test_a_cancelled_training_stops_and_keeps_only_what_it_needs_to_go_on(
    tmp_path: Path,
) -> None:
    with Site(tmp_path, **FEW) as site:
        site.web()
        site.worker()
        admin = Client(site, site.token)
        before = artifacts_of(site)
        run = admin.post("runs/", {"mode": "scratch", "epochs": 50})["id"]
        in_training(admin, run)
        assert admin.post(f"runs/{run}/cancel/")["status"] == "cancelled"
        wait_for(
            lambda: f"Run {run}: cancelled after" in site.log("worker"),
            seconds=60,
            why="the worker has let go",
        )
        assert artifacts_of(site) == before
        kept = {path.name for path in (site.folder / "runs" / str(run)).iterdir()}
        assert kept == {"checkpoint.npz"}

        next_one = admin.post("runs/", {"mode": "scratch", "epochs": 50})["id"]
        in_training(admin, next_one, epoch=1)
        cleaned_up(site, run)


@pytest.mark.redis
def test_a_broker_that_is_down_or_forgets_stops_neither_answers_nor_runs(tmp_path: Path) -> None:
    with redis_server() as broker, Site(tmp_path, BROKER_URL=redis_address(broker)) as site:
        broker.stop()
        site.web()
        visitor, admin = Client(site), Client(site, site.token)
        assert visitor.post("predict/", body(FOUR))["model_version"] == 1
        assert visitor.post("drawings/", body(FOUR, label="4"))["review"] == "pending"
        run = admin.post("runs/", {"mode": "warm", "epochs": 1})
        assert run["status"] == "queued"
        ready = visitor.session.get(f"{site.address}/readyz", timeout=30)
        assert (ready.status_code, ready.json()["broker"]) == (200, "failed")

        broker.start()
        site.worker()
        site.beat()
        done = ended(admin, run["id"], log=site.log("worker") + site.log("beat"))
        assert done["status"] == "candidate", done

        broker.stop()
        run = admin.post("runs/", {"mode": "scratch", "epochs": 50})
        broker.start()  # empty, and the worker was connected to the one before
        in_training(admin, run["id"], epoch=1)


def test_an_interrupted_manage_train_cancels_its_run(tmp_path: Path) -> None:
    with Site(tmp_path, **FEW) as site:
        site.web()
        admin = Client(site, site.token)
        training = site.start("train", "manage", "train", "--mode", "scratch", "--epochs", "50")
        run = wait_for(
            lambda: admin.get("runs/")["results"], seconds=60, why="the run has its row"
        )[0]["id"]
        in_training(admin, run, epoch=1)
        training.send_signal(signal.SIGINT)
        assert training.wait(timeout=60) == 1
        assert admin.get(f"runs/{run}/")["status"] == "cancelled"
