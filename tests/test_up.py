"""One command prepares the whole site, starts it, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest
import requests
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from digitsite.management.commands import up
from tests.services import ROOT, free_port
from tests.site import SMALL, wait_for


class Terminal:
    """A `manage.py up` at work, as whoever started it sees it."""

    def __init__(self, folder: Path, port: int, **extra: str) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", str(port)],
            cwd=ROOT,
            env=environment(folder) | extra,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.text = ""

    def read_until(self, text: str) -> str:
        assert self.process.stdout is not None
        while text not in self.text:
            line = self.process.stdout.readline()
            assert line, f"{text!r} was never printed, but {self.text}"
            self.text += line
        return self.text

    def end(self, *signals: signal.Signals) -> str:
        for number in signals:
            self.process.send_signal(number)
        self.text += self.process.communicate(timeout=60)[0]
        return self.text

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def processor_seconds(self) -> float:
        """What the start took, on a machine that had nothing else to do."""
        processes = [psutil.Process(self.process.pid), *self.family()]
        return sum(sum(process.cpu_times()[:2]) for process in processes)

    def named(self, word: str) -> psutil.Process:
        """The first process of a service, which is a child of `up` itself."""
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if word in child.cmdline())


def environment(folder: Path) -> dict[str, str]:
    """That of a user: nothing of the test run's own settings."""
    ours = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL", "BROKER_URL")
    others = {name: value for name, value in os.environ.items() if name not in ours}
    return others | {"VAR_DIR": str(folder)}


@contextmanager
def running(folder: Path, **extra: str) -> Iterator[Terminal]:
    terminal = Terminal(folder, free_port(), **extra)
    try:
        yield terminal
    finally:
        if terminal.process.poll() is None:
            terminal.end(signal.SIGTERM, signal.SIGTERM)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the first run has left: later ones find everything prepared."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def first_run(folder: Path) -> str:
    """All that the very first run prints."""
    with running(folder) as terminal:
        terminal.read_until("Ready")
        return terminal.end(signal.SIGINT)


@pytest.mark.slow
def test_it_works(first_run: str, folder: Path) -> None:
    password = re.search(r"account `admin` with the password (\S+)", first_run)
    assert password
    assert "Traceback" not in first_run
    with running(folder) as terminal:
        terminal.read_until(f"Ready: {terminal.address}/")
        assert requests.get(f"{terminal.address}/healthz", timeout=5).text == "ok"
        assert logs_in(terminal.address, password[1])


def logs_in(address: str, password: str) -> bool:
    with requests.Session() as browser:
        login = f"{address}/admin/login/?next=/admin/"
        browser.get(login, timeout=10)
        form = {"username": "admin", "password": password}
        form["csrfmiddlewaretoken"] = browser.cookies["csrftoken"]
        page = browser.post(login, form, headers={"Referer": login}, timeout=10)
        return page.ok and page.url.endswith("/admin/")


@pytest.mark.slow
def test_a_second_start_prepares_nothing_and_answers_within_five_seconds(
    first_run: str, folder: Path
) -> None:
    with running(folder) as terminal:
        output = terminal.read_until("Ready")
        assert terminal.processor_seconds() < 5
        assert "password" not in output
        assert "Building" not in output


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_being_told_to_stop_ends_every_process(
    first_run: str, folder: Path, number: signal.Signals
) -> None:
    with running(folder) as terminal:
        terminal.read_until("Ready")
        wait_for_the_pool(terminal)
        family = terminal.family()
        output = terminal.end(number)
        assert terminal.process.returncode == 0
        assert "ERROR" not in output
        assert not psutil.wait_procs(family, timeout=5)[1]


def wait_for_the_pool(terminal: Terminal) -> None:
    """Until all five are there: web server and worker with a child each, and the scheduler."""
    wait_for(lambda: len(terminal.family()) == 5, seconds=60, why="all five processes are there")


