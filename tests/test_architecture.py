"""Imports run one way, and whoever answers visitors never loads TensorFlow."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib.util import resolve_name
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Tests and benchmarks look at the site from outside and may import anything.
OUTSIDE = {"tests", "benchmarks", "var", "node_modules"}
HEAVY = {"tensorflow", "keras"}
DOORS = {
    "admin",
    "api",
    "api_urls",
    "apps",
    "checks",
    "exceptions",
    "models",
    "serializers",
    "services",
    "tasks",
    "urls",
    "views",
}


# --- reading imports ------------------------------------------------------------------


@dataclass(frozen=True)
class Import:
    """`at_start`: carried out as soon as the module itself is imported."""

    name: str
    line: int
    at_start: bool


class Imports(ast.NodeVisitor):
    """All imports of one module, also those in functions, for type checkers, and by name."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.at_start = True
        self.found: list[Import] = []

    def _add(self, name: str, node: ast.stmt | ast.expr) -> None:
        self.found.append(Import(name, node.lineno, self.at_start))

    def _later(self, nodes: list[ast.stmt]) -> None:
        before, self.at_start = self.at_start, False
        for node in nodes:
            self.visit(node)
        self.at_start = before

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._later(node.body)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._later(node.body)

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            self._later(node.body)
            for other in node.orelse:
                self.visit(other)
        else:
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._add(alias.name, node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        base = resolve_name("." * node.level + (node.module or ""), self.package)
        for alias in node.names:
            # A name of the module, or a module itself: the tree of files will tell.
            self._add(f"{base}.{alias.name}", node)

    def visit_Call(self, node: ast.Call) -> None:
        called = ast.unparse(node.func).rpartition(".")[2]
        if called in ("import_module", "import_string", "__import__") and node.args:
            match node.args[0]:
                case ast.Constant(value=str(name)):
                    self._add(name, node)
        self.generic_visit(node)


def imports(source: str, package: str = "") -> list[Import]:
    visitor = Imports(package)
    visitor.visit(ast.parse(source))
    return visitor.found


@cache
def modules() -> dict[str, Path]:
    """The site's own modules by dotted name; a package stands for its `__init__`."""
    tops = [path for path in ROOT.iterdir() if path.name not in OUTSIDE and path.name[0] != "."]
    files = [file for top in tops for file in ([top] if top.is_file() else top.rglob("*.py"))]
    return {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
        for file in files
        if file.suffix == ".py"
    }


@cache
def imports_of(module: str) -> list[Import]:
    path = modules()[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return imports(path.read_text(), package)


def is_below(name: str, packages: set[str]) -> bool:
    return name.partition(".")[0] in packages


def is_door(module: str) -> bool:
    """Whether a web process imports the module before a request asks for anything."""
    in_training = is_below(module, {"training"})
    return is_below(module, {"digitsite", "recognizer"}) or (
        in_training and module.rpartition(".")[2] in DOORS
    )


def breaches(module: str, packages: set[str]) -> list[str]:
    """Where a module imports something of the packages, now or later."""
    return [
        f"{module}:{found.line} imports {found.name}"
        for found in imports_of(module)
        if is_below(found.name, packages)
    ]


def loaded_with(module: str) -> dict[str, list[str]]:
    """Everything that importing a module of ours imports, each with the way that leads to it."""
    ways = {module: [module]}
    todo = [module]
    while todo:
        current = todo.pop()
        for found in imports_of(current) if current in modules() else []:
            parts = found.name.split(".")
            for name in (".".join(parts[: end + 1]) for end in range(len(parts))):
                if found.at_start and name not in ways:
                    ways[name] = [*ways[current], name]
                    todo.append(name)
    return ways


# --- the promises -----------------------------------------------------------------------


def test_it_works() -> None:
    """The site's modules are found, and the way to TensorFlow where there is one."""
    assert {"manage", "digitsite", "digitsite.settings", "recognizer.ink", "training.tasks"} <= set(
        modules()
    )
    assert {"numpy", "recognizer.glyph", "recognizer"} <= set(loaded_with("recognizer.ink"))
    assert "tensorflow" in loaded_with("training.pipeline")


@pytest.mark.parametrize(
    ("source", "name", "at_start"),
    [
        ("import keras", "keras", True),
        ("import a, keras.layers as b", "keras.layers", True),
        ("from keras import layers", "keras.layers", True),
        ("from . import fit", "training.fit", True),
        ("from .deep.down import fit", "training.deep.down.fit", True),
        ("try:\n    import keras\nexcept ImportError:\n    pass", "keras", True),
        ("if DEBUG:\n    import keras", "keras", True),
        ("class Box:\n    import keras", "keras", True),
        ("with quiet():\n    import keras", "keras", True),
        ("keras = import_module('keras')", "keras", True),
        ("keras = importlib.import_module('keras')", "keras", True),
        ("def run():\n    import keras", "keras", False),
        ("async def run():\n    import keras", "keras", False),
        ("def run():\n    def inner():\n        pass\n    import keras", "keras", False),
        ("class Box:\n    def run(self):\n        import keras", "keras", False),
        ("if TYPE_CHECKING:\n    import keras", "keras", False),
        ("if typing.TYPE_CHECKING:\n    import keras", "keras", False),
        ("if TYPE_CHECKING:\n    pass\nelse:\n    import keras", "keras", True),
    ],
)
def test_every_way_to_import_is_seen(source: str, name: str, at_start: bool) -> None:
    found = {each.name: each.at_start for each in imports(source, "training")}
    assert found[name] is at_start


@pytest.mark.parametrize("package", ["recognizer", "digitsite"])
def test_the_site_does_not_know_the_training(package: str) -> None:
    """Only names in settings and in the list of addresses lead there, as strings."""
    assert [
        breach
        for module in modules()
        if is_below(module, {package})
        for breach in breaches(module, {"training"})
    ] == []


def test_tensorflow_is_imported_in_training_only() -> None:
    assert [
        breach
        for module in modules()
        if not is_below(module, {"training"})
        for breach in breaches(module, HEAVY)
    ] == []


@pytest.mark.parametrize("door", sorted(filter(is_door, modules())))
def test_what_a_web_process_imports_does_not_lead_to_tensorflow(door: str) -> None:
    ways = [" -> ".join(way) for name, way in loaded_with(door).items() if name in HEAVY]
    assert ways == []


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
print(*sorted(name for name in sys.modules if name.partition(".")[0] in {"tensorflow", "keras"}))
"""


def test_a_running_web_process_holds_no_tensorflow(tmp_path: Path) -> None:
    """All addresses, the admin and all tasks loaded, as far as they ever are before a request."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
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
