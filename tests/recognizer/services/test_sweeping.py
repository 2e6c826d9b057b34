"""What is left behind is found again: files, rows and counters, whatever killed whom."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from recognizer import tasks
from recognizer.models import Contributor, Drawing, ModelVersion, StorageUse
from recognizer.services import sweeping, versions
from recognizer.services.drawings import drawings_delete
from recognizer.serving import artifacts, registry
from tests import ROOT
from tests.support import factories
from tests.support.api import image_files, own, stored
from tests.support.drawings import FOUR, body, in_base64, picture
from tests.support.site import Client, Site

NOW = timezone.now


def photo(client: APIClient) -> Drawing:
    answer = stored(client, {"image": in_base64(picture()), "source": "upload"})
    return Drawing.objects.get(pk=answer["id"])


def sweep(*, hours: int = 0, everything: bool = False) -> list[str]:
    """A sweep in so many hours."""
    return sweeping.storage_sweep(now=NOW() + timedelta(hours=hours), everything=everything)


# --- files --------------------------------------------------------------------------------

KILLED_BEFORE_ITS_ROW = """
import os, signal
from recognizer.services.drawings import drawing_submit
from recognizer.submission import parse
drawing_submit(
    submission=parse({"image": IMAGE}),
    contributor=lambda: os.kill(os.getpid(), signal.SIGKILL),
    source="upload",
)
"""
KILLED_WHILE_IT_WRITES = """
import os, signal, uuid
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

class Fatal(ContentFile):
    def chunks(self, chunk_size=None):
        yield bytes(100_000)
        os.kill(os.getpid(), signal.SIGKILL)

default_storage.save(f"drawings/2026/01/{uuid.uuid4().hex}.png", Fatal(b"x"))
"""


@pytest.mark.slow
@pytest.mark.parametrize("program", [KILLED_BEFORE_ITS_ROW, KILLED_WHILE_IT_WRITES])
def test_what_a_kill_leaves_is_removed(tmp_path: Path, program: str) -> None:
    """A real SIGKILL between a picture's file and its row, or in the middle of the file."""
    with Site(tmp_path, BROKER_URL="filesystem://") as site:
        code = program.replace("IMAGE", repr(in_base64(picture())))
        killed = subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "--command", code],
            cwd=ROOT,
            env=site.environment,
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL
        left = [path for path in (tmp_path / "media").rglob("*") if path.is_file()]
        assert len(left) == 1
        # It may be that of a request at work.
        assert site.manage("sweep_storage").strip() == "Everything was in order."
        assert left[0].exists()
        site.environment["TEST_GRACE_SECONDS"] = "0"
        assert "1 files that belonged to no drawing" in site.manage("sweep_storage")
        assert not left[0].exists()


@pytest.mark.usefixtures("live_model")
def test_it_works(visitor: APIClient) -> None:
    """Only what belongs to nobody goes: the drawings' own files stay, however old."""
    kept = photo(visitor)
    assert sweep(hours=900) == []
    strangers = [
        default_storage.save(f"drawings/{name}", ContentFile(b"x"))
        for name in ("2026/01/notes.txt", f"2025/12/{kept.pk.hex}.png", "x")
    ]
    assert sweep() == []
    assert len(strangers) == 3
    assert sweep(hours=2) == ["3 files that belonged to no drawing were deleted."]
    assert image_files() == [Path(kept.image.path)]
    assert sweep(hours=2) == []


