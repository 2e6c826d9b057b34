"""Real servers and programs for tests: found on this machine, thrown away after use."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_redis.executor.process import RedisExecutor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent

CHROMIUMS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
POSTGRES_PROGRAMS = ("usr/lib/postgresql/*/bin/initdb", "opt/homebrew/opt/postgresql*/bin/initdb")
OLDEST_NODE = 20


def find_redis() -> str | None:
    return shutil.which("redis-server")


def find_postgres() -> Path | None:
    """The folder of the newest PostgreSQL's server programs.

    Debian keeps them off the PATH. The server refuses to run as root, so root
    must also be able to become `postgres`.
    """
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        return None
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    programs = [p for pattern in POSTGRES_PROGRAMS for p in Path("/").glob(pattern)]
    return max((program.parent for program in programs), key=version_in, default=None)


def version_in(folder: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(folder))]


def find_chromium() -> str | None:
    return next(filter(None, map(shutil.which, CHROMIUMS)), None)


def find_node() -> str | None:
    """Node from the PATH where it is new enough, else the one installed beside Python."""
    beside = str(Path(sys.executable).parent / "node")
    for name in ("node", beside):
        program = shutil.which(name)
        if program and node_major(program) >= OLDEST_NODE:
            return program
    return None


def node_major(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.", said.stdout)
    return int(found[1]) if found else 0


# What a marker needs: how it is found, and what to say where it is not.
NEEDS: dict[str, tuple[Callable[[], object], str]] = {
    "redis": (find_redis, "redis-server is not installed"),
    "postgres": (find_postgres, "PostgreSQL's server programs are not installed"),
    "browser": (find_chromium, "Chromium is not installed"),
    "javascript": (find_node, f"Node {OLDEST_NODE} or newer is not installed"),
}


def lacking() -> dict[str, str]:
    """The needs that this machine cannot meet, each with the reason."""
    return {name: reason for name, (find, reason) in NEEDS.items() if not find()}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def redis_server() -> Iterator[RedisExecutor]:
    """A Redis of its own on a free port, with nothing kept.

    A test may `stop()` and `start()` it again: the address stays.
    """
    program = find_redis()
    assert program, "ask `lacking` first"
    folder = Path(tempfile.mkdtemp(prefix="redis-"))
    server = RedisExecutor(
        executable=program,
        databases=16,
        redis_timeout=0,
        loglevel="warning",
        host="127.0.0.1",
        port=free_port(),
        startup_timeout=20,
        datadir=folder,
    )
    try:
        with server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def redis_address(server: RedisExecutor) -> str:
    return f"redis://{server.host}:{server.port}/0"


@contextmanager
def postgres_server() -> Iterator[str]:
    """A PostgreSQL cluster of its own on a free port; yields its address.

    It trusts everybody on 127.0.0.1 and never waits for the disk.
    """
    programs = find_postgres()
    assert programs, "ask `lacking` first"
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    as_root = os.geteuid() == 0
    become = ["runuser", "-u", "postgres", "--"] if as_root else []
    if as_root:
        shutil.chown(folder, "postgres", "postgres")
    port = free_port()
    settings = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= "
        "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    )

    def call(program: str, *arguments: str) -> None:
        # To a file, not a pipe: the server would hold a pipe open for ever.
        with (folder / f"{program}.out").open("ab") as out:
            subprocess.run(
                [*become, str(programs / program), "--pgdata", str(folder / "data"), *arguments],
                cwd=folder,
                stdout=out,
                stderr=subprocess.STDOUT,
                check=True,
            )

    try:
        call("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
        call("pg_ctl", "start", "--wait", "--log", str(folder / "log"), "--options", settings)
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            call("pg_ctl", "stop", "--wait", "--mode=immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
