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
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest
import requests
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from digitsite.management.commands import up
from tests import ROOT
from tests.support.drawings import FOUR, body
from tests.support.servers import free_port
from tests.support.site import SMALL, wait_for


class Terminal:
    """A `manage.py up` at work, as whoever started it sees it."""

    def __init__(self, folder: Path, port: int, **extra: str) -> None:
        self.folder = folder
        self.address = f"http://127.0.0.1:{port}"
        self.start_seconds = 0.0  # of the processor, where they were looked at
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
        """The first process of a service, below the one that ties it to `up`."""
        tethers = psutil.Process(self.process.pid).children()
        return next(each for each in tethers if word in each.cmdline()).children()[0]

    def kill(self) -> list[psutil.Process]:
        """SIGKILL for `up` alone. Returns those of its processes that outlive it by 5 s."""
        family = self.family()
        self.end(signal.SIGKILL)
        alive: list[psutil.Process] = psutil.wait_procs(family, timeout=5)[1]
        return alive


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


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    """`up` sets that of its process, which here may be the tests' own."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


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


@pytest.fixture(scope="module")
def site(
    first_run: str, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Terminal]:
    """A second start in a folder of before, some of whose files others could read, for tests that
    leave it running."""
    old = shutil.copytree(folder, tmp_path_factory.mktemp("old") / "site")
    for name in MAY_BE_OPEN:
        if (old / name).exists():
            (old / name).chmod(0o644)
    with running(old) as terminal:
        terminal.read_until(f"Ready: {terminal.address}/")
        terminal.start_seconds = terminal.processor_seconds()
        wait_for_the_pool(terminal)
        yield terminal


MAY_BE_OPEN = ("db.sqlite3", "celerybeat-schedule.dir")


@pytest.mark.slow
def test_it_works(first_run: str, site: Terminal) -> None:
    password = re.search(r"account `admin` with the password (\S+)", first_run)
    assert password
    assert "Traceback" not in first_run
    assert requests.get(f"{site.address}/healthz", timeout=5).text == "ok"
    assert logs_in(site.address, password[1])


def logs_in(address: str, password: str) -> bool:
    with requests.Session() as browser:
        login = f"{address}/account/sign-in/?next=/admin/"
        browser.get(login, timeout=10)
        form = {"username": "admin", "password": password}
        form["csrfmiddlewaretoken"] = browser.cookies["csrftoken"]
        page = browser.post(login, form, headers={"Referer": login}, timeout=10)
        return page.ok and page.url.endswith("/admin/")


@pytest.mark.slow
def test_a_second_start_prepares_nothing_and_answers_within_five_seconds(site: Terminal) -> None:
    assert site.start_seconds < 5
    assert "password" not in site.text
    assert "Building" not in site.text


def wait_for_the_pool(terminal: Terminal) -> None:
    """Until all eight are there: web server and worker with a child each, the scheduler, and
    above each of the three the one that ties it to `up`."""
    wait_for(lambda: len(terminal.family()) == 8, seconds=60, why="all eight processes are there")


@pytest.mark.slow
def test_a_training_that_is_told_to_stop_goes_back_into_the_queue(
    first_run: str, folder: Path, tmp_path: Path, mnist_dir: str
) -> None:
    """By Ctrl-C, which ends every process; SIGTERM comes below, in the middle of a request."""
    prepared = shutil.copytree(folder, tmp_path / "site")
    with running(prepared, **SMALL | {"TRAIN_MNIST_LIMIT": "300"}) as terminal:
        terminal.read_until("Ready")
        ask_for_a_run(terminal.address, manage(prepared, "make_token", "admin").split()[-1])
        wait_for(lambda: run_row(prepared)[0] == "running", seconds=120, why="the run is running")
        family = terminal.family()
        output = terminal.end(signal.SIGINT)
    assert run_row(prepared) == ("queued", None)
    assert terminal.process.returncode == 0
    assert "Traceback" not in output
    assert "ERROR" not in output
    assert not psutil.wait_procs(family, timeout=5)[1]


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
def test_a_killed_worker_comes_back_while_the_site_answers(site: Terminal) -> None:
    site.named("worker").kill()
    site.read_until("worker was ended by SIGKILL: starting it again in 1 s.")
    assert requests.get(f"{site.address}/healthz", timeout=5).ok
    wait_for_the_pool(site)


@pytest.mark.slow
def test_a_web_server_that_is_killed_twice_comes_back_twice(site: Terminal) -> None:
    for words in ("SIGKILL: starting", "SIGKILL, 2 times in a row: starting"):
        site.named("granian").kill()
        site.read_until(f"web was ended by {words}")
        wait_for(lambda: answers(site.address), seconds=30, why="the site answers again")
    assert site.process.poll() is None
    wait_for_the_pool(site)


def answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/healthz", timeout=5).ok
    except requests.RequestException:
        return False


@pytest.mark.slow
def test_nothing_outlives_a_killed_up_and_the_next_start_is_clean(
    first_run: str, folder: Path
) -> None:
    """Of what somebody was about to write then, nothing is left; and the next is told to stop in
    the middle of a request."""
    database = folder / "db.sqlite3"
    with running(folder) as terminal:
        terminal.read_until("Ready")
        wait_for_the_pool(terminal)
        assert terminal.kill() == []
        subprocess.run([sys.executable, "-c", HALF_A_TRANSACTION, str(database)], check=False)
        assert (folder / "db.sqlite3-wal").stat().st_size > 1_000_000
        again = Terminal(folder, int(terminal.address.rpartition(":")[2]))
        again.read_until("Ready")
        ready = requests.get(f"{again.address}/readyz", timeout=10).json()
        assert ready["database"] == "ok"
        answers_what_is_in_flight_and_ends_every_process(again)
    with closing(sqlite3.connect(database)) as rows:
        assert rows.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        tables = {name for (name,) in rows.execute("SELECT name FROM sqlite_master")}
    assert "half" not in tables


HALF_A_TRANSACTION = """
import os, signal, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA cache_size = 5")  # so that pages are written before the end
database.execute("BEGIN IMMEDIATE")
database.execute("CREATE TABLE half (content)")
database.executemany("INSERT INTO half VALUES (?)", [("x" * 5000,)] * 500)
os.kill(os.getpid(), signal.SIGKILL)
"""


def answers_what_is_in_flight_and_ends_every_process(terminal: Terminal) -> None:
    """A request that waits for the database, which is locked when the stop is asked for."""
    path = terminal.folder / "db.sqlite3"
    with ThreadPoolExecutor() as pool:
        wait_for_the_pool(terminal)
        family = terminal.family()
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            url = f"{terminal.address}/api/v1/drawings/"
            answer = pool.submit(requests.post, url, json=body(FOUR, label="4"), timeout=30)
            time.sleep(1)  # it has arrived, and waits
            terminal.process.send_signal(signal.SIGTERM)
            time.sleep(1)
            assert not answer.done()
        assert answer.result().status_code == 201
        output = terminal.end()
        assert "Killing" not in output
        assert "ERROR" not in output
        assert "Traceback" not in output
        assert terminal.process.returncode == 0
        assert not psutil.wait_procs(family, timeout=5)[1]


@pytest.mark.slow
@pytest.mark.parametrize(("line", "seconds"), [("", 1.5), ("admin", 0), ("Building", 0.7)])
def test_a_first_start_that_is_killed_leaves_nothing_in_the_way(
    first_run: str, folder: Path, tmp_path: Path, line: str, seconds: float
) -> None:
    """While the tables are made, the account is, or the static files are."""
    # Where it does not come as far as these, they are there: they take most of a first start.
    built = {} if line == "Building" else {"STATIC_DIR": str(folder / "static")}
    killed = Terminal(tmp_path, free_port(), **built)
    killed.read_until(line)
    time.sleep(seconds)
    assert killed.kill() == []
    with running(tmp_path, **built) as terminal:
        output = terminal.read_until("Ready")
        page = requests.get(f"{terminal.address}/account/sign-in/", timeout=10).text
        style = re.search(r'href="(/static/css/site[^"]*)"', page)
        assert style
        assert requests.get(f"{terminal.address}{style[1]}", timeout=10).ok
        assert requests.get(f"{terminal.address}/readyz", timeout=10).json()["model"] == "ok"
        # Whichever was shown last: nobody is locked out of a site that was killed.
        password = re.findall(r"with the password (\S+)", killed.text + output)[-1]
        assert logs_in(terminal.address, password)


@pytest.mark.slow
def test_a_second_site_on_the_same_folder_is_refused(site: Terminal) -> None:
    second = Terminal(site.folder, free_port())
    output = second.end()
    assert second.process.returncode == 1
    assert output.strip().endswith("make run VAR_DIR=...")
    assert f"Another site is at work on {site.folder}" in output
    assert "Traceback" not in output
    assert answers(site.address)


@pytest.mark.slow
def test_what_a_site_writes_is_its_owner_s_alone(
    first_run: str, folder: Path, site: Terminal
) -> None:
    """In a new folder everything; of one that was there before, the database."""
    assert open_to_others(site.folder) <= {site.folder / "celerybeat-schedule.dir"}
    assert open_to_others(folder) == set()


def open_to_others(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.lstat().st_mode & 0o077}


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
    assert command[-1] == "digitsite.asgi:application"
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
