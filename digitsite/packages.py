"""The files of npm packages that pages load: these few, and nothing else of node_modules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage
from django.templatetags.static import static

FOLDER = "packages"  # among the static files
# TensorFlow.js by the names that static/js/reading/runtime.js knows its parts by. These
# builds run under a policy that allows WebAssembly; the packages' main ones need eval.
RUNTIME = {
    "core": "@tensorflow/tfjs-core/dist/tf-core.es2017.min.js",
    "wasm-backend": "@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.es2017.min.js",
    "wasm-binary": "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm",
    "cpu-backend": "@tensorflow/tfjs-backend-cpu/dist/tf-backend-cpu.es2017.min.js",
}


def sources() -> list[Path]:
    return [Path(settings.NODE_MODULES, file) for file in RUNTIME.values()]


def are_installed() -> bool:
    return all(source.is_file() for source in sources())


def addresses() -> dict[str, str]:
    """Each part's address; none of them where the packages are not installed."""
    if not are_installed():
        return {}
    return {part: static(f"{FOLDER}/{Path(file).name}") for part, file in RUNTIME.items()}


class PackageFinder(BaseFinder):
    """Offers the files to Django's static files."""

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
