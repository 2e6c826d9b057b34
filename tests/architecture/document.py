"""The files that tell of the packages, as they have to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests import ROOT
from tests.architecture.packages import APPS, layers
from tests.architecture.picture import svg

if TYPE_CHECKING:
    from pathlib import Path

PICTURE = ROOT / "docs/img/architecture.svg"
DOCUMENT = ROOT / "docs/architecture.md"
BEGIN, END = "<!-- make architecture: begin -->", "<!-- make architecture: end -->"


def documents() -> dict[Path, str]:
    """By path what must stand there. Raises `ValueError` where the document has no such place."""
    text = DOCUMENT.read_text()
    before, begin, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{DOCUMENT} must have {BEGIN} and {END}.")
    return {PICTURE: svg(), DOCUMENT: f"{before}{BEGIN}\n\n{_tables()}\n{end}{after}"}


def _tables() -> str:
    return "\n".join(f"{_table(app)}\n" for app in APPS)


def _table(app: str) -> str:
    packages = [package for row in layers(app) for package in row]
    rows = [f"| `{each.path}` | {each.text} |" for each in packages]
    return "\n".join([f"| {app} | what belongs there |", "|---|---|", *rows])
