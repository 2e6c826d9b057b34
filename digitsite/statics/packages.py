"""The few files of npm packages that pages load; nothing else of node_modules is served."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage
from django.templatetags.static import static

FOLDER = "packages"  # among the static files
# TensorFlow.js by the names that static/js/inference/runtime.js knows its parts by. These
# builds run under a policy that allows WebAssembly; the packages' main ones need eval.
RUNTIME = {
    "core": "@tensorflow/tfjs-core/dist/tf-core.es2017.min.js",
    "wasm-backend": "@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.es2017.min.js",
    "wasm-binary": "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm",
    "cpu-backend": "@tensorflow/tfjs-backend-cpu/dist/tf-backend-cpu.es2017.min.js",
}


def sources() -> list[Path]:
    """The parts' files in node_modules, installed or not."""
    return [Path(settings.NODE_MODULES, file) for file in RUNTIME.values()]


def are_installed() -> bool:
    """Whether all parts' files are there."""
    return all(source.is_file() for source in sources())


def addresses() -> dict[str, str]:
    """The address of each part of TensorFlow.js; empty where the packages are not installed."""
    if not are_installed():
        return {}
    return {part: static(f"{FOLDER}/{Path(file).name}") for part, file in RUNTIME.items()}


def sizes() -> dict[str, int]:
    """The bytes of the parts that a browser loads, by their addresses; empty likewise.

    The backend without WebAssembly is left out: hardly anybody needs it.
    """
    return {
        address: Path(settings.NODE_MODULES, RUNTIME[part]).stat().st_size
        for part, address in addresses().items()
        if part != "cpu-backend"
    }


class PackageFinder(BaseFinder):
    """The finder that adds the packages' files to Django's static files."""

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = [str(one) for one in _there() if f"{FOLDER}/{one.name}" == path]
        return found if find_all else next(iter(found), [])

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for source in _there():
            storage = FileSystemStorage(location=source.parent)
            storage.prefix = FOLDER  # type: ignore[attr-defined]  # as Django's own finders do
            yield source.name, storage


def _there() -> list[Path]:
    return [source for source in sources() if source.is_file()]
