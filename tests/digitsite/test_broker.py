"""A damaged file of the queue is set aside: the worker goes on, and `readyz` tells of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from celery import current_app
from rest_framework.test import APIClient

from digitsite import broker
from tests.support.site import Site, wait_for

# What a message of a queue may have become: half written, overwritten, of another program.
DAMAGES = {
    "nothing": b"",
    "half": b'{"body": "W1s',
    "noise": bytes(range(256)),
    "a list": b"[]",
    "null": b"null",
    "empty": b"{}",
    "no tag": b'{"body": "", "properties": {}}',
    "no base64": b'{"body": "A", "properties": {"body_encoding": "base64", "delivery_tag": 1}}',
    "nested": b"[" * 100_000,
}


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """An empty broker's folder, which is also the site's."""
    settings.BROKER_DIR = tmp_path
    for name in ("messages", "control"):
        (tmp_path / name).mkdir()
    return tmp_path


@contextmanager
def channel(folder: Path) -> Iterator[broker.Channel]:
    options = {
        "data_folder_in": str(folder / "messages"),
        "data_folder_out": str(folder / "messages"),
        "control_folder": str(folder / "control"),
    }
    with current_app.connection_for_write(
        url="filesystem://", transport_options=options
    ) as connection:
        yield connection.channel()


def message(tag: str) -> dict[str, Any]:
    """As kombu shapes it: the body is opaque to the channel."""
    return {"body": "e30=", "properties": {"body_encoding": "base64", "delivery_tag": tag}}


def test_it_works(folder: Path) -> None:
    with channel(folder) as one:
        one._put("training", message("first"))
        one._put("maintenance", message("other"))
        one._put("training", message("second"))
        taken = [one._get("training")["properties"]["delivery_tag"] for _ in range(2)]
        assert taken == ["first", "second"]
        with pytest.raises(Empty):
            one._get("training")
        assert one._size("maintenance") == 1
    assert broker.damaged_count() == 0


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_message_is_set_aside_and_the_next_one_taken(
    folder: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "messages" / "0_bad.training.msg").write_bytes(DAMAGES[damage])
    with channel(folder) as one:
        one._put("training", message("good"))
        assert one._get("training") == message("good")
        with pytest.raises(Empty):
            one._get("training")
    (aside,) = (folder / "damaged").iterdir()
    assert aside.read_bytes() == DAMAGES[damage]
    assert "set aside" in caplog.text
    assert list((folder / "messages").iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"[[1", b"5", b"[5]", b"\xff"])
def test_a_damaged_table_of_queues_is_begun_anew(folder: Path, content: bytes) -> None:
    (folder / "control" / "training.exchange").write_bytes(content)
    with channel(folder) as one:
        one._queue_bind("training", "training", "", "training")
        assert [entry.queue for entry in one.get_table("training")] == ["training"]
    assert broker.damaged_count() == 1


def test_a_message_is_taken_once_and_never_half(folder: Path) -> None:
    """Three writers and two readers at the same time."""
    sent = {f"{writer}-{number}" for writer in range(3) for number in range(100)}
    taken: list[str] = []

    def write(writer: int) -> None:
        with channel(folder) as one:
            for number in range(100):
                one._put("training", message(f"{writer}-{number}") | {"filler": "x" * 100_000})

    def read() -> None:
        with channel(folder) as one:
            while len(taken) < len(sent) and not broker.damaged_count():
                with suppress(Empty):
                    taken.append(one._get("training")["properties"]["delivery_tag"])

    works = [threading.Thread(target=write, args=(each,)) for each in range(3)]
    works += [threading.Thread(target=read) for _ in range(2)]
    for work in works:
        work.start()
    for work in works:
        work.join()
    assert sorted(taken) == sorted(sent)
    assert broker.damaged_count() == 0


def test_what_a_kill_left_is_swept_and_messages_stay(folder: Path) -> None:
    for name in ("1_a.training.msg", "2_b.training.msg.part", "3_c.training.msg.taken"):
        (folder / "messages" / name).write_text("{}")
    broker.sweep()
    assert [file.name for file in (folder / "messages").iterdir()] == ["1_a.training.msg"]


@pytest.mark.django_db
@pytest.mark.usefixtures("live_model")
def test_readyz_tells_of_it(visitor: APIClient, folder: Path) -> None:
    assert visitor.get("/readyz").json()["broker"] == "ok"
    (folder / "damaged").mkdir()
    (folder / "damaged" / "0_bad.training.msg").touch()
    response = visitor.get("/readyz")
    assert response.status_code == 200
    assert response.json()["broker"] == "answers; damaged files set aside: 1"


@pytest.mark.slow
def test_a_worker_goes_on_over_whatever_lies_in_its_queue(tmp_path: Path) -> None:
    with Site(tmp_path) as site:
        broken = tmp_path / "broker"
        for name in ("messages", "control"):
            (broken / name).mkdir(parents=True, exist_ok=True)
        for at, content in enumerate(DAMAGES.values()):
            (broken / "messages" / f"0{at}_bad.maintenance.msg").write_bytes(content)
        # What is a message, but of no task of ours, is Celery's to refuse.
        strange = message("strange") | {"headers": {"task": "no.such"}, "content-type": "x/y"}
        (broken / "messages" / "1_bad.maintenance.msg").write_text(json.dumps(strange))
        (broken / "control" / "maintenance.exchange").write_bytes(b"[[")
        worker = site.worker()
        wait_for(
            # The last is its own: it looks for waiting runs as soon as it is ready.
            lambda: "runs_heal" in site.log("worker") and not any((broken / "messages").iterdir()),
            seconds=60,
            why=f"the queue is empty\n{site.log('worker')}",
        )
        assert worker.poll() is None
        assert len(list((broken / "damaged").iterdir())) == len(DAMAGES) + 1
