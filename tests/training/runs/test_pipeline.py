"""The pipeline in one process, with a tiny training: what it leaves behind and what not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import call_command

from recognizer import gate_words
from recognizer.models import DrawingUse, ModelVersion
from recognizer.services import versions
from recognizer.services.drawings import drawing_delete
from recognizer.serving import browser_files
from tests.support import factories, networks
from training import services
from training.models import TrainingRun

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Status = TrainingRun.Status


@pytest.fixture(autouse=True)
def tiny(settings: Any, tmp_path: Path, mnist_dir: str) -> None:
    """Six hundred images, a gate with floors that a hundred test images can carry."""
    settings.MNIST_DIR = mnist_dir
    settings.TRAIN_MNIST_LIMIT = 600
    settings.RUNS_DIR = tmp_path / "runs"
    settings.GATE = {
        **settings.GATE,
        "digit_floor": 0.3,
        "least_margin": 100,
        "latency_ms": 1000.0,
    }


@pytest.fixture
def small(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs from scratch have a small network, and a gate that asks little of it: what is promised
    is what becomes of its candidate, whichever that is."""
    from training.runs import learning

    monkeypatch.setattr(learning, "build", networks.small)
    settings.GATE = {**settings.GATE, "digit_floor": 0.0}


def run(**options: Any) -> TrainingRun:
    from training.runs import pipeline

    asked = services.run_request(
        **{"trigger": "button", "reason": "a test", "epochs": 1, "send": False, **options}
    )
    done = pipeline.execute(run_id=asked.pk)
    assert done is not None
    return done


def places() -> set[str]:
    return set(storages["artifacts"].listdir("")[0])


