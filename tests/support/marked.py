"""Which files hold the tests of a marker, by their text: to load all of them takes each process
of a step two seconds."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests import ROOT

if TYPE_CHECKING:
    from pathlib import Path

# By which steps choose their files.
MARKERS = ("slow", "browser", "redis", "nginx")


def files(marker: str) -> list[str]:
    """The files in which the marker stands, from the project's folder."""
    paths = sorted((ROOT / "tests").rglob("test_*.py"))
    return [str(path.relative_to(ROOT)) for path in paths if stands_in(marker, path)]


@cache
def stands_in(marker: str, path: Path) -> bool:
    return f"mark.{marker}" in path.read_text()


def check(test: pytest.Item) -> None:
    """Raises `UsageError` for a test whose marker its own file does not name: no step ran it."""
    for marker in MARKERS:
        if test.get_closest_marker(marker) and not stands_in(marker, test.path):
            raise pytest.UsageError(f"{test.path} does not say pytest.mark.{marker} itself.")
