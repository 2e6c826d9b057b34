"""A site of the release before networks of two readers: its data folder.

`python -m tests.support.old_site ARTIFACT` makes it of `VAR_DIR`, with the site's own settings:
the tables and rows of then, the artifact's files copied.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import django

from tests import ROOT

# The newest migrations of that release; those of Django's own apps are as they are.
OF_THEN = [("recognizer", "0003_submission_key"), ("training", "0001_initial")]
PEOPLE = 12
# The site has a database and a queue of its own, whatever the test run's.
NOT_ITS_OWN = ("DATABASE_URL", "REDIS_URL", "BROKER_URL")


def left(folder: Path, artifact: Path) -> None:
    """Makes `folder` the data folder of an old site whose live version is `artifact`."""
    others = {name: value for name, value in os.environ.items() if name not in NOT_ITS_OWN}
    own = {"DJANGO_SETTINGS_MODULE": "digitsite.settings", "VAR_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(artifact)],
        cwd=ROOT,
        env=others | own,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


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


if __name__ == "__main__":
    django.setup()
    leave(Path(sys.argv[1]))
