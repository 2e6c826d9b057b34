"""A site of the release before networks of two readers, and its data folder with the code of now.

Both in processes of their own, with the site's own settings and the folder as `VAR_DIR`:
`python -m tests.support.old_site left ARTIFACT` leaves the tables and rows of then, the
artifact's files copied; `... started` starts on them and prints what visitors see, as JSON.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import django

from tests import ROOT

# The newest migrations of that release; those of Django's own apps are as they are.
OF_THEN = [("recognizer", "0003_submission_key"), ("training", "0001_initial")]
PEOPLE = 12
# The site has a database and a queue of its own, whatever the test run's.
NOT_ITS_OWN = ("DATABASE_URL", "REDIS_URL", "BROKER_URL")


def left(folder: Path, artifact: Path) -> None:
    """Makes `folder` the data folder of an old site whose live version is `artifact`."""
    _run(folder, "left", str(artifact))


def started(folder: Path, **environment: str) -> list[dict[str, Any]]:
    """What visitors see of the folder's site after each step of its first day with new code."""
    printed = _run(folder, "started", **environment)
    return [json.loads(line) for line in printed.splitlines() if line.startswith("{")]


def _run(folder: Path, *arguments: str, **environment: str) -> str:
    others = {name: value for name, value in os.environ.items() if name not in NOT_ITS_OWN}
    own = {"DJANGO_SETTINGS_MODULE": "digitsite.settings", "VAR_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", __name__, *arguments],
        cwd=ROOT,
        env=others | own | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def leave(artifact: Path) -> None:
    """The tables of then, a live version of format 1, and accepted drawings by twelve people."""
    from django.conf import settings
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.utils import timezone

    from tests.support import factories
    from tests.support.drawings import CANVAS, FOUR

    executor = MigrationExecutor(connection)
    newer = {"recognizer", "training"}
    leaves = [leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0] not in newer]
    apps = executor.migrate([*leaves, *OF_THEN]).apps
    rows = {name: apps.get_model("recognizer", name).objects for name in (
        "ModelVersion", "Promotion", "Contributor", "Drawing",
    )}  # fmt: skip
    shutil.copytree(artifact, Path(settings.VAR_DIR) / "artifacts" / "then")
    version = rows["ModelVersion"].create(
        number=1,
        artifact="then",
        manifest=json.loads((artifact / "manifest.json").read_text()),
        gate_passed=True,
        gate_report={},
    )
    rows["Promotion"].create(version=version, kind="install", reason="installed")
    for number in range(PEOPLE):
        rows["Drawing"].create(
            contributor=rows["Contributor"].create(pk=factories.contributor_key(number)),
            version=version,
            source="api",
            consent=True,
            strokes=FOUR,
            canvas=CANVAS,
            pixels=factories.pixels_of(FOUR),
            normalisation=1,
            digit=4,
            confidence=0.99,
            verdict="sure",
            probabilities=[0.0] * 4 + [0.99] + [0.0] * 5,
            label="4",
            accepted_label="4",
            review="accepted",
            reviewed_at=timezone.now(),
        )


def start() -> None:
    """The first day: prepared, offered by the worker, promoted, rolled back."""
    from django.conf import settings
    from django.core.management import call_command

    from recognizer.models import ModelVersion
    from recognizer.services import versions
    from training import tasks

    settings.GATE = {**settings.GATE, "digit_floor": 0.5, "latency_ms": 1000.0}
    call_command("prepare", "database")
    tell()
    tasks.shipped_offer()
    tell()
    offered = ModelVersion.objects.get(number=2)
    versions.version_promote(version=offered, by=None, expected_live=1)
    tell()
    versions.version_rollback(by=None, expected_live=2)
    tell()


def tell() -> None:
    """Prints a line of what the site holds and answers."""
    from django.test import Client

    from recognizer.models import Drawing, ModelVersion
    from tests.support.drawings import FOUR, body

    visitor = Client(SERVER_NAME="localhost")
    said = visitor.post("/api/v1/predict/", body(FOUR), content_type="application/json").json()
    about = visitor.get("/api/v1/model/").json()
    seen = {
        "versions": [[one.number, one.gate_verdict] for one in ModelVersion.objects.order_by("pk")],
        "trainable": Drawing.objects.trainable().count(),
        "answers": [said["model_version"], said["digit"]],
        "in_browser": about["browser"] is not None,
    }
    sys.stdout.write(f"{json.dumps(seen)}\n")


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "left":
        leave(Path(sys.argv[2]))
    else:
        start()
