"""A disk that is full after a few megabytes, for programs that are to meet a full one."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOUNT = 'mount -t tmpfs -o size="$1"m tmpfs "$2" && echo mounted && exec cat'


class SmallDisk:
    """A real file system in memory, mounted where only programs started with `prefix` see it."""

    def __init__(self, folder: Path, holder: int) -> None:
        self.folder = folder
        self.prefix = [
            *("nsenter", "--preserve-credentials", "--user", "--mount", f"--target={holder}"),
            *(f"--wd={ROOT}", "--"),
        ]
        # How those outside reach into it.
        self.inside = f"/proc/{holder}/root{folder}"

    def free(self) -> int:
        """How many bytes are left."""
        facts = os.statvfs(self.inside)
        return facts.f_bavail * facts.f_frsize

    def fill(self, *, left: int = 0) -> None:
        """Writes a file of all that is free, but for so many bytes."""
        with open(f"{self.inside}/filler", "ab", buffering=0) as file:  # noqa: PTH123
            while (room := self.free() - left) > 0:
                file.write(bytes(min(room, 1_000_000)))

    def relieve(self) -> None:
        """Removes that file."""
        os.unlink(f"{self.inside}/filler")  # noqa: PTH108


@contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[SmallDisk]:
    """Mounts one on a folder, until the end. The test is skipped where that is not allowed.

    Linux lets everybody mount memory in a namespace of their own, unless it is told not to.
    """
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", MOUNT, "sh"]
    try:
        holder = subprocess.Popen(
            [*command, str(megabytes), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    except FileNotFoundError:
        pytest.skip("there is no unshare here to mount a small disk with")
    with holder:
        assert holder.stdout is not None
        try:
            if holder.stdout.readline() != "mounted\n":
                pytest.skip("no small disk may be mounted here")
            yield SmallDisk(folder, holder.pid)
        finally:
            holder.kill()