@pytest.mark.slow
def test_a_training_that_is_told_to_stop_goes_back_into_the_queue(
    first_run: str, folder: Path, tmp_path: Path, mnist_dir: str
) -> None:
    prepared = shutil.copytree(folder, tmp_path / "site")
    with running(prepared, **SMALL) as terminal:
        terminal.read_until("Ready")
        ask_for_a_run(terminal.address, manage(prepared, "drf_create_token", "admin").split()[2])
        wait_for(lambda: run_row(prepared)[0] == "running", seconds=120, why="the run is running")
        output = terminal.end(signal.SIGINT)
    assert run_row(prepared) == ("queued", None)
    assert terminal.process.returncode == 0
    assert "Traceback" not in output


def manage(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(folder),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


def ask_for_a_run(address: str, token: str) -> None:
    asked = requests.post(
        f"{address}/api/v1/runs/",
        json={"mode": "scratch", "epochs": 40},
        headers={"Authorization": f"Token {token}"},
        timeout=10,
    )
    assert asked.status_code == 201, asked.text


def run_row(folder: Path) -> tuple[str, str | None]:
    """Status and claim of the only run, past the site."""
    with closing(sqlite3.connect(folder / "db.sqlite3")) as database:
        row: tuple[str, str | None] = database.execute(
            "SELECT status, claim FROM training_trainingrun"
        ).fetchone()
    return row


@pytest.mark.slow
def test_a_killed_worker_comes_back_while_the_site_answers(first_run: str, folder: Path) -> None:
    with running(folder) as terminal:
        terminal.read_until("Ready")
        wait_for_the_pool(terminal)
        terminal.named("worker").kill()
        terminal.read_until("worker was ended by SIGKILL: starting it again in 1 s.")
        assert requests.get(f"{terminal.address}/healthz", timeout=5).ok
        wait_for_the_pool(terminal)


@pytest.mark.slow
def test_a_killed_web_server_ends_the_site_with_a_failure(first_run: str, folder: Path) -> None:
    with running(folder) as terminal:
        terminal.read_until("Ready")
        family = terminal.family()
        terminal.named("granian").kill()
        assert "web was ended by SIGKILL: stopping the rest." in terminal.end()
        assert terminal.process.returncode == 1
        assert not psutil.wait_procs(family, timeout=5)[1]


@pytest.mark.slow
def test_a_taken_port_is_said_before_anything_starts(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        terminal = Terminal(tmp_path, other.getsockname()[1])
        output = terminal.end()
    assert "Another site may be running there" in output
    assert terminal.process.returncode == 1
    assert not (tmp_path / "db.sqlite3").exists()


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_that_is_none_is_refused(port: int) -> None:
    with pytest.raises(CommandError, match="between 1 and 65535"):
        call_command("up", port=port)


def test_a_host_that_is_not_ours_is_refused() -> None:
    with pytest.raises(CommandError, match=r"Cannot listen on 192\.0\.2\.1"):
        call_command("up", host="192.0.2.1", port=free_port())


@pytest.mark.django_db
def test_no_second_admin_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    User.objects.create_user("somebody")
    up.make_first_admin()
    assert User.objects.count() == 1
    assert capsys.readouterr().out == ""


@pytest.mark.django_db
def test_the_first_admin_may_do_everything(capsys: pytest.CaptureFixture[str]) -> None:
    up.make_first_admin()
    admin = User.objects.get()
    password = capsys.readouterr().out.splitlines()[0].split()[-1]
    assert admin.is_superuser
    assert admin.check_password(password)


def test_the_number_of_web_processes_can_be_chosen() -> None:
    command = up.web_command("::1", 8000, 3)
    assert command[-1] == "digitsite.wsgi:application"
    assert command[command.index("--workers") + 1] == "3"


def test_opening_the_site_to_others_hints_at_its_names(
    capsys: pytest.CaptureFixture[str], settings
) -> None:
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    up.hint_at_names("0.0.0.0")
    assert "ALLOWED_HOSTS" in capsys.readouterr().out
    settings.ALLOWED_HOSTS = ["digits.example.org"]
    up.hint_at_names("0.0.0.0")
    up.hint_at_names("127.0.0.1")
    assert capsys.readouterr().out == ""
