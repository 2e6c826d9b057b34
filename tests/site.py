"""A whole site of real processes: web server, worker, scheduler, in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import requests

from tests.services import ROOT, free_port

T = TypeVar("T")

# Small enough for a test, real all the same: MNIST's first images, the shipped
# network, the gate with floors that a few hundred test images can carry.
SMALL = {
    "TRAIN_MNIST_LIMIT": "1200",
    "GATE_MNIST_MARGIN": "0.05",
    "GATE_DIGIT_FLOOR": "0.7",
    "GATE_PROMISES_BROKEN": "100",
    "GATE_LATENCY_MS": "1000",
    "RUN_LOST_AFTER": "30",
    "HEAL_EVERY": "2",
}


def wait_for(what: Callable[[], T | None], *, seconds: float, why: str) -> T:
    """Asks until the answer is true; fails with `why` when the time is up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := what():
            return answer
        time.sleep(0.25)
    raise AssertionError(f"After {seconds:.0f} s still not: {why}")


def _heed_interrupts() -> None:
    """Whoever runs the tests in the background has SIGINT ignored, and all children with it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Site:
    """Start what a test needs, talk to it through HTTP, and stop it all at the end."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "DJANGO_SETTINGS_MODULE": "digitsite.settings",
            "SECRET_KEY": "only-for-tests-and-long-enough-to-satisfy-every-check-of-django",
            "VAR_DIR": str(folder),
            "CUDA_VISIBLE_DEVICES": "",
            **SMALL,
            **environment,
        }
        self.processes: list[subprocess.Popen[bytes]] = []
        self.address = ""

    def __enter__(self) -> Site:
        self.manage("migrate")
        self.manage("install_model")
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            self.kill(process)

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        """A process in a session of its own, its output in a file beside the data."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_heed_interrupts,
            )
        self.processes.append(process)
        return process

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def web(self) -> subprocess.Popen[bytes]:
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        process = self.start(
            "web", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
            "--workers", "1", "digitsite.wsgi:application",
        )  # fmt: skip
        wait_for(self._answers, seconds=60, why="the web server answers")
        return process

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.address}/healthz", timeout=2).ok
        except requests.RequestException:
            return False

    def worker(self) -> subprocess.Popen[bytes]:
        return self.start(
            "worker", "celery", "--app", "digitsite", "worker", "--queues",
            "training,maintenance", "--concurrency", "1", "--loglevel", "INFO",
        )  # fmt: skip

    def beat(self) -> subprocess.Popen[bytes]:
        return self.start("beat", "celery", "--app", "digitsite", "beat", "--loglevel", "INFO")

    @staticmethod
    def kill(process: subprocess.Popen[bytes]) -> None:
        """SIGKILL for the process and all its children, as the out-of-memory killer would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def admin_token(self, name: str = "ada") -> str:
        """A token of an admin made for it."""
        self.environment["DJANGO_SUPERUSER_PASSWORD"] = "correct-horse"
        self.manage("createsuperuser", "--noinput", "--username", name, "--email", "a@example.org")
        return self.manage("drf_create_token", name).split()[2]


class Client:
    """Somebody's HTTP client: their cookies, and their token if they have one."""

    def __init__(self, site: Site, token: str = "") -> None:
        self.site = site
        self.session = requests.Session()
        if token:
            self.session.headers["Authorization"] = f"Token {token}"

    def get(self, path: str) -> dict[str, Any]:
        return self._json(self.session.get(self._url(path), timeout=30))

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return self._json(self.session.post(self._url(path), json=body or {}, timeout=30))

    def _url(self, path: str) -> str:
        return f"{self.site.address}/api/v1/{path}"

    @staticmethod
    def _json(response: requests.Response) -> dict[str, Any]:
        assert response.ok, f"{response.status_code}: {response.text}"
        return dict(response.json())