@pytest.mark.usefixtures("live_model")
def test_a_file_that_could_not_be_deleted_with_its_drawing_goes_later(
    visitor: APIClient, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo(visitor)
    path = image_files()[0]
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", _refuse)
        patch.setattr(os, "remove", _refuse)
        with django_capture_on_commit_callbacks(execute=True):
            assert drawings_delete(drawings=list(Drawing.objects.all())) == 1
    assert path.exists()
    sweep(hours=2)
    assert not path.exists()


def _refuse(*_: Any, **__: Any) -> None:
    raise PermissionError("read-only")


def test_an_artifact_that_never_became_a_version_is_removed(live_model: ModelVersion) -> None:
    """As a training that was killed between the two leaves it, or in the middle of the copy."""
    whole, _manifest = artifacts.store(versions.SHIPPED)
    artifacts.storage().save("half/model.keras.part", ContentFile(b"x"))
    folder = Path(artifacts.storage().path(""))
    assert sweep() == []
    assert sweep(hours=2) == ["2 artifacts that were no version's were deleted."]
    assert [path.name for path in folder.iterdir()] == [live_model.artifact]
    assert whole != live_model.artifact
    registry.reset()
    assert registry.live().number == 1


def test_the_files_of_another_database_are_left_and_told_of(
    live_model: ModelVersion, capsys: pytest.CaptureFixture[str]
) -> None:
    """As of who tries PostgreSQL on the folder of a site that had SQLite."""
    name = default_storage.save("drawings/2026/01/theirs.png", ContentFile(b"x"))
    artifacts.storage().save("theirs/model.keras", ContentFile(b"x"))
    artifact = artifacts.storage().path("theirs/model.keras")
    theirs = [Path(default_storage.path(name)), Path(artifact)]
    for path in theirs:
        os.utime(path, (0, 0))
    (said,) = sweep(hours=2)
    assert said.startswith("2 files or artifacts belong to nothing and are older")
    assert all(path.exists() for path in theirs)
    call_command("sweep_storage", everything=True)
    assert not any(path.exists() for path in theirs)
    assert "1 files that belonged to no drawing" in capsys.readouterr().out


# --- rows without files ---------------------------------------------------------------------


@pytest.mark.usefixtures("live_model")
def test_a_row_without_its_file_is_marked_and_stays(
    visitor: APIClient, caplog: pytest.LogCaptureFixture
) -> None:
    lost, there = photo(visitor), photo(visitor)
    stored(visitor, body(FOUR))
    path = Path(lost.image.path)
    aside = path.rename(path.with_name("aside"))
    assert sweep() == ["1 drawings have lost their image's file, or have it again."]
    assert str(lost.pk) in caplog.text
    assert list(Drawing.objects.filter(image_lost=True)) == [lost]
    assert visitor.get(own({"id": lost.pk})).status_code == 200
    assert sweep() == []
    aside.rename(path)
    assert sweep() == ["1 drawings have lost their image's file, or have it again."]
    assert not Drawing.objects.filter(image_lost=True).exists()
    assert there.image.storage.exists(there.image.name)


@pytest.mark.usefixtures("live_model")
def test_of_a_folder_that_is_gone_all_are_marked(visitor: APIClient) -> None:
    for _ in range(3):
        photo(visitor)
    for path in image_files():
        path.unlink()
    path.parent.rmdir()
    sweep()
    assert Drawing.objects.filter(image_lost=True).count() == Drawing.objects.count() == 3


# --- what is too old ------------------------------------------------------------------------


def decided(drawing: dict[str, Any], days: int, **fields: Any) -> None:
    then = NOW() - timedelta(days=days)
    Drawing.objects.filter(pk=drawing["id"]).update(created_at=then, **fields)


@pytest.mark.usefixtures("live_model")
def test_what_is_of_no_use_goes_when_the_settings_say_so(visitor: APIClient, settings: Any) -> None:
    old, fresh, labelled, rejected, late = (stored(visitor) for _ in range(5))
    decided(old, days=40)
    decided(fresh, days=20)
    decided(labelled, days=40, label="4", review="pending")
    then = NOW() - timedelta(days=40)
    decided(rejected, days=40, label="4", review="rejected", reviewed_at=then)
    decided(late, days=40, label="4", review="rejected", reviewed_at=NOW())
    assert sweep() == []
    settings.RETENTION_DAYS = {"unlabelled": 30, "rejected": 30}
    assert sweep() == [
        "1 unlabelled drawings were too old and are deleted.",
        "1 rejected drawings were too old and are deleted.",
    ]
    left = {str(key) for key in Drawing.objects.values_list("pk", flat=True)}
    assert left == {fresh["id"], labelled["id"], late["id"]}
    assert Contributor.objects.get().stored_drawings == 3


@pytest.mark.usefixtures("live_model")
def test_what_gets_its_label_at_that_moment_stays(
    visitor: APIClient, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RETENTION_DAYS = {"unlabelled": 30}
    drawing = stored(visitor)
    decided(drawing, days=40)

    def labelled_first(**how: Any) -> int:
        assert visitor.post(own(drawing, "label/"), {"label": 4}).status_code == 200
        return drawings_delete(**how)

    monkeypatch.setattr(sweeping, "drawings_delete", labelled_first)
    assert sweep() == []
    assert Drawing.objects.get().label == "4"


# --- counters -------------------------------------------------------------------------------


@pytest.mark.usefixtures("live_model")
def test_counters_that_are_wrong_are_counted_anew(visitor: APIClient) -> None:
    for _ in range(3):
        stored(visitor)
    Drawing.objects.all()[0].delete()  # past the services
    assert sweep() == ["2 counters of the quotas were wrong and are mended."]
    for row in (Contributor.objects.get(), StorageUse.objects.get(owner=StorageUse.SITE)):
        weights = Drawing.objects.values_list("stored_bytes", flat=True)
        assert (row.stored_drawings, row.stored_bytes) == (2, sum(weights))
    assert sweep() == []


def test_a_versions_drawings_are_counted_and_counted_down(live_model: ModelVersion) -> None:
    drawings = [factories.drawing(factories.contributor(), live_model) for _ in range(2)]
    for drawing in drawings:
        live_model.uses.create(drawing=drawing, role="train")
    sentence = "1 versions' counts of their drawings were wrong and are mended."
    assert sentence not in sweep()  # it was not known, which is no fault
    ModelVersion.objects.filter(drawings_left=2).update(drawings_left=7)
    assert sweep() == [sentence]
    drawings_delete(drawings=drawings[:1])
    live_model.refresh_from_db()
    assert live_model.drawings_left == 1
    assert sweep() == []


@pytest.mark.usefixtures("live_model")
def test_addresses_are_forgotten_after_their_day(visitor: APIClient) -> None:
    stored(visitor)
    assert StorageUse.objects.count() == 2
    sweep()
    assert StorageUse.objects.count() == 2
    StorageUse.objects.exclude(day=None).update(day=NOW().date() - timedelta(days=1))
    sweep()
    assert StorageUse.objects.get().owner == StorageUse.SITE


# --- who asks for it ------------------------------------------------------------------------


@pytest.mark.django_db
def test_sessions_that_ended_are_forgotten() -> None:
    for key, hours in (("ended", -1), ("going on", 1)):
        end = NOW() + timedelta(hours=hours)
        Session.objects.create(session_key=key, session_data="", expire_date=end)
    assert sweep() == []
    assert [one.session_key for one in Session.objects.all()] == ["going on"]


@pytest.mark.usefixtures("live_model")
def test_the_task_and_the_command_sweep(
    visitor: APIClient, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "GRACE", timedelta())
    for ask in (tasks.storage_sweep, lambda: call_command("sweep_storage")):
        name = default_storage.save("drawings/2026/01/stray.png", ContentFile(b"x"))
        ask()
        assert not default_storage.exists(name)
    assert capsys.readouterr().out == "1 files that belonged to no drawing were deleted.\n"


# --- the drawings of before -----------------------------------------------------------------


@pytest.mark.slow
def test_a_site_of_before_has_its_drawings_weighed(tmp_path: Path) -> None:
    with Site(tmp_path, BROKER_URL="filesystem://") as site:
        site.web()
        client = Client(site)
        client.post("drawings/", body(FOUR, label="4"))
        client.post("drawings/", {"image": in_base64(picture()), "source": "upload"})
        said = site.manage("shell", "--no-imports", "--command", THERE_AND_BACK).splitlines()
    assert said[:3] == said[3:6]
    assert said[6:] == ["Everything was in order."]


WEIGHTS = """
from recognizer.models import Contributor, Drawing, StorageUse
print(sorted(Drawing.objects.values_list("stored_bytes", flat=True)))
print(Contributor.objects.values_list("stored_drawings", "stored_bytes"))
print(StorageUse.objects.filter(owner="site").values_list("stored_drawings", "stored_bytes"))
"""
# In one process: each takes a second to start.
THERE_AND_BACK = f"""
from django.core.management import call_command
{WEIGHTS}
call_command("migrate", "recognizer", "0003", verbosity=0)
call_command("migrate", "recognizer", verbosity=0)
{WEIGHTS}
call_command("sweep_storage")
"""
