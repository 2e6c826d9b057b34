"""Files in a bucket behave as files on a disk do, whatever happens on the way to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.utils import timezone

from digitsite.storage.files import Unreachable
from tests.support import proxy
from tests.support.buckets import Bucket
from tests.support.proxy import BREAKS, CLOSES, HANGS, Proxy

pytestmark = pytest.mark.long

FAULTS = ["503", "403", CLOSES, HANGS]


@pytest.fixture
def between(bucket: Bucket) -> Iterator[Proxy]:
    with proxy.before_bucket(bucket.address) as between:
        yield between


@pytest.fixture
def files(bucket: Bucket, between: Proxy, monkeypatch: pytest.MonkeyPatch) -> Storage:
    storage = storages.create_storage(bucket.storages(between.url)["default"])
    # The site's own patience would only make the tests long.
    hurried = storage.client_config.merge(type(storage.client_config)(read_timeout=0.5))
    monkeypatch.setattr(storage, "client_config", hurried)
    return storage


def read(storage: Storage, name: str) -> bytes:
    with storage.open(name) as file:
        return bytes(file.read())


def test_it_works(files: Storage, bucket: Bucket) -> None:
    name = files.save("drawings/2026/one.png", ContentFile(b"ink"))
    assert name == "drawings/2026/one.png"
    assert bucket.names() == {"media/drawings/2026/one.png"}
    assert read(files, name) == b"ink"
    assert files.exists(name)
    assert files.size(name) == 3
    assert abs(files.get_modified_time(name) - timezone.now()) < timedelta(minutes=1)
    assert files.listdir("drawings") == (["2026"], [])
    assert files.listdir("drawings/2026") == ([], ["one.png"])
    files.delete(name)
    assert not files.exists(name)
    assert bucket.names() == set()


def test_a_name_that_is_taken_is_not_written_over(files: Storage) -> None:
    first = files.save("a.txt", ContentFile(b"first"))
    second = files.save("a.txt", ContentFile(b"second"))
    assert first != second
    assert (read(files, first), read(files, second)) == (b"first", b"second")


def test_what_is_not_there_is_missing_as_on_a_disk(files: Storage) -> None:
    for ask in (files.open, files.size, files.get_modified_time):
        with pytest.raises(FileNotFoundError):
            ask("not/there.png")
    assert files.listdir("not") == ([], [])
    files.delete("not/there.png")
    files.delete("not")


def test_a_bucket_that_is_not_there_is_no_missing_file(files: Any) -> None:
    """Else a wrong setting would pass for a thousand lost images."""
    files.bucket_name = "another"
    files._bucket = None
    with pytest.raises(Unreachable):
        files.listdir("drawings")
    with pytest.raises(Unreachable):
        files.open("one.png")


@pytest.mark.parametrize("mood", FAULTS)
def test_a_fault_is_one_of_files(files: Storage, between: Proxy, mood: str) -> None:
    name = files.save("a.txt", ContentFile(b"there"))
    between.mood = mood
    calls = [
        lambda: files.open(name),
        lambda: files.save("b.txt", ContentFile(b"b")),
        lambda: files.delete(name),
        lambda: files.exists(name),
        lambda: files.listdir(""),
        lambda: files.size(name),
        lambda: files.get_modified_time(name),
    ]
    for call in calls:
        with pytest.raises(OSError, match=r"\w"):
            call()
    between.mood = None
    assert read(files, name) == b"there"
    assert not files.exists("b.txt")


def test_an_answer_that_breaks_off_is_no_file(files: Storage, between: Proxy) -> None:
    name = files.save("a.txt", ContentFile(b"whole" * 1000))
    between.mood = BREAKS
    with pytest.raises(Unreachable):
        files.open(name)


@pytest.mark.parametrize("mood", ["503", CLOSES])
def test_a_passing_fault_is_not_noticed(files: Storage, between: Proxy, mood: str) -> None:
    files.save("a.txt", ContentFile(b"there"))
    between.mood, between.honest = mood, 0
    begun = time.monotonic()
    # It comes to itself before the third try.
    while_asked = iter(range(2))

    class Passing(list[str]):
        def append(self, line: str) -> None:
            super().append(line)
            if next(while_asked, None) is None:
                between.mood = None

    between.asked = Passing()
    assert read(files, "a.txt") == b"there"
    assert len(between.asked) == 3
    assert time.monotonic() - begun < 30


def test_a_slow_bucket_is_waited_for(files: Storage, between: Proxy) -> None:
    between.delay = 0.2
    files.save("a.txt", ContentFile(b"late"))
    assert read(files, "a.txt") == b"late"
