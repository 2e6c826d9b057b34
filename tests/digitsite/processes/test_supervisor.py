"""The processes of `make run` speak, fall, come back and end together."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from digitsite.processes.supervisor import MAX_BACK_OFF, STOP_SECONDS, pause_before
from tests import ROOT
from tests.support.site import wait_for

pytestmark = pytest.mark.long

PROGRAM = """
import sys
from pathlib import Path
from digitsite.processes.supervisor import Service, Supervisor
services = [Service(name, ["sh", "-c", script])
            for name, script in zip(sys.argv[2::2], sys.argv[3::2])]
Supervisor(services, folder=Path(), stop_seconds=float(sys.argv[1])).run()
"""
SLEEP = "sleep 60"
STUBBORN = "trap '' TERM; echo up; while :; do sleep 0.1; done"


@contextmanager
def supervised(*named: str, stop_seconds: float = 10) -> Iterator[subprocess.Popen[str]]:
    """A supervisor of shell scripts, given as name, script, name, script, ..."""
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(stop_seconds), *named],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield program
    finally:
        program.send_signal(signal.SIGTERM)
        program.send_signal(signal.SIGTERM)
        program.communicate(timeout=10)


def read_until(program: subprocess.Popen[str], text: str) -> str:
    """What was printed up to the line with `text`; fails where the output ends before it."""
    assert program.stdout is not None
    seen = ""
    for line in program.stdout:
        seen += line
        if text in line:
            return seen
    pytest.fail(f"{text!r} was never printed, but {seen!r}")


def alive(pid: int) -> bool:
    """A process that has ended may stay listed, as a zombie, until its parent looks."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def gone(pid: int) -> bool:
    """Within a moment: the kernel needs one to take a killed process away."""
    give_up = time.monotonic() + 5
    while alive(pid) and time.monotonic() < give_up:
        time.sleep(0.05)
    return not alive(pid)


def pid_in(line: str) -> int:
    return int(line.split()[-1])


def test_it_works() -> None:
    with supervised("web", f"echo here; exec {SLEEP}", "worker", f"exec {SLEEP}") as program:
        assert read_until(program, "here").startswith("web    | here")
        program.send_signal(signal.SIGINT)
        output, _ = program.communicate(timeout=10)
        assert "Stopping" in output
        assert program.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_children_of_children_end_too(number: signal.Signals) -> None:
    script = f"{SLEEP} & echo pid $!; wait"
    with supervised("web", script) as program:
        grandchild = pid_in(read_until(program, "pid").splitlines()[-1])
        assert alive(grandchild)
        program.send_signal(number)
        program.wait(timeout=10)
        assert gone(grandchild)


def test_a_child_of_a_fallen_child_does_not_outlive_it() -> None:
    with supervised("worker", f"{SLEEP} & echo pid $!; exit 3", "web", SLEEP) as program:
        output = read_until(program, "ended with status 3")
        orphan = next(pid_in(line) for line in output.splitlines() if "pid" in line)
        assert gone(orphan)


def test_every_process_of_a_service_is_told_to_stop() -> None:
    inner = "trap 'echo inner told; exit' TERM; echo up; while :; do sleep 0.1; done"
    with supervised("worker", f'trap : TERM; sh -c "{inner}" & wait; wait') as program:
        read_until(program, "up")
        program.send_signal(signal.SIGTERM)
        assert "inner told" in program.communicate(timeout=10)[0]


def test_every_process_of_a_service_dies_with_a_killed_supervisor() -> None:
    """The grandchild too, which is what holds a web server's port."""
    script = f"trap '' TERM; echo pid $$; {SLEEP} & echo pid $!; wait"
    with supervised("web", script) as program:
        first = pid_in(read_until(program, "pid").splitlines()[-1])
        second = pid_in(read_until(program, "pid").splitlines()[-1])
        assert alive(first)
        assert alive(second)
        program.kill()
        program.wait(timeout=10)
        assert gone(first)
        assert gone(second)


@pytest.mark.parametrize("moment", [0.0, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2])
def test_a_supervisor_killed_while_it_starts_leaves_nothing(moment: float) -> None:
    name = f"sleep 61{int(1000 * moment)}"  # to be found by
    with supervised(*(part for at in range(5) for part in (f"s{at}", f"exec {name}"))) as program:
        wait_for(lambda: psutil.Process(program.pid).children(), seconds=10, why="one has begun")
        time.sleep(moment)
        program.kill()
        program.wait(timeout=10)
        time.sleep(0.3)  # the last may have been about to begin
        assert not [each for each in psutil.process_iter() if cmdline(each) == name]


def cmdline(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("exit 7", "ended with status 7"),
        ("exit 0", "ended with status 0"),
        ("kill -KILL $$", "was ended by SIGKILL"),
        ("kill -SEGV $$", "was ended by SIGSEGV"),
        ("kill -TERM $$", "was ended by SIGTERM"),
    ],
)
def test_a_fallen_service_is_started_again_however_it_ended(script: str, words: str) -> None:
    with supervised("web", f"echo at work; {script}", "worker", SLEEP) as program:
        output = read_until(program, f"web {words}, 2 times in a row: starting it again in 2 s.")
        assert f"web {words}: starting it again in 1 s." in output
        assert output.count("at work") == 2
        assert program.poll() is None


def test_what_falls_again_and_again_is_started_ever_more_slowly() -> None:
    pauses = [pause_before(attempt) for attempt in range(1, 10)]
    assert pauses == sorted(pauses)
    assert pauses[0] == 1
    assert pauses[-1] == MAX_BACK_OFF
    assert pause_before(100_000) == MAX_BACK_OFF


def test_what_is_in_flight_is_finished() -> None:
    """A stop waits for whoever has work in hand; here 3 s, on a site up to `STOP_SECONDS`."""
    script = "trap 'sleep 3; echo answered; exit' TERM; echo up; while :; do sleep 0.1; done"
    with supervised("web", script, "worker", SLEEP) as program:
        read_until(program, "up")
        program.send_signal(signal.SIGTERM)
        assert "answered" in program.communicate(timeout=10)[0]


def test_a_stop_leaves_a_request_of_twenty_seconds_its_time() -> None:
    assert STOP_SECONDS >= 25


def test_a_second_ctrl_c_kills_at_once() -> None:
    with supervised("web", STUBBORN) as program:
        read_until(program, "up")
        program.send_signal(signal.SIGINT)
        read_until(program, "Stopping")
        begun = time.monotonic()
        program.send_signal(signal.SIGINT)
        program.wait(timeout=10)
        assert time.monotonic() - begun < 5


def test_what_does_not_stop_in_time_is_killed() -> None:
    with supervised("web", STUBBORN, stop_seconds=0.5) as program:
        read_until(program, "up")
        program.send_signal(signal.SIGTERM)
        program.communicate(timeout=10)
        assert program.returncode == 0
