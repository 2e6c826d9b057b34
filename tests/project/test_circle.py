"""The whole circle through HTTP: real server, real worker, real training, real Redis."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.drawings import FOUR, ONE, SEVEN, ZERO, body
from tests.support.site import Client, Site, wait_for

pytestmark = [
    pytest.mark.usefixtures("mnist_dir"),
    pytest.mark.slow,
    pytest.mark.redis,
    pytest.mark.timeout(600),
]


def test_a_drawing_becomes_a_better_answer_for_everybody(tmp_path: Path, redis_url: str) -> None:
    with Site(tmp_path, REDIS_URL=redis_url) as site:
        site.web()
        site.worker()
        visitor, admin = Client(site), Client(site, site.token)

        # A person draws, the site answers; nothing is stored.
        answer = visitor.post("predict/", body(FOUR))
        assert answer["model_version"] == 1
        assert len(answer["probabilities"]) == 10

        # It is stored, corrected, reviewed.
        stored = []
        for strokes, label in ((FOUR, 4), (SEVEN, 7), (ONE, 1), (ZERO, 0)):
            drawing = visitor.post("drawings/", body(strokes))
            assert drawing["review"] == "unlabelled"
            labelled = visitor.post(f"drawings/{drawing['id']}/label/", {"label": label})
            assert labelled["review"] == "pending"
            reviewed = admin.post(f"drawings/{drawing['id']}/review/", {"decision": "accept"})
            assert (reviewed["review"], reviewed["accepted_label"]) == ("accepted", str(label))
            stored.append(drawing["id"])

        # An admin starts a retraining; a worker of its own process trains.
        run = admin.post("runs/", {"mode": "warm", "epochs": 1})
        assert run["status"] == "queued"

        def over() -> dict | None:
            now = admin.get(f"runs/{run['id']}/")
            return now if now["status"] not in ("queued", "running", "evaluating") else None

        done = wait_for(over, seconds=300, why=f"the run is over\n{site.log('worker')}")
        assert done["status"] == "candidate", done["error"] or done["gate_report"]
        assert done["dataset"]["drawings"]["train"] == 4
        assert done["snapshot_digest"]
        assert [epoch["epoch"] for epoch in done["history"]] == [1]
        assert all(check["passed"] for check in done["gate_report"]["checks"])

        # The candidate changes nothing until it is promoted.
        assert visitor.post("predict/", body(FOUR))["model_version"] == 1
        promoted = admin.post(f"versions/{done['candidate']}/promote/", {"expected_live": 1})
        assert promoted["kind"] == "promote"
        assert visitor.post("predict/", body(FOUR))["model_version"] == 2
        fate = visitor.get(f"drawings/{stored[0]}/")
        assert fate["used_in"] == [{"version": 2, "role": "train"}]
        assert fate["fate"].startswith("Used in version 2; version 2, now live, reads it as ")

        # And it can be taken back.
        admin.post("versions/rollback/")
        assert visitor.post("predict/", body(FOUR))["model_version"] == 1
        live = {one["number"]: one["live"] for one in admin.get("versions/")["results"]}
        assert live == {1: True, 2: False}
