"""The pictures in docs/img are those that the script makes, and small enough to keep."""

from __future__ import annotations

import re

from tests import ROOT, screenshots

FOLDER = screenshots.FOLDER


def test_it_works() -> None:
    """No picture is missing, and none is left from before."""
    made = {name for shot in screenshots.SHOTS for name in screenshots.names(shot)}
    assert {path.name for path in FOLDER.glob("*.png")} == made


def test_their_page_shows_them_all() -> None:
    assert (FOLDER / "README.md").read_text() == screenshots.gallery()


def test_together_they_stay_small() -> None:
    sizes = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    studio = sum(size for name, size in sizes.items() if name.startswith("studio-"))
    assert 0 < studio < 1_700_000
    assert sum(sizes.values()) - studio < 3_600_000


def test_every_picture_of_the_readme_is_there() -> None:
    shown = re.findall(r"\]\(([^)]+\.png)\)", (ROOT / "README.md").read_text())
    assert shown
    assert [name for name in shown if not (ROOT / name).is_file()] == []
