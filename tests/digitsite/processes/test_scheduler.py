"""The scheduler starts from whatever it finds, and goes by the clock as it is now."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from digitsite.celery import app
from digitsite.processes.scheduler import Scheduler


def scheduler(folder: Path) -> Scheduler:
    """As Celery's `beat` makes it, with its file in the folder."""
    return Scheduler(app=app, schedule_filename=str(folder / "schedule"))


def files(folder: Path) -> list[Path]:
    """What the shelf consists of: one file or three, as this Python's `dbm` has it."""
    return sorted(folder.glob("schedule*"))


def test_it_works(tmp_path: Path) -> None:
    first = scheduler(tmp_path)
    entry = first.schedule["recover lost runs"]
    assert not first.is_due(entry).is_due
    entry.last_run_at -= timedelta(hours=1)
    assert first.is_due(entry).is_due
    first.close()
    assert scheduler(tmp_path).schedule["recover lost runs"].last_run_at == entry.last_run_at


@pytest.mark.parametrize("damage", ["nothing", "half", "noise", "zeros"])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, damage: str) -> None:
    scheduler(tmp_path).close()
    contents = {path: path.read_bytes() for path in files(tmp_path)}
    assert contents
    for path, content in contents.items():
        for other, whole in contents.items():
            other.write_bytes(whole)
        path.write_bytes(
            {
                "nothing": b"",
                "half": content[: len(content) // 2],
                "noise": bytes(range(255, 0, -1)),
                "zeros": bytes(len(content)),
            }[damage]
        )
        found = scheduler(tmp_path)
        assert set(found.schedule) >= {"recover lost runs", "retrain by count"}
        found.close()


def test_a_clock_that_was_set_back_delays_no_task_by_more_than_its_interval(
    tmp_path: Path,
) -> None:
    found = scheduler(tmp_path)
    entry = found.schedule["recover lost runs"]
    entry.last_run_at += timedelta(days=30)
    interval = entry.schedule.run_every.total_seconds()
    assert found.is_due(entry).next <= interval
