"""Installs, where it may, the programs that the tests need."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PACKAGES = {
    "redis": ["redis-server"],
    "postgres": ["postgresql"],
    "browser": ["chromium", "chromium-headless-shell"],
    "nginx": ["nginx-light"],
}
POLICY = Path("/usr/sbin/policy-rc.d")


def provide(needs: Iterable[str]) -> None:
    """Installs the packages behind `needs` on a Debian-like. Does nothing elsewhere."""
    packages = [package for need in needs for package in PACKAGES.get(need, [])]
    become = root_prefix()
    if not packages or become is None or shutil.which("apt-get") is None:
        return
    run([*become, "apt-get", "update"])
    with nothing_started(become):
        # One by one: a package that a distribution lacks must not cost the others.
        for package in packages:
            run([*become, "apt-get", "install", "--yes", "--no-install-recommends", package])


def root_prefix() -> list[str] | None:
    """What to put before a command to run it as root; None where that cannot be."""
    if os.geteuid() == 0:
        return []
    allowed = shutil.which("sudo") and subprocess.run(
        ["sudo", "-n", "true"], capture_output=True, check=False
    )
    return ["sudo", "-n"] if allowed and allowed.returncode == 0 else None


def run(command: list[str]) -> None:
    """Shows what went wrong, if anything did; the tests will name what is missing."""
    print("+", *command, flush=True)
    done = subprocess.run(
        command,
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        print(done.stdout, f"ended with status {done.returncode}", flush=True)


@contextmanager
def nothing_started(become: list[str]) -> Iterator[None]:
    """Keeps packages from starting their servers: the tests start their own.

    Debian's maintainer scripts ask `policy-rc.d` first; 101 means no.
    """
    if POLICY.exists():
        yield
        return
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as policy:
        policy.write("#!/bin/sh\nexit 101\n")
        policy.flush()
        run([*become, "install", "--mode=755", policy.name, str(POLICY)])
    try:
        yield
    finally:
        run([*become, "rm", "--force", str(POLICY)])
