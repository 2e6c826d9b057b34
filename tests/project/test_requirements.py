"""Every requirement is pinned, and what is installed is what is pinned."""

from __future__ import annotations

import re
from importlib.metadata import version

import pytest

from tests import ROOT

PIN = re.compile(r"([A-Za-z0-9_.-]+)(?:\[\w+\])?==([\w.]+)")


def requirements(name: str) -> list[str]:
    """The lines of a requirements file that name a package."""
    lines = (ROOT / name).read_text().splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-r "))]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_and_installed_so(name: str) -> None:
    lines = requirements(name)
    assert [line for line in lines if not PIN.fullmatch(line)] == []
    pins = dict(match.groups() for match in map(PIN.fullmatch, lines) if match)
    assert pins
    assert {package: version(package) for package in pins} == pins
