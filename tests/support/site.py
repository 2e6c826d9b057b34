"""A whole site of real processes: web server, worker, scheduler, in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import requests

from digitsite.management.commands.up import web_command
from tests import ROOT
from tests.support import shared
from tests.support.servers import free_port

T = TypeVar("T")

# Small enough for a test, real all the same: MNIST's first images, the shipped
# network, the gate with floors that a few hundred test images can carry. What no
# deployment may change is set in tests/site_settings.py.
SMALL = {
    "TRAIN_MNIST_LIMIT": "1200",
    "GATE_MARGIN": "100",
    "GATE_DIGIT_FLOOR": "0.7",
}


def wait_for(what: Callable[[], T | None], *, seconds: float, why: str) -> T:
    """Asks until the answer is true, ever less often; fails with `why` when the time is up.

    To ask costs those who are waited for, too: a web server ten milliseconds.
    """
    end, pause = time.monotonic() + seconds, 0.05
    while time.monotonic() < end:
        if answer := what():
            return answer
        time.sleep(pause)
        pause = min(1.2 * pause, 0.4)
    raise AssertionError(f"After {seconds:.0f} s still not: {why}")


def _heed_interrupts() -> None:
    """Restores SIGINT, which tests run in the background, and so their children, ignore."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


# What every site begins with: tables, the shipped network, an admin with a token.
PREPARE = """
from django.contrib.auth.models import User
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("install_model", verbosity=0)
User.objects.create_superuser("admin", password="correct-horse")
call_command("make_token", "admin")
"""


def prepared() -> tuple[Path, str]:
    """A site's folder, to be copied, and its admin's token."""
    folder = shared.made_once("site", _prepare)
    return folder, (folder / "token").read_text()


def _prepare(folder: Path) -> None:
    said = Site(folder).manage("shell", "--no-imports", "--command", PREPARE)
    (folder / "token").write_text(said.split()[-1])


def with_static_files() -> dict[str, str]:
    """The setting of a site whose static files, which take ten seconds to build, are there."""
    return {"STATIC_DIR": str(shared.made_once("static", _build))}


def _build(folder: Path) -> None:
    Site(folder, STATIC_DIR=str(folder)).manage("prepare", "static")


class Site:
    """A site in a folder of its own: start its processes, talk to it by HTTP; it stops them all."""

    def __init__(
        self,
        folder: Path,
        *,
        prefix: Sequence[str] = (),
        python: str = sys.executable,
        **environment: str,
    ) -> None:
        self.folder = folder
        self.python = python  # of the environment that it runs in
        self.prefix = prefix  # of every command, where it is to run elsewhere
        self.token = ""  # of its admin, who is called `admin`
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "DJANGO_SETTINGS_MODULE": "tests.site_settings",
            "SECRET_KEY": "only-for-tests-and-long-enough-to-satisfy-every-check-of-django",
            "VAR_DIR": str(folder),
            "CUDA_VISIBLE_DEVICES": "",
            **SMALL,
            **environment,
        }
        self.processes: list[subprocess.Popen[bytes]] = []
        self.port = 0
        self.address = ""

    def __enter__(self) -> Site:
        template, self.token = prepared()
        shutil.copytree(template, self.folder, dirs_exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            self.kill(process)

    def manage(self, *arguments: str) -> str:
        """Runs a management command; returns its output."""
        done = subprocess.run(
            [*self.prefix, self.python, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, name: str, *module: str) -> subprocess.Popen[bytes]:
        """Python's module of this name with its arguments, as a process."""
        return self.run(name, "-m", *module)

    def serve(self, name: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """`manage.py serve`, as containers start it; its output is called `name`."""
        return self.run(name, "manage.py", "serve", *arguments, **environment)

    def run(self, name: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """A process in a session of its own, its output in a file beside the data."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [*self.prefix, self.python, *arguments],
                cwd=ROOT,
                env={**self.environment, **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_heed_interrupts,
            )
        self.processes.append(process)
        return process

    def log(self, name: str) -> str:
        """The output so far of the process of this name."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def web(self) -> subprocess.Popen[bytes]:
        """Starts the web server as `manage.py up` does, and waits until it answers at `address`."""
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        _python, _m, *command = web_command("127.0.0.1", self.port, 1)
        process = self.start("web", *command)
        wait_for(self._answers, seconds=60, why="the web server answers")
        return process

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.address}/healthz", timeout=2).ok
        except requests.RequestException:
            return False

    def worker(self) -> subprocess.Popen[bytes]:
        """Starts the worker."""
        return self.start(
            "worker", "celery", "--app", "digitsite", "worker", "--queues",
            "training,insight,maintenance", "--concurrency", "1", "--loglevel", "INFO",
        )  # fmt: skip

    def beat(self) -> subprocess.Popen[bytes]:
        """Starts the scheduler."""
        return self.start("beat", "celery", "--app", "digitsite", "beat", "--loglevel", "INFO")

    @staticmethod
    def kill(process: subprocess.Popen[bytes]) -> None:
        """SIGKILL for the process and all its children, as the out-of-memory killer would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def silence(self) -> None:
        """Makes the run at work look as if its worker had not been heard of for an hour."""
        with contextlib.closing(sqlite3.connect(self.folder / "db.sqlite3")) as database, database:
            database.execute(
                "UPDATE training_trainingrun SET heartbeat_at = datetime(heartbeat_at, '-1 hour')"
            )


class Client:
    """Somebody's HTTP client: their cookies, and their token if they have one."""

    def __init__(self, site: Site, token: str = "") -> None:
        self.site = site
        self.session = requests.Session()
        if token:
            self.session.headers["Authorization"] = f"Token {token}"

    def get(self, path: str) -> dict[str, Any]:
        """The JSON at a path below /api/v1/."""
        return self._json(self.session.get(self._url(path), timeout=30))

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Posts JSON to a path below /api/v1/; returns the answer's."""
        return self._json(self.session.post(self._url(path), json=body or {}, timeout=30))

    def _url(self, path: str) -> str:
        return f"{self.site.address}/api/v1/{path}"

    @staticmethod
    def _json(response: requests.Response) -> dict[str, Any]:
        assert response.ok, f"{response.status_code}: {response.text}"
        return dict(response.json())