def test_manage_train_makes_a_candidate_and_promotes_it_where_that_is_wished(
    live_model: ModelVersion,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    people = [factories.contributor(number) for number in range(12)]
    drawings = [factories.drawing(person, live_model) for person in people]
    with caplog.at_level("INFO", "training.runs"):
        call_command("train", "--mode", "warm", "--epochs", "1", "--auto-promote")
    said = capsys.readouterr().out
    assert "candidate, version 2" in said
    assert "passed     The exported network" in said
    done = TrainingRun.objects.get()
    assert (done.status, done.error) == (Status.CANDIDATE, "")
    version = done.candidate
    assert version is not None
    assert (version.number, version.parent, version.gate_verdict) == (2, live_model, "passed")
    assert version.lineage["parent"] == 1
    assert version.lineage["root"] == live_model.lineage.get("root", live_model.lineage)
    assert version.lineage["dataset_digest"] == done.snapshot_digest
    assert version.lineage["drawings"]["total"] == 12
    assert DrawingUse.objects.filter(version=version).count() == 12
    assert version.metrics["mnist"]["n"] == 100
    assert set(version.manifest["files"]) == {
        "model.keras",
        "model.tflite",
        *browser_files.STORED.values(),
    }
    assert ModelVersion.objects.live() == version
    assert not (settings.RUNS_DIR / str(done.pk)).exists()
    assert stages(caplog.messages, done.pk) == [
        "gathering the examples",
        "building the network",
        "training",
        "training the motion's reader",
        "exporting",
        "evaluating",
    ]
    last = re.compile(rf"Run {done.pk}: candidate after \d+\.\d s\.")
    assert any(last.fullmatch(message) for message in caplog.messages)
    # A drawing that is deleted later leaves its number in the lineage.
    drawing_delete(drawing=drawings[0])
    version.refresh_from_db()
    assert version.drawings_removed() == 1
    assert version.lineage["drawings"]["total"] == 12


def stages(log: list[str], run_id: int) -> list[str]:
    """The stages that the log says were gone through, each with its duration."""
    told = re.compile(rf"Run {run_id}: (.+) took \d+\.\d s\.")
    return [match[1] for match in map(told.fullmatch, log) if match]


@pytest.mark.usefixtures("small")
def test_a_rejected_candidate_stays_visible_and_cannot_be_promoted(
    live_model: ModelVersion, settings: Any
) -> None:
    settings.GATE = {**settings.GATE, "tflite_bytes": 1000}
    done = run(mode="scratch")
    assert done.status == Status.REJECTED
    assert done.candidate is not None
    report = done.candidate.gate_report
    assert [check["name"] for check in report["checks"] if not check["passed"]] == ["size"]
    with pytest.raises(services.Conflict, match="did not pass the gate"):
        versions.version_promote(version=done.candidate, by=None)


@pytest.mark.usefixtures("small")
def test_none_is_promoted_over_a_version_it_was_not_compared_with(
    live_model: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.runs import pipeline

    other = factories.version(parent=live_model)

    register = pipeline._register

    def promoted_meanwhile(*args: Any) -> ModelVersion:
        versions.version_promote(version=other, by=None)
        return register(*args)

    monkeypatch.setattr(pipeline, "_register", promoted_meanwhile)
    done = run(mode="scratch", auto_promote=True)
    assert done.status == Status.CANDIDATE
    assert ModelVersion.objects.live() == other


def test_without_mnist_a_run_fails_and_says_what_to_do(
    live_model: ModelVersion, settings: Any, tmp_path: Path
) -> None:
    settings.MNIST_DIR = str(tmp_path)
    before = places()
    done = run()
    assert done.status == Status.FAILED
    assert "there is no train-images-idx3-ubyte" in done.error
    assert places() == before


@pytest.mark.usefixtures("small")
def test_an_error_in_the_last_step_leaves_no_half_artifact(
    live_model: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.runs import claims, pipeline

    def broken(**_: Any) -> ModelVersion:
        raise RuntimeError("the database went away")

    monkeypatch.setattr(claims, "version_create", broken)
    before = places()
    done = run(mode="scratch")
    assert (done.status, done.error) == (Status.FAILED, "RuntimeError: the database went away")
    assert places() == before
    assert ModelVersion.objects.count() == 1
    assert not (pipeline.run_folder(done) / pipeline.BUILT).exists()


@pytest.mark.usefixtures("small")
def test_a_run_cancelled_while_it_trains_ends_there(
    live_model: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.runs import pipeline, reporter

    monkeypatch.setattr(reporter, "REPORT_SECONDS", 60)  # else a slow machine ends it before
    asked = services.run_request(
        trigger="button", reason="a test", epochs=50, send=False, mode="scratch"
    )

    def cancel(progress: dict[str, Any]) -> None:
        if progress.get("batch") == 2 and TrainingRun.objects.get().is_active:
            services.run_cancel(run=asked)

    done = pipeline.execute(run_id=asked.pk, on_progress=cancel)
    assert done is not None
    assert done.status == Status.CANCELLED
    assert done.history == []
    kept = [path.name for path in pipeline.run_folder(done).iterdir()]
    assert kept == ["checkpoint.npz"]  # by which it may be told to go on


@pytest.mark.usefixtures("small")
def test_a_cancelled_run_goes_on_with_what_it_began_with(live_model: ModelVersion) -> None:
    from training.runs import pipeline

    first = factories.drawing(factories.contributor(), live_model)
    asked = services.run_request(
        trigger="button", reason="a test", epochs=3, send=False, mode="scratch"
    )

    def cancel(progress: dict[str, Any]) -> None:
        if progress.get("epoch") == 3 and TrainingRun.objects.get().is_active:
            services.run_cancel(run=asked)

    stopped = pipeline.execute(run_id=asked.pk, on_progress=cancel)
    assert stopped is not None
    learned = [epoch["validation_nll"] for epoch in stopped.history]
    assert len(learned) == 2
    factories.drawing(factories.contributor(1), live_model)

    services.run_resume(run=stopped)
    done = pipeline.execute(run_id=asked.pk)
    assert done is not None
    assert done.candidate is not None, done.error
    assert ModelVersion.objects.live() == live_model  # where nobody has wished for more
    assert [epoch["validation_nll"] for epoch in done.history][:2] == learned
    assert list(done.candidate.uses.values_list("drawing", flat=True)) == [first.pk]
    assert "resumed" in [entry["what"] for entry in done.log]
    assert not pipeline.run_folder(done).exists()


@pytest.mark.usefixtures("small")
def test_a_damaged_champion_can_be_replaced_from_scratch(live_model: ModelVersion) -> None:
    storage = storages["artifacts"]
    with storage.open(f"{live_model.artifact}/model.tflite", "wb") as file:
        file.write(b"damaged")
    done = run(mode="scratch", epochs=1)
    assert done.candidate is not None, done.error
    mnist = done.candidate.gate_report["checks"][0]
    assert "there is no live version to compare with" in gate_words.sentence(mnist)
