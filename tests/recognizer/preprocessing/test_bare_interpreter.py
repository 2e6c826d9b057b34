"""The mathematics of ink and pictures needs numpy, OpenCV and Pillow, and nothing of the site."""

from __future__ import annotations

import subprocess
import sys

from tests import ROOT

# What a bare interpreter does not have is made impossible to import. One module's import leaves
# nothing behind that could help the next.
IMPORT_WITHOUT = """
import sys
for name in ("django", "rest_framework", "celery", "digitsite", "ai_edge_litert", "tensorflow"):
    sys.modules[name] = None
import importlib
for module in sys.argv[1:]:
    for name in [one for one in sys.modules if one.split(".")[0] == "recognizer"]:
        del sys.modules[name]
    try:
        importlib.import_module(module)
    except ImportError as error:
        print(module, error)
"""

MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for package in ("preprocessing", "segmentation")
    for path in (ROOT / "recognizer" / package).glob("[!_]*.py")
)


def test_every_module_is_imported_without_the_site() -> None:
    assert {"recognizer.preprocessing.ink", "recognizer.segmentation.lattice"} <= set(MODULES)
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_WITHOUT, *MODULES],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_ink_needs_no_picture_library() -> None:
    """Who only draws never waits for OpenCV."""
    script = "import sys; from recognizer.preprocessing import ink; print('cv2' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env={}, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "False", done.stderr
