"""What takes long to make, made once for all processes and steps of a run of the tests."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path


def made_once(name: str, make: Callable[[Path], object]) -> Path:
    """The folder of this name, which `make` fills where no other process has; nobody changes it."""
    place = Path(_folder(), name)
    with place.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not place.is_dir():
            unfinished = place.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(place)
    return place


def _folder() -> str:
    """The run's; a screenshot or a benchmark, which is none, has one of its own."""
    if "TESTS_SHARED_DIR" not in os.environ:
        os.environ["TESTS_SHARED_DIR"] = own = tempfile.mkdtemp(prefix="digits-shared-")
        atexit.register(shutil.rmtree, own, ignore_errors=True)
    return os.environ["TESTS_SHARED_DIR"]
