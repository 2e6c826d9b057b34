"""The processes of `make run` speak, fall, come back and end together."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from digitsite.supervisor import BACK_OFF_MOST, pause_before

ROOT = Path(__file__).parent.parent
PROGRAM = """
import sys
from pathlib import Path
from digitsite.supervisor import Service, Supervisor
services = [Service(name, ["sh", "-c", script], vital=name == "web")
            for name, script in zip(sys.argv[2::2], sys.argv[3::2])]
sys.exit(Supervisor(services, folder=Path(), stop_seconds=float(sys.argv[1])).run())
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


def test_the_end_of_the_web_server_ends_everything() -> None:
    with supervised("web", "sleep 0.2; exit 7", "worker", f"echo pid $$; exec {SLEEP}") as program:
        output, _ = program.communicate(timeout=10)
        assert "web ended with status 7: stopping the rest." in output
        assert program.returncode == 7
        worker = next(pid_in(line) for line in output.splitlines() if "pid" in line)
        assert gone(worker)


def test_a_web_server_that_ends_in_peace_is_a_failure_too() -> None:
    with supervised("web", "exit 0") as program:
        program.communicate(timeout=10)
        assert program.returncode == 1


def test_a_killed_web_server_is_a_failure() -> None:
    with supervised("web", "kill -KILL $$") as program:
        output, _ = program.communicate(timeout=10)
        assert "web was ended by SIGKILL" in output
        assert program.returncode == 1


def test_a_fallen_worker_is_started_again() -> None:
    with supervised("web", SLEEP, "worker", "echo at work; exit 1") as program:
        output = read_until(program, "again in 2 s")
        assert "worker ended with status 1: starting it again in 1 s." in output
        assert output.count("at work") == 2


def test_what_falls_again_and_again_is_started_ever_more_slowly() -> None:
    pauses = [pause_before(attempt) for attempt in range(1, 10)]
    assert pauses == sorted(pauses)
    assert pauses[0] == 1
    assert pauses[-1] == BACK_OFF_MOST


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
