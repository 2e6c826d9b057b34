"""The steps of `make test` run side by side, are told apart and end together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from tests import ROOT
from tests.everything import side_by_side
from tests.everything.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator


def shell(name: str, script: str, processes: int = 1) -> Step:
    return Step(name, ["sh", "-c", script], processes=processes)


def results(*steps: Step, room: int = 2) -> dict[str, str]:
    return {each.name: each.result for each in side_by_side.run(steps, room=room)}


def test_it_works(capsys: pytest.CaptureFixture[str]) -> None:
    assert results(shell("good", "echo well"), shell("bad", "echo oh >&2; exit 3")) == {
        "good": "passed",
        "bad": "failed",
    }
    said = capsys.readouterr().out
    assert "=== good: sh -c 'echo well'\nwell\n" in said
    assert "=== bad: sh -c 'echo oh >&2; exit 3'\noh\n" in said


def test_each_has_a_folder_of_its_own_and_nothing_of_a_developer_s(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VAR_DIR", "/a/developer/s")
    monkeypatch.setenv("DATABASE_URL", "sqlite:///theirs")
    assert results(*(shell(name, "echo $VAR_DIR,$DATABASE_URL,") for name in "ab"))
    folders = [line for line in capsys.readouterr().out.splitlines() if line.endswith(",,")]
    assert len(set(folders)) == 2
    assert not any("developer" in folder or Path(folder[:-2]).exists() for folder in folders)


# Each says that it is there and waits until the other is, for ten seconds at most.
MEET = "touch {0}; for i in $(seq 100); do test -e {1} && exit; sleep 0.1; done; exit 1"


@pytest.mark.parametrize(("processes", "meet"), [(1, True), (2, False)])
def test_steps_run_at_once_where_there_is_room(tmp_path: Path, processes: int, meet: bool) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    wait = MEET if meet else "test ! -e {1} && touch {0} && sleep 0.3 && rm {0}"
    met = results(
        shell("one", wait.format(one, other), processes),
        shell("other", wait.format(other, one), processes),
    )
    assert met == {"one": "passed", "other": "passed"}


def test_a_step_that_is_larger_than_the_room_runs_alone() -> None:
    assert results(shell("large", "true", 9), shell("small", "true")) == {
        "large": "passed",
        "small": "passed",
    }


def test_what_a_step_needs_and_does_not_get_is_its_failure() -> None:
    @contextmanager
    def broken() -> Iterator[dict[str, str]]:
        raise OSError("No space is left.")
        yield {}

    (outcome,) = side_by_side.run([Step("one", ["true"], around=broken)], room=1)
    assert (outcome.result, outcome.reason) == ("failed", "No space is left.")


INTERRUPTED = """
from tests.everything import side_by_side
from tests.everything.steps import Step
script = "sh -c 'echo $$ > {folder}/$0; exec sleep 60' $0; true"
steps = [Step(name, ["sh", "-c", script, name]) for name in ("one", "two", "three")]
list(side_by_side.run(steps, room=2))
"""


def test_an_interrupt_ends_all_that_runs_and_begins_nothing(tmp_path: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED.format(folder=tmp_path)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    give_up = time.monotonic() + 30
    while len(children := [path.read_text() for path in tmp_path.iterdir()]) < 2 or "" in children:
        assert time.monotonic() < give_up
        time.sleep(0.05)
    running = [psutil.Process(int(pid)) for pid in children]
    os.kill(program.pid, signal.SIGINT)
    assert "KeyboardInterrupt" in program.communicate(timeout=30)[1]
    assert not psutil.wait_procs(running, timeout=5)[1]
    assert {path.name for path in tmp_path.iterdir()} == {"one", "two"}
