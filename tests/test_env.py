"""The environment is read with types, and nonsense is refused at the start."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from digitsite import checks, env

ROOT = Path(__file__).resolve().parent.parent


def test_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"A": "2.5", "B": "7", "C": "keras", "D": "yes"}.items():
        monkeypatch.setenv(name, value)
    assert env.positive("A", 1.0) == 2.5
    assert env.count("B", 1) == 7
    assert env.choice("C", "litert", ("litert", "keras")) == "keras"
    assert env.flag("D", False) is True


def test_what_is_not_set_has_its_default() -> None:
    assert env.positive("NOT_SET", 1e-3) == 1e-3
    assert env.count("NOT_SET", 4) == 4
    assert env.choice("NOT_SET", "litert", ("litert", "keras")) == "litert"
    assert env.flag("NOT_SET", True) is True


@pytest.mark.parametrize(("given", "value"), [("1e-3", 1e-3), ("0.5", 0.5), (" 3 ", 3.0)])
def test_numbers_are_read_as_they_are_written(
    monkeypatch: pytest.MonkeyPatch, given: str, value: float
) -> None:
    monkeypatch.setenv("A", given)
    assert env.positive("A", 1.0) == value


@pytest.mark.parametrize("given", ["0", "-1", "nan", "inf", "-inf", "", "many", "1,5", "1.5 s"])
def test_what_is_no_positive_number_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("A", given)
    with pytest.raises(ImproperlyConfigured, match="A must be"):
        env.positive("A", 1.0)


@pytest.mark.parametrize("given", ["-1", "0", "1.5", "", "many", "1e3", "0x10"])
def test_what_is_no_count_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("A", given)
    with pytest.raises(ImproperlyConfigured, match="A must be"):
        env.count("A", 4, least=1)


@pytest.mark.parametrize("given", ["", "Keras", "tensorflow"])
def test_what_is_no_choice_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("A", given)
    with pytest.raises(ImproperlyConfigured, match="A must be one of litert, keras"):
        env.choice("A", "litert", ("litert", "keras"))


@pytest.mark.parametrize(
    ("given", "value"),
    [("true", True), ("True", True), ("1", True), ("on", True), ("false", False), ("0", False)],
)
def test_flags_have_several_words(monkeypatch: pytest.MonkeyPatch, given: str, value: bool) -> None:
    monkeypatch.setenv("A", given)
    assert env.flag("A", not value) is value


@pytest.mark.parametrize("given", ["ture", "", "2", "enabled"])
def test_a_misspelt_flag_is_not_taken_for_no(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    """Who writes HTTPS=ture must not be served without it."""
    monkeypatch.setenv("A", given)
    with pytest.raises(ImproperlyConfigured, match="A must be true or false"):
        env.flag("A", False)


# --- the secret key ---------------------------------------------------------------


@pytest.mark.parametrize("key", ["given", "$begins-like-another-variable"])
def test_a_given_key_is_used_and_none_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str
) -> None:
    monkeypatch.setenv("SECRET_KEY", key)
    assert env.secret_key(tmp_path / "key") == key
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_made_once_and_kept_from_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SECRET_KEY")
    path = tmp_path / "var" / "key"
    key = env.secret_key(path)
    assert len(key) >= 50
    assert env.secret_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["key"]


def test_who_makes_the_key_second_takes_the_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SECRET_KEY")
    path = tmp_path / "key"
    hardlink_to = Path.hardlink_to

    def somebody_was_first(self: Path, target: Path) -> None:
        self.write_text("the first one's key\n")
        hardlink_to(self, target)

    monkeypatch.setattr(Path, "hardlink_to", somebody_was_first)
    assert env.secret_key(path) == "the first one's key"
    assert [entry.name for entry in tmp_path.iterdir()] == ["key"]


# --- settings and their checks ----------------------------------------------------


def settings_with(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What Django says of these settings, in a process of their own."""
    keep = {"PATH": os.environ["PATH"], "SECRET_KEY": "x" * 60, "VAR_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=keep | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("RETRAIN_CRON", "every day"), ("HTTPS", "ture"), ("BROKER_URL", "carrier-pigeon://")],
)
def test_settings_that_make_no_sense_stop_the_site(tmp_path: Path, name: str, value: str) -> None:
    said = settings_with(tmp_path, **{name: value})
    assert said.returncode != 0
    assert name in said.stderr


@pytest.mark.parametrize(
    ("changes", "check", "said"),
    [
        ({"WEB_WORKERS": 2, "REDIS_URL": ""}, checks.workers_share_counters, ["digitsite.W001"]),
        ({"WEB_WORKERS": 2, "REDIS_URL": "redis://r"}, checks.workers_share_counters, []),
        ({"WEB_WORKERS": 1, "REDIS_URL": ""}, checks.workers_share_counters, []),
        ({"HELD_OUT_PERCENT": 100}, checks.held_out_leaves_something, ["digitsite.E001"]),
        ({"HELD_OUT_PERCENT": 99}, checks.held_out_leaves_something, []),
        ({"CELERY_BROKER_URL": "pigeon://"}, checks.broker_is_known, ["digitsite.E002"]),
        ({"CELERY_BROKER_URL": "redis://r"}, checks.broker_is_known, []),
        ({"CELERY_BROKER_URL": "filesystem://"}, checks.broker_is_known, []),
    ],
)
def test_impossible_combinations_are_named(
    settings: Any, changes: dict[str, Any], check: Any, said: list[str]
) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    assert [message.id for message in check()] == said
