"""An artifact is written whole, its two files agree, and both are served by their engines."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from recognizer import artifacts, browser
from recognizer.exceptions import BadArtifact
from recognizer.inference import LiteRTEngine, warm
from training import hands
from training.calibrate import softmax

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

THRESHOLDS = {"sure": 0.9, "not_a_digit": 0.5, "alternative": 0.05}


def glyphs() -> np.ndarray:
    return hands.generate(50, np.random.default_rng(0)).pixels


@pytest.fixture(scope="module")
def model() -> Any:
    from training.network import build

    return build(4)


@pytest.fixture(scope="module")
def artifact(model: Any, tmp_path_factory: Any) -> tuple[Path, dict[str, Any]]:
    from training.export import export

    folder = tmp_path_factory.mktemp("export") / "artifact"
    parity = export(
        model,
        folder,
        temperature=1.7,
        thresholds=THRESHOLDS,
        extra_manifest={"metrics": {"accuracy": 0.5}, "lineage": {"run": 3}},
        glyphs=glyphs(),
    )
    return folder, parity


def test_it_works(artifact: tuple[Path, dict[str, Any]]) -> None:
    folder, parity = artifact
    assert parity["n"] == 50
    assert parity["largest_difference"] < 1e-5
    assert parity["same_answers"] == 1
    names = sorted(path.name for path in folder.iterdir())
    assert names == [
        "manifest.json",
        "model.json.br",
        "model.keras",
        "model.tflite",
        "weights.bin.br",
    ]
    assert [path.name for path in folder.parent.iterdir()] == ["artifact"]


def test_the_manifest_describes_the_files(artifact: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = artifact
    manifest = artifacts.read_manifest(folder)
    for name in ("model.keras", "model.tflite", *browser.STORED.values()):
        content = (folder / name).read_bytes()
        facts = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        assert manifest["files"][name] == facts
    assert manifest["labels"] == [*"0123456789", "not_a_digit"]
    assert manifest["temperature"] == 1.7
    assert manifest["thresholds"] == THRESHOLDS
    assert manifest["lineage"] == {"run": 3}
    assert manifest["metrics"] == {"accuracy": 0.5}
    assert json.loads((folder / "manifest.json").read_text()) == manifest


def test_the_files_answer_with_calibrated_probabilities(
    model: Any, artifact: tuple[Path, dict[str, Any]]
) -> None:
    from training.engine import KerasEngine
    from training.network import read_logits

    wanted = softmax(read_logits(model, glyphs()), 1.7)
    for engine in (KerasEngine, LiteRTEngine):
        content = (artifact[0] / engine.file_name).read_bytes()
        answers = engine(content).read(glyphs())
        assert answers.dtype == np.float32
        assert np.abs(answers - wanted).max() < 1e-5


def test_an_engine_answers_batches_of_any_size_alike(
    artifact: tuple[Path, dict[str, Any]],
) -> None:
    from training.engine import KerasEngine

    engine = KerasEngine((artifact[0] / "model.keras").read_bytes())
    warm(engine)
    whole = engine.read(glyphs())
    for size in (1, 2, 7):
        assert np.allclose(engine.read(glyphs()[:size]), whole[:size], atol=1e-6)


def test_the_small_file_is_small(artifact: tuple[Path, dict[str, Any]]) -> None:
    assert (artifact[0] / "model.tflite").stat().st_size < 1_200_000


def test_the_champion_can_be_trained_on(model: Any, artifact: tuple[Path, dict[str, Any]]) -> None:
    from training.network import load, read_logits

    champion = load((artifact[0] / "model.keras").read_bytes())
    assert np.allclose(read_logits(champion, glyphs()), read_logits(model, glyphs()), atol=1e-5)
    assert champion.count_params() == model.count_params()


def test_a_damaged_file_is_refused(artifact: tuple[Path, dict[str, Any]]) -> None:
    from training.engine import KerasEngine

    content = (artifact[0] / "model.keras").read_bytes()
    with pytest.raises(BadArtifact):
        KerasEngine(content[: len(content) // 2])


def test_a_network_of_another_shape_is_refused(tmp_path: Path) -> None:
    from training.engine import KerasEngine
    from training.keras_setup import keras

    inputs = keras.Input((14, 14, 1))
    outputs = keras.layers.Dense(11, name="logits")(keras.layers.Flatten()(inputs))
    keras.Model(inputs, outputs).save(tmp_path / "model.keras")
    with pytest.raises(BadArtifact, match="14"):
        KerasEngine((tmp_path / "model.keras").read_bytes())


def export_to(folder: Path, model: Any, **changes: Any) -> dict[str, Any]:
    from training.export import export

    arguments: dict[str, Any] = {
        "temperature": 1.0,
        "thresholds": THRESHOLDS,
        "extra_manifest": {},
        "glyphs": glyphs(),
        **changes,
    }
    return export(model, folder, **arguments)


def test_browsers_are_told_to_answer_as_the_server(
    model: Any, artifact: tuple[Path, dict[str, Any]]
) -> None:
    from training.browser_engine import BrowserEngine

    folder, _ = artifact
    told = artifacts.read_manifest(folder)["browser"]
    assert told["n"] == 50
    files = {
        stored.removesuffix(browser.SUFFIX): browser.expanded((folder / stored).read_bytes())
        for stored in browser.STORED.values()
    }
    served = LiteRTEngine((folder / "model.tflite").read_bytes()).read(glyphs())
    difference = np.abs(BrowserEngine(files).read(glyphs()) - served).max()
    assert 0 < difference == pytest.approx(told["largest_difference"])
    assert difference <= 5e-3


@pytest.mark.parametrize("fault", ["other weights", "another digit", "not for browsers"])
def test_what_browsers_would_read_otherwise_is_left_out(
    model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """And the version works all the same."""
    from training import browser_files
    from training.export import _with_probabilities
    from training.network import build
    from training.tfjs import NotForBrowsers

    real = browser_files.to_tfjs
    stranger = _with_probabilities(build(99), 1.0)

    def write(network: Any) -> dict[str, bytes]:
        if fault == "not for browsers":
            raise NotForBrowsers("A layer is not known.")
        return real(stranger)

    monkeypatch.setattr(browser_files, "to_tfjs", write)
    if fault == "another digit":
        monkeypatch.setattr(browser_files, "LARGEST_DIFFERENCE", 1.0)
    assert export_to(tmp_path / "artifact", model)["same_answers"] == 1
    manifest = artifacts.read_manifest(tmp_path / "artifact")
    assert set(manifest["files"]) == {"model.keras", "model.tflite"}
    assert list(manifest["browser"]) == ["left_out"]
    reason = {"other weights": "by up to", "another digit": "of 50 glyphs"}.get(fault, "not known")
    assert reason in manifest["browser"]["left_out"]


def test_lost_weights_are_noticed_and_nothing_is_left(
    model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training import export

    real = export._converted

    def without_weights(network: Any) -> bytes:
        return real(network)[:20_000]

    monkeypatch.setattr(export, "_converted", without_weights)
    with pytest.raises(export.ExportFailed, match="weights"):
        export_to(tmp_path / "artifact", model)
    assert list(tmp_path.iterdir()) == []


def test_two_files_that_disagree_are_noticed_and_nothing_is_left(
    model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training import export
    from training.network import build

    real = export._converted
    stranger = export._with_probabilities(build(99), 1.0)
    monkeypatch.setattr(export, "_converted", lambda network: real(stranger))
    with pytest.raises(export.ExportFailed, match="differ"):
        export_to(tmp_path / "artifact", model)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_written_over(model: Any, tmp_path: Path) -> None:
    from training.export import ExportFailed

    (tmp_path / "artifact").mkdir()
    (tmp_path / "artifact" / "kept").touch()
    with pytest.raises(ExportFailed, match="exists"):
        export_to(tmp_path / "artifact", model)
    assert [path.name for path in (tmp_path / "artifact").iterdir()] == ["kept"]
