"""The network that comes with a new release of the site, judged by this site's own drawings.

A site goes on with the version that is live there. The newly shipped network becomes one
more version beside it, once, which an admin may promote like a run's candidate.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import transaction

from recognizer.exceptions import BadArtifact
from recognizer.models import DrawingUse, ModelVersion
from recognizer.preprocessing.glyph import Glyphs
from recognizer.services import versions
from recognizer.serving import artifacts
from training.data.mnist import CorpusUnavailable, load_configured
from training.data.snapshot import take_snapshot
from training.evaluation.comparison import judge
from training.export.artifact import ExportFailed, files_compared
from training.lazy_glyphs import read
from training.runs.claims import remember_uses

logger = logging.getLogger(__name__)

PARITY_GLYPHS = 1000


def shipped_offer() -> ModelVersion | None:
    """Judges the shipped network and registers it; None where there is nothing to register.

    It is judged by MNIST and by this site's drawings, of which it has learned from none. Where
    that cannot be done the log says why, and the next start tries again.
    """
    if not versions.shipped_is_new():
        return None
    try:
        version = _offer()
    except (BadArtifact, CorpusUnavailable, ExportFailed) as error:
        logger.warning("The network that came with the site cannot be judged yet: %s", error)
        return None
    if version is not None:
        logger.info("%s", _told(version))
    return version


def _offer() -> ModelVersion | None:
    mnist = load_configured().limited(settings.TRAIN_MNIST_LIMIT)
    snapshot, champion = take_snapshot(), ModelVersion.objects.live()
    drawings = snapshot.train + snapshot.held_out
    glyphs = Glyphs.joined(
        [
            Glyphs.of_pictures(mnist.test_pixels[:PARITY_GLYPHS]),
            read(drawings.examples.glyphs[:PARITY_GLYPHS]),
        ]
    )
    with tempfile.TemporaryDirectory() as aside:
        folder = Path(shutil.copytree(versions.SHIPPED, Path(aside) / "artifact"))
        judged = judge(folder, champion, snapshot, mnist, files_compared(folder, glyphs))
        metrics = artifacts.read_manifest(folder).get("metrics", {}) | judged.metrics
        artifacts.complete(folder, metrics=metrics)
        with transaction.atomic():
            version = versions.version_offer(folder=folder, gate_report=judged.report)
            if version is not None:
                remember_uses(version, {DrawingUse.Role.HELD_OUT: drawings.ids})
    return version


def _told(version: ModelVersion) -> str:
    if version.gate_verdict == ModelVersion.GateVerdict.PASSED:
        return (
            f"Version {version.number} came with the site. It passed the gate and waits for an "
            "admin to promote it under Model versions."
        )
    if version.gate_verdict == ModelVersion.GateVerdict.UNDECIDED:
        return (
            f"Version {version.number} came with the site. The gate could not decide; an admin "
            "may promote it under Model versions, with a reason."
        )
    return (
        f"Version {version.number} came with the site. The gate turned it away; its report "
        "stands under Model versions."
    )
