"""Whether an artifact from elsewhere may be installed: looked at, then tried.

Whoever made it may have meant harm. What can be read without running it comes first;
TensorFlow, which no process of the site but the worker loads, tries what passes in a
process of its own.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings

from recognizer.exceptions import BadArtifact
from recognizer.serving import artifacts, browser_files
from recognizer.serving.keras_file import check_keras_file
from recognizer.serving.manifests import KERAS, LITERT

# A command of the app that trains, which is known here by name only.
TRIAL = "try_model"
TRIAL_SECONDS = 300.0
FLATBUFFER = b"TFL3"  # after the offset that every file begins with


def check_files(place: str, manifest: dict[str, Any]) -> None:
    """Raises `BadArtifact` where a file of a stored artifact is not what its name says.

    Of `model.tflite` this sees the beginning only; the rest is the trial's.
    """
    if artifacts.load(place, LITERT, manifest)[4:8] != FLATBUFFER:
        raise BadArtifact(f"{LITERT} is no LiteRT file.")
    check_keras_file(artifacts.load(place, KERAS, manifest), manifest["format"])
    stored = [name for name in browser_files.STORED.values() if name in manifest["files"]]
    if len(stored) == 1:
        raise BadArtifact(f"Browsers cannot use {stored[0]} alone.")
    if stored:
        browser_files.check(*(artifacts.load(place, name, manifest) for name in stored))


def try_out(place: str, manifest: dict[str, Any]) -> None:
    """Raises `BadArtifact` unless a stored artifact answers, and trains one step.

    It takes some seconds, in another process that may crash or run out of time.
    """
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), TRIAL]
    with tempfile.TemporaryDirectory() as folder:
        artifacts.write(place, manifest, Path(folder))
        try:
            done = subprocess.run(  # noqa: S603  (our own command)
                [*command, folder],
                capture_output=True,
                text=True,
                errors="replace",
                timeout=TRIAL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise BadArtifact("The trial of the network did not end.") from error
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"]
        raise BadArtifact(f"The network failed its trial: {said[-1]:.500}")
