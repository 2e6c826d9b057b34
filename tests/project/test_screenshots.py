"""The pictures in docs/img are those that the script makes, and small enough to keep."""

from __future__ import annotations

import re

import pytest

from tests import ROOT, screenshots
from tests.support.shared import made_once

FOLDER = screenshots.FOLDER


def test_it_works() -> None:
    """No picture is missing, and none is left from before."""
    made = {name for shot in screenshots.SHOTS for name in screenshots.names(shot)}
    assert {path.name for path in FOLDER.iterdir() if path.suffix in (".png", ".webp")} == made


def test_their_page_shows_them_all() -> None:
    assert (FOLDER / "README.md").read_text() == screenshots.gallery()


def test_together_they_stay_small() -> None:
    assert 0 < sum(path.stat().st_size for path in FOLDER.iterdir()) < 6_000_000


def test_every_picture_of_the_readme_is_there() -> None:
    shown = re.findall(r"\]\(([^)]+\.png)\)", (ROOT / "README.md").read_text())
    assert shown
    assert [name for name in shown if not (ROOT / name).is_file()] == []


def test_what_is_made_once_has_a_place_beside_the_tests_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TESTS_SHARED_DIR")
    place = made_once("anything", lambda folder: (folder / "made").touch())
    assert (place / "made").is_file()
