"""The site's packages: their layers, what they import, and what they say of themselves."""

from __future__ import annotations

import ast
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import grimp

from tests import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

# From the top of the picture down: each imports what lies below it.
APPS = ("training", "recognizer", "digitsite")
ENTRY_POINTS = {
    "digitsite": {"management", "urls", "wsgi"},
    "recognizer": {"admin", "api", "management", "web"},
    "training": {"admin", "api", "management", "tasks", "templatetags"},
}
WITHOUT_DJANGO = "Mathematics knows no Django"
WITHOUT_TENSORFLOW = "Only network, export and the pipeline lead to TensorFlow"


@dataclass(frozen=True)
class Package:
    """A package of an app, or a module that lies beside them.

    `kind` is entry, pure, tensorflow or plain. `imports` are dotted names of other
    packages, without those that are imported by way of another one as well.
    """

    name: str
    path: str
    kind: str
    text: str
    imports: tuple[str, ...]

    @property
    def app(self) -> str:
        return self.name.partition(".")[0]

    @property
    def label(self) -> str:
        return self.name.partition(".")[2]


def layers(app: str) -> list[list[Package]]:
    """An app's packages as its contract puts them, the highest layer first."""
    (contract,) = (each for each in _contracts() if each.get("containers") == [app])
    rows = [[name.strip() for name in row.split("|")] for row in contract["layers"]]
    return [[_package(f"{app}.{name}") for name in row] for row in rows]


def _package(name: str) -> Package:
    imports = tuple(sorted(_reduced()[name]))
    return Package(name, _path(name), _kind(name), _docstring(name), imports)


@cache
def _contracts() -> list[dict[str, Any]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return contracts


def _sources(contract: str) -> set[str]:
    (found,) = (each["source_modules"] for each in _contracts() if each["name"] == contract)
    return set(found)


def _kind(name: str) -> str:
    app, _, label = name.partition(".")
    if label in ENTRY_POINTS[app]:
        return "entry"
    if name in _sources(WITHOUT_DJANGO) and {app, name} & _sources(WITHOUT_TENSORFLOW):
        return "pure"
    return "plain" if {app, name} & _sources(WITHOUT_TENSORFLOW) else "tensorflow"


def _docstring(name: str) -> str:
    """All that a package says of itself, or a module's first paragraph, on one line."""
    path = ROOT / _path(name)
    source = path / "__init__.py" if path.is_dir() else path
    text = ast.get_docstring(ast.parse(source.read_text())) or ""
    return " ".join((text if path.is_dir() else text.partition("\n\n")[0]).split())


def _path(name: str) -> str:
    path = name.replace(".", "/")
    return f"{path}/" if (ROOT / path).is_dir() else f"{path}.py"


@cache
def _reduced() -> dict[str, set[str]]:
    """What each package imports, without what follows from the rest."""
    imports = _imports()
    return {
        name: {
            imported
            for imported in below
            if not any(imported in _reached(imports, other) for other in below)
        }
        for name, below in imports.items()
    }


def _imports() -> dict[str, set[str]]:
    graph = grimp.build_graph(*APPS, cache_dir=None)
    found: dict[str, set[str]] = defaultdict(set)
    for module in graph.modules:
        package = _package_of(module)
        below = {_package_of(name) for name in graph.find_modules_directly_imported_by(module)}
        found[package] |= below - {package}
    return found


def _package_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


def _reached(imports: Mapping[str, set[str]], start: str) -> set[str]:
    """Everything that `start` leads to, itself left out: there are no circles."""
    found: set[str] = set()
    todo = [start]
    while todo:
        new = imports.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found
