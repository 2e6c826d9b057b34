"""Real servers and programs for tests: found on this machine, thrown away after use."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING

from pytest_redis.executor.process import RedisExecutor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


CHROMIUMS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
POSTGRES_PROGRAMS = ("usr/lib/postgresql/*/bin/initdb", "opt/homebrew/opt/postgresql*/bin/initdb")
MIN_NODE = 20


def find_redis() -> str | None:
    """The Redis server on the PATH."""
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
    """The numbers in a path, by which PostgreSQL's folders are ordered."""
    return [int(number) for number in re.findall(r"\d+", str(folder))]


def find_nginx() -> str | None:
    """The nginx on the PATH, or where Debian keeps it from users' paths."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def find_chromium() -> str | None:
    """The first Chromium or Chrome that is installed."""
    return next(filter(None, map(shutil.which, CHROMIUMS)), None)


def find_chromium_shell() -> str | None:
    """Chromium's shell without a window, else the whole; the shell has no camera.

    34 tests took 108 s in the shell, and 148 s in the whole.
    """
    return shutil.which("chromium-headless-shell") or find_chromium()


def find_node() -> str | None:
    """Node from the PATH where it is new enough, else the one installed beside Python."""
    beside = str(Path(sys.executable).parent / "node")
    for name in ("node", beside):
        program = shutil.which(name)
        if program and node_major(program) >= MIN_NODE:
            return program
    return None


def node_major(program: str) -> int:
    """A Node's major version; 0 where it cannot be told."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.", said.stdout)
    return int(found[1]) if found else 0


# What a marker needs: how it is found, and what to say where it is not.
NEEDS: dict[str, tuple[Callable[[], object], str]] = {
    "redis": (find_redis, "redis-server is not installed"),
    "postgres": (find_postgres, "PostgreSQL's server programs are not installed"),
    "browser": (find_chromium, "Chromium is not installed"),
    "nginx": (find_nginx, "nginx is not installed"),
    "javascript": (find_node, f"Node {MIN_NODE} or newer is not installed"),
}


def lacking() -> dict[str, str]:
    """The needs that this machine cannot meet, each with the reason."""
    return {name: reason for name, (find, reason) in NEEDS.items() if not find()}


# Below those that the system itself hands out, to whoever connects or asks for any.
PORTS = range(20_000, 32_000)


def free_port() -> int:
    """A port that nobody listens on; several processes that ask at once get several ports.

    By the system's own chance: pytest-randomly gives Python's to all of them alike.
    """
    for port in SystemRandom().sample(PORTS, 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("A hundred ports were tried, and none is free.")


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
    """The server's URL, as `REDIS_URL` wants it."""
    return f"redis://{server.host}:{server.port}/0"


class Postgres:
    """A PostgreSQL cluster of its own on a free port, in a folder of its own.

    It trusts everybody on 127.0.0.1 and never waits for the disk. A test may stop it and start
    it again: the address stays.
    """

    def __init__(self, folder: Path) -> None:
        programs = find_postgres()
        assert programs, "ask `lacking` first"
        self.programs, self.folder = programs, folder
        as_root = os.geteuid() == 0
        self.become = ["runuser", "-u", "postgres", "--"] if as_root else []
        if as_root:
            shutil.chown(folder, "postgres", "postgres")
        self.port = free_port()
        self.address = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self.call("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")

    def start(self) -> None:
        settings = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= "
            "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        )
        log = str(self.folder / "log")
        self.call("pg_ctl", "start", "--wait", "--log", log, "--options", settings)

    def stop(self) -> None:
        """At once, and without a word to whoever is connected."""
        self.call("pg_ctl", "stop", "--wait", "--mode=immediate")

    def call(self, program: str, *arguments: str) -> None:
        # To a file, not a pipe: the server would hold a pipe open for ever.
        data = ["--pgdata", str(self.folder / "data")]
        with (self.folder / f"{program}.out").open("ab") as out:
            subprocess.run(
                [*self.become, str(self.programs / program), *data, *arguments],
                cwd=self.folder,
                stdout=out,
                stderr=subprocess.STDOUT,
                check=True,
            )


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL that runs, for tests that stop it."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    try:
        server = Postgres(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres_server() -> Iterator[str]:
    """A PostgreSQL that runs; yields its address."""
    with postgres() as server:
        yield server.address
