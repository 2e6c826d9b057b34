"""What is imported is named in the requirements, with the version that was tested."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = {"digitsite", "recognizer", "training", "tests", "benchmarks"}
RUNTIME = ["digitsite", "recognizer", "training"]
DEVELOPMENT = ["tests", "benchmarks"]
PIN = re.compile(r"([A-Za-z0-9_.-]+)(?:\[\w+\])?==([\w.]+)")


def pins(name: str) -> dict[str, str]:
    """The pinned versions of a requirements file by normalised package name."""
    found: dict[str, str] = {}
    for line in (ROOT / name).read_text().splitlines():
        if line.startswith("-r "):
            found |= pins(line.removeprefix("-r "))
        elif line and not line.startswith("#"):
            match = PIN.fullmatch(line)
            assert match, f"{name}: {line!r} pins no version"
            found[normal(match[1])] = match[2]
    return found


def normal(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def imported(folders: list[str]) -> set[str]:
    """The top-level modules that are neither ours nor Python's own."""
    names: set[str] = set()
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    names |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names.add(node.module.split(".")[0])
    return names - OURS - set(sys.stdlib_module_names)


@pytest.mark.parametrize(
    ("folders", "file"), [(RUNTIME, "requirements.txt"), (DEVELOPMENT, "requirements-dev.txt")]
)
def test_every_import_is_named(folders: list[str], file: str) -> None:
    packages = packages_distributions()
    named = set(pins(file))
    missing = {
        module
        for module in imported(folders)
        if not named & {normal(package) for package in packages.get(module, [])}
    }
    assert not missing


def test_the_tests_run_on_the_pinned_versions() -> None:
    wanted = pins("requirements-dev.txt")
    assert {package: version(package) for package in wanted} == wanted
