"""The modules that a script imports, told to browsers before they find out link by link."""

from __future__ import annotations

import posixpath
import re
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.templatetags.static import static

# Statements, and not `import()`: what is fetched when it is needed is no part of the page.
IMPORT = re.compile(r"""^(?:import|(?:im|ex)port\b[^"';]*\bfrom)\s*["'](\.[^"']+)["']""", re.M)


def addresses(*entries: str) -> list[str]:
    """Of these modules of the static files, and of all that each imports after it."""
    return [static(name) for name in graph(*entries)]


@cache
def graph(*entries: str) -> tuple[str, ...]:
    """By name. Raises `FileNotFoundError` where one is missing."""
    found: list[str] = []
    for entry in entries:
        waiting = [entry]
        while waiting:
            name = waiting.pop(0)
            if name not in found:
                found.append(name)
                waiting += _imports(name)
    return tuple(found)


def _imports(name: str) -> list[str]:
    path = finders.find(name)
    if path is None:
        raise FileNotFoundError(f"There is no static file {name}.")
    folder = posixpath.dirname(name)
    return [
        posixpath.normpath(posixpath.join(folder, imported))
        for imported in IMPORT.findall(Path(path).read_text())
    ]
