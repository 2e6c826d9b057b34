"""A newly shipped network on a site that has one live: judged there, once, and never forced."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Any

import pytest

from recognizer.models import DrawingUse, ModelVersion
from recognizer.services import versions
from recognizer.serving import artifacts, registry
from tests.support import factories, networks
from training import tasks

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


@pytest.fixture(autouse=True)
def small(settings: Any, mnist_dir: str) -> None:
    settings.MNIST_DIR = mnist_dir
    settings.TRAIN_MNIST_LIMIT = 600
    settings.GATE = {**settings.GATE, "digit_floor": 0.5, "latency_ms": 1000.0}


@pytest.fixture
def old(tmp_path: Path, formats: Path, monkeypatch: pytest.MonkeyPatch) -> ModelVersion:
    """A site of before: a network of format 1 is live, with files for browsers of then. The
    site's code has been brought up to date since."""
    before = networks.as_before(Path(shutil.copytree(formats / "1", tmp_path / "before")))
    monkeypatch.setattr(versions, "SHIPPED", before)
    version = versions.version_install(folder=before)
    assert version is not None
    monkeypatch.setattr(versions, "SHIPPED", formats / "2")
    return version


def offered() -> ModelVersion | None:
    """The version that a worker's start has added, if any."""
    count = ModelVersion.objects.count()
    tasks.shipped_offer()
    return ModelVersion.objects.first() if ModelVersion.objects.count() > count else None


def test_it_works(old: ModelVersion, visitor: Any, caplog: pytest.LogCaptureFixture) -> None:
    people = [factories.contributor(number) for number in range(12)]
    drawn = [factories.drawing(person, old) for person in people]
    with caplog.at_level(logging.INFO, "training.runs"):
        version = offered()
    assert version is not None
    assert (version.number, version.gate_verdict, version.installed) == (2, "passed", True)
    assert "Version 2 came with the site. It passed the gate" in caplog.text
    report = version.gate_report
    assert report["champion"] == 1
    assert {check["name"] for check in report["checks"]} >= {"mnist", "held_out", "promises"}
    assert version.metrics["mnist"]["n"] == 100
    assert 0 < version.metrics["held_out"]["n"] < 12
    uses = DrawingUse.objects.filter(version=version, role=DrawingUse.Role.HELD_OUT)
    assert {use.drawing_id for use in uses} == {drawing.pk for drawing in drawn}
    assert ModelVersion.objects.live() == old
    assert registry.live().number == 1


def test_it_is_offered_once(old: ModelVersion) -> None:
    first = offered()
    assert first is not None
    assert offered() is None
    versions.version_promote(version=first, by=None)
    assert offered() is None
    versions.version_rollback(by=None)
    assert offered() is None


def test_the_gate_may_turn_it_away(
    old: ModelVersion, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.GATE = {**settings.GATE, "tflite_bytes": 1000}
    with caplog.at_level(logging.INFO, "training.runs"):
        version = offered()
    assert version is not None
    assert version.gate_verdict == "failed"
    assert "The gate turned it away" in caplog.text
    with pytest.raises(versions.Conflict, match="did not pass the gate"):
        versions.version_promote(version=version, by=None)
    assert offered() is None


def test_where_it_is_live_or_nothing_is_there_is_nothing_to_offer(
    formats: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "SHIPPED", formats / "2")
    assert offered() is None
    versions.version_install(folder=formats / "2")
    assert offered() is None


def test_without_mnist_it_waits_for_the_next_start(
    old: ModelVersion,
    settings: Any,
    mnist_dir: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.MNIST_DIR = str(tmp_path)
    places = artifacts.storage().listdir("")[0]
    assert offered() is None
    assert "cannot be judged yet: " in caplog.text
    assert artifacts.storage().listdir("")[0] == places
    settings.MNIST_DIR = mnist_dir
    assert offered() is not None


def test_a_damaged_one_is_left_alone(
    old: ModelVersion, tmp_path: Path, formats: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a start nor a worker fails for it."""
    damaged = Path(shutil.copytree(formats / "2", tmp_path / "damaged"))
    monkeypatch.setattr(versions, "SHIPPED", damaged)
    (damaged / "model.tflite").write_bytes(b"something else")
    assert offered() is None
    (damaged / "manifest.json").write_text("{")
    assert not versions.shipped_is_new()
    assert offered() is None
