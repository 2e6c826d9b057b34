"""The mathematics of ink and pictures needs numpy, OpenCV and Pillow, and nothing of the site."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests import ROOT

# What a bare interpreter does not have is made impossible to import.
IMPORT_WITHOUT = """
import sys
for name in ("django", "rest_framework", "celery", "digitsite", "ai_edge_litert", "tensorflow"):
    sys.modules[name] = None
import importlib
importlib.import_module(sys.argv[1])
"""

MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for package in ("preprocessing", "segmentation")
    for path in (ROOT / "recognizer" / package).glob("[!_]*.py")
)


def test_it_works() -> None:
    assert {"recognizer.preprocessing.ink", "recognizer.segmentation.lattice"} <= set(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_imported_without_the_site(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_WITHOUT, module],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


def test_ink_needs_no_picture_library() -> None:
    """Who only draws never waits for OpenCV."""
    script = "import sys; from recognizer.preprocessing import ink; print('cv2' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env={}, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "False", done.stderr
