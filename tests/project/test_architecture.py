"""What the contracts on imports (pyproject.toml) cannot see, and their picture."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from tests import ROOT
from tests.architecture.document import DOCUMENT, documents
from tests.architecture.layout import arrange
from tests.architecture.packages import APPS, layers
from tests.architecture.picture import WIDTH, svg

if TYPE_CHECKING:
    from pathlib import Path

PATH = re.compile(r"`((?:\w[\w.-]*/)+(?:[\w.-]+\.\w+)?)`")
RECT = "{http://www.w3.org/2000/svg}rect"


def test_the_picture_and_the_tables_are_what_the_code_gives() -> None:
    stale = [path.name for path, text in documents().items() if path.read_text() != text]
    assert stale == [], "make architecture draws them anew"


def test_arrows_that_need_not_cross_do_not() -> None:
    rows = [["a", "b"], ["c"], ["d", "e"]]
    widths = dict.fromkeys("abcde", 50.0)
    layout = arrange(rows, [("a", "e"), ("b", "d"), ("b", "c"), ("c", "d")], widths)
    a, b, d, e = (layout.x[name] for name in "abde")
    assert (a < b) == (e < d)
    assert min(abs(a - b), abs(d - e)) > 50
    assert [len(route) for route in layout.routes] == [3, 3, 2, 2]


def test_no_box_covers_another_or_leaves_the_picture() -> None:
    rects = [rect.attrib for rect in ElementTree.fromstring(svg()).iter(RECT)]
    boxes = [
        tuple(float(rect[name]) for name in ("x", "y", "width"))
        for rect in rects
        if "box" in rect["class"].split()
    ]
    assert len(boxes) > 50
    assert all(0 <= x <= WIDTH - width for x, _y, width in boxes)
    for (x, y, width), (other_x, other_y, other_width) in combinations(boxes, 2):
        assert y != other_y or x + width < other_x or other_x + other_width < x


def test_every_package_says_what_belongs_there() -> None:
    packages = [package for app in APPS for row in layers(app) for package in row]
    assert [package.name for package in packages if not package.text] == []


def test_every_place_that_the_document_names_is_there() -> None:
    named = PATH.findall(DOCUMENT.read_text())
    assert len(named) > 100
    assert [
        path
        for path in named
        if not any((root / path).exists() for root in (ROOT, ROOT / "static/js"))
    ] == []


MOST_MODULES = 16  # that somebody looks through in one folder


@pytest.mark.parametrize("top", ["recognizer", "training", "digitsite", "static/js", "benchmarks"])
def test_no_folder_holds_more_modules_than_somebody_looks_through(top: str) -> None:
    modules = [path for path in (ROOT / top).rglob("*") if path.suffix in (".py", ".js")]
    data = ("__init__.py", "sign-weights.js", "touching-weights.js")  # nobody reads these
    folders = Counter(path.parent for path in modules if path.name not in data)
    assert len(modules) > 50
    assert [folder for folder, count in folders.items() if count > MOST_MODULES] == []


WEB_PROCESS = """
import sys

from digitsite import wsgi
from digitsite.celery import app
from django.urls import URLResolver, get_resolver


def walk(patterns):
    for pattern in patterns:
        yield str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns)


assert "runs/" in set(walk(get_resolver().url_patterns))
app.loader.import_default_modules()
assert "training.tasks.run_execute" in app.tasks
heavy = {"tensorflow", "keras", "pyarrow", "redis", "psycopg", "requests", "pooch"}
print(*sorted(name for name in sys.modules if name.partition(".")[0] in heavy))
"""


def test_a_running_web_process_holds_nothing_of_training(tmp_path: Path) -> None:
    """All addresses, the admin and all tasks loaded, as far as they ever are before a request; nor
    the client of a Redis or a PostgreSQL that it has none of, nor what only downloads need."""
    theirs = ("DATABASE_URL", "REDIS_URL", "BROKER_URL")
    environment = {name: value for name, value in os.environ.items() if name not in theirs}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "VAR_DIR": str(tmp_path),
        "INFERENCE_ENGINE": "litert",
    }
    process = subprocess.run(
        [sys.executable, "-c", WEB_PROCESS],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert process.returncode == 0, process.stderr
    assert process.stdout.split() == []
