"""Our npm package as others get it, and programs of npm's, for tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from tests import ROOT
from tests.support.servers import find_node

NODE_MODULES = ROOT / "node_modules"


def run(folder: Path, program: str | Path, *arguments: str) -> str:
    """Runs a program in a folder; returns what it says, with which it must succeed."""
    beside = Path(sys.executable).parent  # Node may have come as a Python package
    done = subprocess.run(
        [program, *arguments],
        cwd=folder,
        env={**os.environ, "PATH": f"{os.environ['PATH']}{os.pathsep}{beside}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def node(folder: Path, program: str | Path, *arguments: str) -> str:
    """Runs a script of an npm package, or any other by its path, in a folder."""
    return run(folder, find_node() or "node", str(NODE_MODULES / program), *arguments)


def esbuild(folder: Path, *arguments: str) -> None:
    """Bundles in a folder."""
    run(folder, next(NODE_MODULES.glob("@esbuild/*/bin/esbuild")), *arguments, "--log-level=error")


def install_digit_pad(folder: Path) -> Path:
    """Packs digit-pad and unpacks it into the folder's node_modules; returns where it is."""
    source = folder / "source" / "digit-pad"
    shutil.copytree(ROOT / "digit-pad", source, ignore=shutil.ignore_patterns("dist"))
    for name in ("static", "LICENSE", "node_modules"):
        (source.parent / name).symlink_to(ROOT / name)
    npm = shutil.which("npm") or Path(sys.executable).with_name("npm")
    run(source, npm, "pack", "--pack-destination", str(folder))
    (package,) = folder.glob("digit-pad-*.tgz")
    with tarfile.open(package) as archive:
        archive.extractall(folder, filter="data")
    (folder / "node_modules").mkdir()
    return (folder / "package").rename(folder / "node_modules" / "digit-pad")
