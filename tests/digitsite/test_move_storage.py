"""Images and artifacts move between disk and bucket, whatever happens on the way."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command

from digitsite.storage import moving
from tests import ROOT
from tests.support import proxy
from tests.support.buckets import Bucket
from tests.support.proxy import CLOSES, Proxy
from tests.support.site import wait_for

FILES = {f"drawings/2026/{number:03}.png": b"ink" * number for number in range(1, 25)}
ARTIFACTS = {f"{place}/{name}": name.encode() for place in "ab" for name in ("x.bin", "y.json")}


@pytest.fixture
def between(bucket: Bucket) -> Iterator[Proxy]:
    with proxy.before_bucket(bucket.address) as between:
        yield between


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A `VAR_DIR` with files in it."""
    for place, files in (("media", FILES), ("artifacts", ARTIFACTS)):
        for name, content in files.items():
            path = tmp_path / place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return tmp_path


def command(folder: Path, environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    own = {"VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "digitsite.settings", "PATH": "/bin"}
    return subprocess.Popen(
        [sys.executable, "manage.py", "move_storage", *arguments],
        cwd=ROOT,
        env={**own, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def done(process: subprocess.Popen[str]) -> str:
    output = process.communicate(timeout=120)[0]
    assert process.returncode == 0, output
    return output


def on_disk(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for place in ("media", "artifacts")
        for path in (folder / place).rglob("*")
        if path.is_file()
    }


ALL = {f"media/{name}": content for name, content in FILES.items()} | {
    f"artifacts/{name}": content for name, content in ARTIFACTS.items()
}


def in_bucket(bucket: Bucket) -> dict[str, bytes]:
    found = {}
    for entry in bucket.storages().values():
        storage = storages.create_storage(entry)
        for name in moving.files(storage):
            with storage.open(name) as file:
                found[f"{entry['OPTIONS']['location']}/{name}"] = file.read()
    return found


@pytest.mark.slow
def test_there_and_back_killed_on_the_way(folder: Path, bucket: Bucket, between: Proxy) -> None:
    environment = bucket.environment(between.url)
    between.delay = 0.1
    killed = command(folder, environment, "--to", "s3")
    wait_for(lambda: len(bucket.names()) > 5, seconds=60, why="some files are in the bucket")
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    between.delay = 0.0
    half = in_bucket(bucket)
    assert 5 < len(half) < len(ALL)
    assert half.items() <= ALL.items()
    assert on_disk(folder) == ALL  # nothing was removed
    told = done(command(folder, environment, "--to", "s3"))
    assert f"{len(half)} there already" in told
    assert in_bucket(bucket) == ALL
    assert "24 removed" in done(command(folder, environment, "--to", "s3", "--remove"))
    assert on_disk(folder) == {}

    between.delay = 0.1
    killed = command(folder, environment, "--to", "disk", "--remove")
    wait_for(lambda: len(on_disk(folder)) > 5, seconds=60, why="some files are back")
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    between.delay = 0.0
    assert {**in_bucket(bucket), **on_disk(folder)}.items() == ALL.items()
    done(command(folder, environment, "--to", "disk", "--remove"))
    assert on_disk(folder) == ALL
    assert bucket.names() == set()


@pytest.mark.slow
def test_a_bucket_that_fails_loses_nothing(folder: Path, bucket: Bucket, between: Proxy) -> None:
    environment = bucket.environment(between.url)
    between.mood, between.honest = CLOSES, 60
    failed = command(folder, environment, "--to", "s3", "--remove")
    output = failed.communicate(timeout=120)[0]
    assert failed.returncode == 1
    assert "Run it again: it goes on from here." in output
    assert "Traceback" not in output
    between.mood = None
    assert {**in_bucket(bucket), **on_disk(folder)}.items() == ALL.items()
    done(command(folder, environment, "--to", "s3", "--remove"))
    assert (in_bucket(bucket), on_disk(folder)) == (ALL, {})


def test_half_a_file_of_another_copy_is_written_anew(bucket: Bucket) -> None:
    source = storages.create_storage(settings.FILES_ON_DISK["default"])
    target = storages.create_storage(bucket.storages()["default"])
    source.save("a/one.png", ContentFile(b"whole"))
    target.save("a/one.png", ContentFile(b"half"))
    assert moving.move(source, target) == moving.Moved(copied=1)
    with target.open("a/one.png") as file:
        assert file.read() == b"whole"


def test_a_copy_that_is_another_file_removes_nothing(bucket: Bucket) -> None:
    source = storages.create_storage(settings.FILES_ON_DISK["default"])
    target = storages.create_storage(bucket.storages()["default"])
    source.save("a/one.png", ContentFile(b"whole"))
    target.save("a/one.png", ContentFile(b"other"))
    with pytest.raises(OSError, match="another file"):
        moving.move(source, target, remove=True)
    assert source.exists("a/one.png")


def test_a_bucket_must_be_named(settings: Any) -> None:
    settings.S3_BUCKET = ""
    with pytest.raises(CommandError, match="S3_BUCKET"):
        call_command("move_storage", to="s3")
