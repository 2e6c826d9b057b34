"""A benchmark within a site of its own: nothing of this one's is touched, and nobody throttled."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import ROOT

INSIDE = "BENCHMARK_IN_ITS_OWN_SITE"


def is_there() -> bool:
    """Whether this process is in such a site already."""
    return INSIDE in os.environ


def start_again(module: str, *, folder: str = "") -> None:
    """Makes a site with the shipped network, and starts the benchmark there, as it was called.

    The site is in `folder`, which is kept, or in one that is gone afterwards.
    """
    with tempfile.TemporaryDirectory(prefix=f"{module.rpartition('.')[2]}-") as aside:
        place = str(Path(folder or aside).resolve())
        environment = {**os.environ, "VAR_DIR": place, "THROTTLE_PREDICT": "0", INSIDE: "yes"}
        for command in (["migrate"], ["install_model"]):
            subprocess.run(
                [sys.executable, "manage.py", *command, "--verbosity=0"],
                cwd=ROOT, env=environment, check=True,
            )  # fmt: skip
        subprocess.run([sys.executable, "-m", module, *sys.argv[1:]], env=environment, check=True)
