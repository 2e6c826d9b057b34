"""The restore drill: a backup of a site at work, put into an empty place, has everything."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from digitsite.backup import archive
from tests import ROOT
from tests.support.buckets import Bucket
from tests.support.drawings import FOUR, body, picture
from tests.support.site import Client, Site, wait_for

pytestmark = pytest.mark.slow


def send_picture(client: Client, label: str) -> dict[str, str]:
    answer = client.session.post(
        f"{client.site.address}/api/v1/drawings/",
        files={"image": ("seven.png", picture(), "image/png")},
        data={"label": label},
        timeout=60,
    )
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


COUNT = """
from recognizer.models import Drawing, ModelVersion
from recognizer.services import sweeping
from django.utils import timezone
print(sweeping.storage_sweep(now=timezone.now()))
print(Drawing.objects.count(), Drawing.objects.filter(image_lost=True).count(),
      ModelVersion.objects.count())
"""


def counted(site: Site) -> tuple[int, int, int]:
    """Drawings, those that have lost their image, versions; after a sweep."""
    drawings, lost, versions = site.manage("shell", "--no-imports", "-c", COUNT).split()[-3:]
    return int(drawings), int(lost), int(versions)


def backup(site: Site, folder: Path) -> Path:
    assert "read back" in site.manage("backup", str(folder))
    return max(folder.glob("digits-*.tar"))


def drill(site: Site, empty: Site, folder: Path) -> None:
    """Backs up while the site stores drawings, and restores into the empty one."""
    site.web()
    visitor = Client(site)
    first = send_picture(visitor, "7")
    is_over = threading.Event()

    def store() -> int:
        count = 0
        while not is_over.is_set():
            send_picture(visitor, "7")
            count += 1
            time.sleep(0.05)
        return count

    with ThreadPoolExecutor(2) as crowd:
        stored = [crowd.submit(store) for _ in range(2)]
        try:
            path = backup(site, folder)
        finally:
            is_over.set()
    total = 1 + sum(each.result() for each in stored)
    assert total > 5, "it was no backup of a site at work"
    assert path.stat().st_mode & 0o077 == 0
    told = archive.check(path)
    in_it = [name for name in told.files if name.startswith("media/drawings/")]
    empty.manage("restore", str(path))
    drawings, lost, versions = counted(empty)
    # Every row has its file; of a drawing stored meanwhile there may be the file alone.
    assert 1 <= drawings <= len(in_it) <= total
    assert (lost, versions) == (0, 1)
    empty.web()
    again = Client(empty)
    assert again.post("predict/", body(FOUR))["digit"] == 4
    # What was signed before is known: the key has come along.
    again.session.headers["X-Receipt"] = first["receipt"]
    assert again.get(f"drawings/{first['id']}/")["label"] == "7"
    assert requests.get(f"{empty.address}/readyz", timeout=10).json()["ready"]


def without_key(site: Site) -> Site:
    del site.environment["SECRET_KEY"]  # of its own, as most sites have it
    return site


def test_it_works(tmp_path: Path) -> None:
    with Site(tmp_path / "old", THROTTLE_SUBMIT="0") as site:
        without_key(site)
        (tmp_path / "new").mkdir()
        empty = without_key(Site(tmp_path / "new"))
        try:
            drill(site, empty, tmp_path / "backups")
        finally:
            [empty.kill(each) for each in empty.processes]


@pytest.mark.postgres
def test_postgres_and_a_bucket(tmp_path: Path, postgres_address: str, bucket: Bucket) -> None:
    import psycopg

    from tests.support import buckets
    from tests.support.site import PREPARE

    with psycopg.connect(postgres_address, autocommit=True) as server:
        server.execute("CREATE DATABASE old")
        server.execute("CREATE DATABASE new")
    at = postgres_address.rpartition("/")[0]
    other = buckets.made(bucket.address, f"{bucket.name}-new")
    places = {"old": bucket, "new": other}
    sites = {}
    for name, place in places.items():
        (tmp_path / name).mkdir()
        own = {"DATABASE_URL": f"{at}/{name}", "THROTTLE_SUBMIT": "0", **place.environment()}
        sites[name] = Site(tmp_path / name, **own)
    try:
        sites["old"].manage("shell", "--no-imports", "-c", PREPARE)
        drill(sites["old"], sites["new"], tmp_path / "backups")
        assert {name for name in other.names() if name.startswith("artifacts/")}
    finally:
        for site in sites.values():
            [site.kill(each) for each in site.processes]


# --- what is no backup, or has no place ------------------------------------------------


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    with Site(folder / "site") as site:
        return backup(site, folder / "backups")


def refused(tmp_path: Path, path: Path) -> str:
    empty = Site(tmp_path)
    done = subprocess.run(
        [sys.executable, "manage.py", "restore", str(path)],
        cwd=ROOT,
        env=empty.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def changed(good: Path, place: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The archive with members changed, or left out."""
    with tarfile.open(good) as source, tarfile.open(place, "w") as target:
        for entry in source:
            file = source.extractfile(entry)
            assert file is not None
            content = change(entry.name, file.read())
            if content is not None:
                entry.size = len(content)
                target.addfile(entry, io.BytesIO(content))
    return place


