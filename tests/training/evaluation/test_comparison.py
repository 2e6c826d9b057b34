"""Candidate and champion on the same data: what is compared, and what the report keeps."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recognizer.models import ModelVersion
from recognizer.services import versions
from tests.support import factories
from tests.training.data.test_unlabelled import draw, person
from training.data.mnist import Mnist, load_configured
from training.data.snapshot import take_snapshot
from training.evaluation import comparison
from training.evaluation.comparison import Comparison

pytestmark = [pytest.mark.long, pytest.mark.django_db]

PARITY = {"n": 1, "largest_difference": 0.0, "same_answers": 1.0}


@pytest.fixture
def mnist(mnist_dir: str, settings: Any) -> Mnist:
    settings.MNIST_DIR = mnist_dir
    return load_configured().limited(6000)


def judge(champion: ModelVersion | None, mnist: Mnist, built: Path) -> Comparison:
    """The shipped network, judged as a candidate."""
    folder = Path(shutil.copytree(versions.SHIPPED, built / "artifact"))
    return comparison.judge(folder, champion, take_snapshot(), mnist, PARITY)


def sets(judged: Comparison) -> dict[str, Any]:
    return {one["name"]: one for one in judged.report["sets"]}


def test_it_works(live_model: ModelVersion, mnist: Mnist, tmp_path: Path) -> None:
    for number in range(12):
        factories.drawing(factories.contributor(number), live_model)
        factories.drawing(factories.contributor(number), live_model, source="camera", shape="7")
    judged = judge(live_model, mnist, tmp_path)
    report = judged.report
    assert json.loads(json.dumps(report)) == report
    assert (report["verdict"], report["champion"]) == ("passed", live_model.number)
    found = sets(judged)
    assert {"mnist", "held_out", "promises", "unlabelled", "made_up"} - set(found) == {
        "unlabelled"  # nobody drew anything without a label
    }
    assert {"source_ink", "source_camera"} <= set(found)
    assert found["source_ink"]["n"] + found["source_camera"]["n"] == found["held_out"]["n"]
    digits = [found[f"digit_{digit}"]["n"] for digit in range(10)]
    assert sum(digits) == found["mnist"]["n"] + found["held_out"]["n"] == 1000 + digits_held_out()
    assert all(one["fixed"] == one["broken"] == 0 for one in found.values())
    assert report["champion_latency_ms"] > 0


def digits_held_out() -> int:
    return len(take_snapshot().held_out)


def test_the_report_keeps_what_the_page_shows(
    live_model: ModelVersion, mnist: Mnist, tmp_path: Path
) -> None:
    judged = judge(live_model, mnist, tmp_path)
    pictures = judged.report["pictures"]["mnist"]
    for who in ("candidate", "champion"):
        matrix = np.array(pictures[who]["confusion"])
        assert matrix.sum() == 1000
        assert len(pictures[who]["misread"]) == 1000 - np.trace(matrix)
        for row, label, answer in pictures[who]["misread"]:
            assert mnist.test_labels[row] == label != answer
        assert sum(count for count, _, _ in pictures[who]["reliability"]) == 1000


def test_misread_drawings_of_held_out_people_are_named(
    live_model: ModelVersion, mnist: Mnist, tmp_path: Path
) -> None:
    for number in range(12):
        factories.drawing(factories.contributor(number), live_model, accepted_label="9")
    held_out = take_snapshot().held_out
    report = judge(live_model, mnist, tmp_path).report
    misread = report["pictures"]["held_out"]["candidate"]["misread"]
    assert misread == [[str(pk), 9, 4] for pk in held_out.ids]
    assert [(pen["name"], pen["n"]) for pen in report["pens"]] == [("pen_pointer", len(misread))]


def test_without_a_champion_nothing_is_compared(mnist: Mnist, tmp_path: Path) -> None:
    judged = judge(None, mnist, tmp_path)
    assert judged.report["verdict"] == "passed"
    assert judged.report["champion"] is judged.report["champion_latency_ms"] is None
    assert set(judged.report["pictures"]["mnist"]) == {"candidate"}


def test_unlabelled_drawings_are_compared_with_the_champion_s_sure_answers(
    live_model: ModelVersion, mnist: Mnist, tmp_path: Path
) -> None:
    for _ in range(4):
        draw(person(held_out=True), live_model)
    found = sets(judge(live_model, mnist, tmp_path))["unlabelled"]
    assert (found["n"], found["right"], found["broken"]) == (4, 4, 0)


def test_with_enough_of_them_no_digits_are_made_up(
    live_model: ModelVersion, mnist: Mnist, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison.unlabelled, "ENOUGH", 3)
    for _ in range(4):
        draw(person(held_out=True), live_model)
    assert "made_up" not in sets(judge(live_model, mnist, tmp_path))
