"""`manage.py serve` becomes one process of the site; every task has a queue that is served."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from digitsite.celery import app
from digitsite.management.commands.serve import PROCESSES


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the process would be now."""
    told: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda program, arguments: told.append(arguments))
    monkeypatch.setattr(os, "umask", lambda mask: 0)
    return told


@pytest.mark.parametrize("process", PROCESSES)
def test_it_works(process: str, became: list[list[str]]) -> None:
    call_command("serve", process, port=8123)
    [command] = became
    assert {"web": "granian", "worker": "worker", "beat": "beat"}[process] in command
    assert ("8123" in command) == (process == "web")


def test_a_worker_may_serve_some_queues(became: list[list[str]]) -> None:
    call_command("serve", "worker")
    call_command("serve", "worker", queues="maintenance,insight")
    queues = [command[command.index("--queues") + 1] for command in became]
    assert queues == ["training,insight,maintenance", "maintenance,insight"]


def test_a_queue_that_is_none_is_refused(became: list[list[str]]) -> None:
    with pytest.raises(CommandError, match="no queue trainng"):
        call_command("serve", "worker", queues="trainng")
    assert became == []


def test_every_task_has_a_queue_that_is_served() -> None:
    app.loader.import_default_modules()
    ours = [name for name in app.tasks if not name.startswith("celery.")]
    assert len(ours) >= 5

    def queue(task: str) -> Any:
        return app.amqp.router.route({}, task)["queue"].name

    assert {queue(task) for task in ours} == set(settings.QUEUES)
    assert queue("training.tasks.run_execute") == "training"
    assert queue("training.tasks.runs_heal") == "maintenance"