def test_a_damaged_one_is_refused_whole(good: Path, tmp_path: Path) -> None:
    def flip(name: str, content: bytes) -> bytes:
        return bytes([content[0] ^ 1]) + content[1:] if name.endswith("model.tflite") else content

    said = refused(tmp_path, changed(good, tmp_path / "flipped.tar", flip))
    assert "model.tflite" in said
    assert "damaged" in said
    assert not (tmp_path / "db.sqlite3").exists()
    assert not (tmp_path / "artifacts").exists()


def test_one_that_was_cut_off_is_refused(good: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.tar"
    for share in (0.0, 0.3, 0.9):
        cut.write_bytes(good.read_bytes()[: int(share * good.stat().st_size)])
        with pytest.raises(archive.BadArchive):
            archive.check(cut)
    missing = changed(good, tmp_path / "c.tar", lambda n, c: None if n == "contents.json" else c)
    assert "was cut off" in refused(tmp_path, missing)
    assert not (tmp_path / "db.sqlite3").exists()


def test_one_of_a_newer_release_is_refused(good: Path, tmp_path: Path) -> None:
    def newer(name: str, content: bytes) -> bytes:
        if name != archive.LIST:
            return content
        told = json.loads(content)
        return json.dumps({**told, "migrations": [*told["migrations"], "recognizer.9999"]}).encode()

    said = refused(tmp_path, changed(good, tmp_path / "newer.tar", newer))
    assert "recognizer.9999" in said


def test_a_site_is_never_written_over(good: Path, tmp_path: Path) -> None:
    with Site(tmp_path / "another"):
        before = hashlib.sha256((tmp_path / "another/db.sqlite3").read_bytes()).hexdigest()
        assert "There is a site in this database already" in refused(tmp_path / "another", good)
        after = hashlib.sha256((tmp_path / "another/db.sqlite3").read_bytes()).hexdigest()
        assert before == after


def test_a_restore_that_is_killed_is_run_again(good: Path, tmp_path: Path) -> None:
    """Killed after its first file: the database is still empty."""
    empty = Site(tmp_path)
    killed = subprocess.Popen(
        [sys.executable, "manage.py", "restore", str(good)],
        cwd=ROOT,
        env=empty.environment,
        stdout=subprocess.DEVNULL,
    )
    wait_for(lambda: any(tmp_path.glob("artifacts/*/*")), seconds=60, why="a file is there")
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    database = tmp_path / "db.sqlite3"
    if not database.exists() or not database.stat().st_size:  # else it was too quick for us
        assert "is restored" in empty.manage("restore", str(good))
    assert counted(empty) == (0, 0, 1)


def test_a_backup_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with Site(tmp_path / "site") as site:
        broken = tmp_path / "backups"
        broken.write_text("no folder")
        done = subprocess.run(
            [sys.executable, "manage.py", "backup", str(broken)],
            cwd=ROOT,
            env=site.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert "Traceback" not in done.stderr


def test_old_ones_go_where_that_is_asked_for(good: Path, tmp_path: Path) -> None:
    for day in (1, 2, 3):
        shutil.copy(good, tmp_path / f"digits-2026010{day}-000000.tar")
    names = [path.name for path in archive.old_ones(tmp_path, keep=2)]
    assert names == ["digits-20260101-000000.tar"]
