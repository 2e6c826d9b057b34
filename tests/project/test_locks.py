"""Each role's requirements are locked with hashes, and the locks fit what they were made from."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests import ROOT

ROLES = ("web", "worker", "dev")
# What training needs on top of a web process.
TRAINING = {"tensorflow", "keras", "pyarrow"}
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[\w,]+\])?==([^\s;]+)", re.MULTILINE)


def asked_for(path: Path) -> list[Requirement]:
    """The requirements of a file and of those that it names with -r."""
    found = []
    for line in path.read_text().splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("-r "):
            found += asked_for(path.parent / line.removeprefix("-r "))
        elif line and not line.startswith("-c "):
            found.append(Requirement(line))
    return found


def names(requirements: list[Requirement]) -> set[str]:
    return {canonicalize_name(each.name) for each in requirements}


def locked(role: str) -> dict[str, set[str]]:
    """Each package with its versions: several where Pythons differ."""
    pins: dict[str, set[str]] = {}
    for name, version in PIN.findall((ROOT / f"requirements/{role}.txt").read_text()):
        pins.setdefault(canonicalize_name(name), set()).add(version)
    return pins


def needed(requirements: list[Requirement]) -> set[str]:
    """All that installing these brings along on this machine, by what is installed."""
    found: set[str] = set()
    queue = [(each, "") for each in requirements]
    while queue:
        requirement, extra = queue.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        is_new, found = name not in found, found | {name}
        try:
            below = [Requirement(line) for line in distribution(name).requires or ()]
        except PackageNotFoundError:
            pytest.fail(f"{name} is not installed")
        if is_new:
            queue += [(each, "") for each in below]
        queue += [(each, one) for one in requirement.extras for each in below if each.marker]
    return found


@pytest.mark.parametrize("role", ROLES)
def test_a_lock_holds_what_is_asked_for_in_that_version(role: str) -> None:
    pins = locked(role)
    # Where a role names packages alone, their versions stand in requirements.txt.
    versions = {
        canonicalize_name(each.name): each.specifier
        for each in (*asked_for(ROOT / "requirements-dev.txt"),)
    }
    for name in names(asked_for(ROOT / f"requirements/{role}.in")):
        assert name in pins, f"{name} is not locked: make lock"
        assert any(version in versions[name] for version in pins[name]), f"{name}: make lock"


@pytest.mark.parametrize("role", ROLES)
def test_a_lock_holds_all_that_these_bring_along(role: str) -> None:
    missing = needed(asked_for(ROOT / f"requirements/{role}.in")) - set(locked(role))
    assert missing == set(), "make lock"


@pytest.mark.parametrize("role", ROLES)
def test_every_file_of_a_locked_package_is_known_by_its_hash(role: str) -> None:
    text = (ROOT / f"requirements/{role}.txt").read_text()
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) > 30
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_a_web_process_has_all_but_training() -> None:
    whole = names(asked_for(ROOT / "requirements.txt"))
    web = names(asked_for(ROOT / "requirements/web.in"))
    assert web < whole
    assert whole - web == TRAINING
    assert TRAINING.isdisjoint(locked("web"))
