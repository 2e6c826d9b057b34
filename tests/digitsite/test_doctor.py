"""The doctor finds what is wrong with an installation, and says how to mend it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from digitsite import doctor
from digitsite.doctor import Finding, State
from tests.support.buckets import Bucket
from training import services

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def static_root(settings: Any, tmp_path: Path) -> Path:
    """Static files that look built, and a folder of this test's own."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    (settings.STATIC_ROOT / "staticfiles.json").write_text("{}")
    settings.VAR_DIR = tmp_path
    return tmp_path / "static"


def found(what: str) -> Finding:
    [finding] = [each for each in doctor.examine() if each.what == what]
    return finding


def broken(what: str) -> Finding:
    finding = found(what)
    assert finding.state is State.BROKEN
    return finding


def test_it_works(live_model: Any, capsys: pytest.CaptureFixture[str]) -> None:
    services.message_arrived(now=timezone.now())
    call_command("doctor")
    said = capsys.readouterr().out
    assert "0 broken" in said
    for what in ("tables: up to date", "media: takes files", "artifacts: takes files", "model: ok"):
        assert f"ok      {what}" in said


def test_a_broken_site_ends_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:  # no model
        call_command("doctor")
    assert ended.value.code == 1
    assert "prepare database" in capsys.readouterr().out


def test_tables_that_are_behind() -> None:
    last = MigrationRecorder.Migration.objects.filter(app="recognizer").latest("name")
    last.delete()
    finding = broken("tables")
    assert f"recognizer.{last.name}" in finding.said
    assert "prepare database" in finding.remedy


def test_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OperationalError("The database has gone away.")

    monkeypatch.setattr(connection, "cursor", refuse)
    assert "DATABASE_URL" in broken("database").remedy


def test_a_redis_that_is_away(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert "REDIS_URL" in broken("redis").remedy


@pytest.mark.redis
def test_a_redis_that_forgets(settings: Any, redis_url: str) -> None:
    import redis

    settings.REDIS_URL = redis_url
    assert found("redis").state is State.WELL
    with redis.Redis.from_url(redis_url) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        finding = found("redis")
        client.config_set("maxmemory-policy", "noeviction")
    assert finding.state is State.ODD
    assert "allkeys-lru" in finding.said


def test_a_bucket_that_is_not_there(settings: Any, bucket: Bucket) -> None:
    settings.S3_BUCKET = bucket.name
    settings.STORAGES = {**settings.STORAGES, **bucket.storages()}
    assert found("media").state is State.WELL
    assert bucket.names() == set()
    wrong = Bucket(bucket.address, "another-bucket")
    settings.STORAGES = {**settings.STORAGES, **wrong.storages()}
    assert "S3_BUCKET" in broken("media").remedy


def test_a_key_that_others_can_read(settings: Any) -> None:
    key = settings.VAR_DIR / "secret-key"
    key.write_text("x")
    key.chmod(0o644)
    assert broken("secret-key").remedy == f"chmod 600 {key}"


def test_static_files_that_are_not_built(static_root: Path) -> None:
    (static_root / "staticfiles.json").unlink()
    assert "prepare static" in broken("static files").remedy


def test_a_setting_that_cannot_be_meant(settings: Any) -> None:
    settings.SECRET_KEY = "abc"
    finding = broken("settings (digitsite.E003)")
    assert "Leave it out" in finding.remedy


def test_an_examination_that_fails_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def _some_part() -> Any:
        raise RuntimeError("what nobody thought of")
        yield

    monkeypatch.setattr(doctor, "EXAMINATIONS", (_some_part,))
    assert doctor.examine() == [Finding("some part", State.BROKEN, "what nobody thought of")]
