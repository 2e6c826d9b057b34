"""Our modules put together by esbuild: a few files, under the names of those that pages load.

A page names its scripts as ever (`{% static 'js/draw.js' %}`). Where npm's packages are there,
the build of the static files puts in such a script's place one with all that it imports; where
they are not, and under DEBUG, browsers find the modules one by one, and all works the same.
"""

from __future__ import annotations

import json
import logging
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import Storage

logger = logging.getLogger(__name__)

# The scripts that pages and workers load. Those of one page stand together: what several of them
# import goes into a chunk of its own, so that it is there once.
GROUPS: tuple[tuple[str, ...], ...] = (
    ("js/pad.js", "js/draw.js"),
    ("js/digit-pad.js",),
    ("js/inference/worker.js",),
    ("js/photo/detect-worker.js",),
    (
        "js/studio/frame.js",
        "js/studio/compare.js",
        "js/studio/grid.js",
        "js/studio/review.js",
        "js/studio/typed.js",
    ),
)
TARGET = "es2022"
# In STATIC_ROOT beside Django's own manifest: the chunks that each script imports.
MANIFEST = "bundles.json"

Paths = Mapping[str, tuple[Storage, str]]  # static names -> where they were found


def program() -> Path | None:
    """esbuild for this machine, which needs no Node to run; None where it is not installed."""
    return next(Path(settings.NODE_MODULES).glob("@esbuild/*/bin/esbuild"), None)


def builder() -> str:
    """What the bundles depend on beside the modules: esbuild's version, and what is bundled."""
    if program() is None:
        return "no esbuild"
    package = json.loads((Path(settings.NODE_MODULES) / "esbuild" / "package.json").read_text())
    return f"esbuild {package['version']} {GROUPS}"


def chunks(*names: str) -> list[str]:
    """The names of the chunks that these scripts import, for pages to announce; each once.

    Else a browser would find them only once it has read the script. Empty without bundles.
    """
    manifest = Path(settings.STATIC_ROOT) / MANIFEST
    if settings.DEBUG or not manifest.is_file():
        return []
    known = json.loads(manifest.read_text())
    return list(dict.fromkeys(chunk for name in names for chunk in known.get(name, [])))


@dataclass(frozen=True)
class Bundles:
    """What esbuild made of our modules; nothing where there is no esbuild."""

    contents: dict[str, bytes] = field(default_factory=dict)  # by name: scripts, chunks and maps
    # The modules that are within.
    parts: frozenset[str] = frozenset()
    # The chunks that each script imports.
    imports: dict[str, list[str]] = field(default_factory=dict)


def make(paths: Paths) -> Bundles:
    """Bundles the modules among these static files; what cannot be bundled is told in the log."""
    esbuild = program()
    if esbuild is None or not all(name in paths for group in GROUPS for name in group):
        return Bundles()
    try:
        with tempfile.TemporaryDirectory(prefix="bundles-") as folder:
            return _read(_run(esbuild, Path(folder), _root_of(paths)), Path(folder, "out"))
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", None) or error
        logger.warning("The scripts are not bundled, and served one by one: %s", reason)
        return Bundles()


def _root_of(paths: Paths) -> Path:
    """The folder of our own static files."""
    name = GROUPS[0][0]
    storage, path = paths[name]
    return Path(storage.path(path).removesuffix(name))


def _run(esbuild: Path, folder: Path, root: Path) -> dict[str, Any]:
    """Bundles the groups into `folder/out`; returns what esbuild says of each file, by its name.

    Raises `CalledProcessError` with its complaint, in `stderr`.
    """
    # Seen from here, so that no map tells where the site lies on its machine.
    (folder / "js").symlink_to(root / "js")
    outputs: dict[str, Any] = {}
    for group in GROUPS:
        subprocess.run(  # noqa: S603  # the package's own program, and names that stand above
            [
                esbuild, *group, "--bundle", "--splitting", "--format=esm", f"--target={TARGET}",
                "--minify", "--sourcemap", "--outdir=out", "--outbase=.", "--preserve-symlinks",
                f"--chunk-names={Path(group[0]).parent}/chunks/[name]-[hash]",
                "--metafile=meta.json", "--tsconfig-raw={}", "--log-level=error",
            ],
            cwd=folder, check=True, capture_output=True, text=True,
        )  # fmt: skip
        outputs |= json.loads((folder / "meta.json").read_text())["outputs"]
    return {name.removeprefix("out/"): output for name, output in outputs.items()}


def _read(outputs: dict[str, Any], out: Path) -> Bundles:
    return Bundles(
        contents={name: (out / name).read_bytes() for name in outputs},
        parts=frozenset(name for output in outputs.values() for name in output["inputs"]),
        imports={
            name: [
                one["path"].removeprefix("out/")
                for one in output["imports"]
                if one["kind"] == "import-statement"
            ]
            for name, output in outputs.items()
            if output.get("entryPoint")
        },
    )
