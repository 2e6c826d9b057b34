"""A full disk: what the site says of it, what it leaves behind, and that deleting still works.

The disk is a real one of a few megabytes (tests/support/small_disk.py).
"""

from __future__ import annotations

import io
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
from django.core.files.base import ContentFile
from django.db import OperationalError, connection
from PIL import Image

from digitsite.storage import disk
from digitsite.storage.files import WholeFileStorage
from tests import ROOT
from tests.support.drawings import FOUR, body, in_base64, picture
from tests.support.site import Client, Site
from tests.support.small_disk import SmallDisk, small_disk

DISK_MEGABYTES = 64


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallDisk]:
    with small_disk(tmp_path_factory.mktemp("disk"), megabytes=DISK_MEGABYTES) as small:
        yield small


@pytest.fixture(scope="module")
def on_small_disk(small: SmallDisk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that has everything on it but the log of its processes."""
    begun = tmp_path_factory.mktemp("logs")
    environment = {"VAR_DIR": str(small.folder), "BROKER_URL": "filesystem://"}
    with Site(begun, prefix=small.prefix, **environment) as site:
        copy = ["cp", "-r", *(str(path) for path in begun.iterdir()), str(small.folder)]
        subprocess.run([*small.prefix, *copy], check=True)
        yield site


def served(site: Site, *, floor: int) -> Client:
    """Somebody at the site, which leaves so many megabytes free."""
    stop(site)
    site.environment["DISK_FLOOR_MB"] = str(floor)
    site.web()
    return Client(site)


def stop(site: Site) -> None:
    while site.processes:
        site.kill(site.processes.pop())


def reserve(small: SmallDisk) -> int:
    return (Path(small.inside) / "reserve").stat().st_size


def send(client: Client, data: dict[str, Any]) -> requests.Response:
    url = f"{client.site.address}/api/v1/drawings/"
    return client.session.post(url, json=data, timeout=30)


def files(small: SmallDisk) -> set[str]:
    """The names of all images on the disk, also of those half written."""
    return {path.name for path in (Path(small.inside) / "media").rglob("*.*")}


@pytest.mark.slow
def test_it_works(on_small_disk: Site, small: SmallDisk) -> None:
    """Refused with a sentence, nothing left behind, deleted all the same, and then as before."""
    on_small_disk.manage("sweep_storage")  # keeps the reserve
    client = served(on_small_disk, floor=1)
    photo = {"image": in_base64(picture()), "source": "upload", "label": "7"}
    kept = [client.post("drawings/", photo), client.post("drawings/", body(FOUR, label="4"))]
    before = files(small)
    assert len(before) == 1
    small.fill()
    try:
        for data in (photo, body(FOUR, label="4")):
            refused = send(client, data)
            assert (refused.status_code, refused.json()["error"]["code"]) == (507, "disk_full")
        assert files(small) == before
        assert client.post("predict/", body(FOUR))["digit"] == 4
        ready = client.session.get(f"{on_small_disk.address}/readyz", timeout=10)
        assert (ready.status_code, ready.json()["ready"]) == (503, False)
        assert "nothing is stored" in ready.json()["disk"]
        for drawing in kept:
            headers = {"X-Receipt": drawing["receipt"]}
            url = on_small_disk.address + drawing["url"]
            deleted = client.session.delete(url, headers=headers, timeout=30)
            assert deleted.status_code == 204, deleted.text
        assert files(small) == set()
    finally:
        small.relieve()
    assert client.post("drawings/", photo)["review"] == "pending"
    on_small_disk.manage("sweep_storage")
    assert reserve(small) == disk.RESERVE_BYTES


@pytest.mark.slow
def test_staff_delete_on_a_full_disk_too(on_small_disk: Site, small: SmallDisk) -> None:
    """Their page writes down who deleted what, before it deletes."""
    on_small_disk.manage("sweep_storage")
    client = served(on_small_disk, floor=0)
    drawing = client.post("drawings/", body(FOUR, label="4"))
    session = on_small_disk.manage("shell", "--no-imports", "--command", SIGN_IN).split()[-1]
    cookies = {"sessionid": session, "csrftoken": "t" * 32}
    form = {"post": "yes", "csrfmiddlewaretoken": "t" * 32}
    page = f"{on_small_disk.address}/admin/recognizer/drawing/{drawing['id']}/delete/"
    small.fill()
    try:
        deleted = requests.post(
            page,
            form,
            cookies=cookies,
            headers={"Referer": page},
            timeout=30,
            allow_redirects=False,
        )
        assert deleted.status_code == 302, deleted.text
        assert "login" not in deleted.headers["Location"]
    finally:
        small.relieve()
    gone = client.session.get(on_small_disk.address + drawing["url"], timeout=10)
    assert gone.status_code == 404


SIGN_IN = """
from django.contrib.auth.models import User
from django.test import Client
client = Client()
client.force_login(User.objects.get(username="admin"))
print(client.cookies["sessionid"].value)
"""


@pytest.mark.slow
def test_a_disk_that_fills_up_while_it_is_written_to(on_small_disk: Site, small: SmallDisk) -> None:
    """The floor was still there when it was asked for: something else was faster."""
    client = served(on_small_disk, floor=0)
    before = files(small)
    rows = count(on_small_disk)
    small.fill(left=8_192)
    try:
        for data in ({"image": in_base64(noise())}, body(LONG)):
            refused = send(client, data)
            assert (refused.status_code, refused.json()["error"]["code"]) == (507, "disk_full")
        assert files(small) == before
        assert count(on_small_disk) == rows
    finally:
        small.relieve()


@pytest.mark.slow
def test_a_start_on_a_full_disk_can_at_least_read(on_small_disk: Site, small: SmallDisk) -> None:
    """SQLite needs room for its log's index before it reads; `up` gives it the reserve's."""
    stop(on_small_disk)
    on_small_disk.manage("sweep_storage")
    small.fill()
    try:
        on_small_disk.manage(
            "shell", "--no-imports", "--command",
            "from digitsite.management.commands import up; "
            "up.static_build.is_due = lambda: False; up.prepare()",
        )  # fmt: skip
        client = served(on_small_disk, floor=1)
        assert client.post("predict/", body(FOUR))["digit"] == 4
    finally:
        small.relieve()


LONG = [[[x % 280, 100 + x % 97, x] for x in range(9_000)]]


def noise() -> bytes:
    """A picture of a 1 that no compression makes small."""
    pixels = np.random.default_rng(0).integers(0, 60, (900, 900), dtype=np.uint8)
    pixels[:, 400:500] = 255
    file = io.BytesIO()
    Image.fromarray(255 - pixels).save(file, "PNG")
    return file.getvalue()


def count(site: Site) -> int:
    ask = "from recognizer.models import Drawing; print(Drawing.objects.count())"
    return int(site.manage("shell", "--no-imports", "--command", ask))


# --- one file --------------------------------------------------------------------------

WRITE = """
import resource, signal, sys
from django.conf import settings
from django.core.files.base import ContentFile
settings.configure(USE_TZ=True)
from digitsite.storage.files import WholeFileStorage
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
try:
    WholeFileStorage(sys.argv[1]).save("a/b.png", ContentFile(bytes(2_000_000)))
except OSError:
    print("refused")
"""


def test_a_file_that_cannot_be_written_whole_is_not_there(tmp_path: Path) -> None:
    """The kernel itself cuts the process's files short."""
    done = subprocess.run(
        [sys.executable, "-c", WRITE, str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout == "refused\n", done.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_that_is_written_has_its_name_and_nothing_beside_it(tmp_path: Path) -> None:
    storage = WholeFileStorage(tmp_path, file_permissions_mode=0o600)
    names = [storage.save("a/b.png", ContentFile(content)) for content in (b"one", b"two")]
    assert names[0] == "a/b.png"
    assert names[1] != names[0]
    assert [(tmp_path / name).read_bytes() for name in names] == [b"one", b"two"]
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == sorted(
        Path(name).name for name in names
    )
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in names} == {0o600}


# --- what says that a disk is full -------------------------------------------------------


def test_only_a_full_disk_is_taken_for_one(tmp_path: Path) -> None:
    with open("/dev/full", "wb", buffering=0) as full, pytest.raises(OSError) as no_space:  # noqa: PTH123
        full.write(b"x")
    assert disk.is_full(no_space.value)
    with pytest.raises(OSError) as no_folder:
        (tmp_path / "not" / "there").write_bytes(b"")
    assert not disk.is_full(no_folder.value)
    assert not disk.is_full(ValueError("full"))
    with closing(sqlite3.connect(tmp_path / "small.sqlite3")) as database:
        database.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError) as cause:
            database.execute("CREATE TABLE t AS SELECT randomblob(100000)")
    error = OperationalError("full")
    assert not disk.is_full(error)
    error.__cause__ = cause.value
    assert disk.is_full(error)


@pytest.mark.django_db
def test_the_reserve_is_not_made_where_there_is_hardly_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "db.sqlite3"))
    monkeypatch.setattr(disk, "free_bytes", lambda: disk.RESERVE_BYTES)
    disk.keep_reserve()
    assert not (tmp_path / "reserve").exists()
    assert not disk.spend_reserve()
    monkeypatch.undo()
