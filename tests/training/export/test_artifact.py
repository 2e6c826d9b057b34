"""An artifact of either format is written whole, its files agree, and engines serve them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from recognizer.exceptions import BadArtifact
from recognizer.preprocessing.glyph import Glyphs
from recognizer.serving import artifacts
from recognizer.serving.browser_files import STORED, SUFFIX, expanded
from recognizer.serving.engine import LiteRTEngine, warm
from recognizer.serving.keras_file import check_keras_file
from tests.support.networks import mixed_glyphs, untrained
from training.network.calibration import softmax

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

LITE = LiteRTEngine
THRESHOLDS = {"sure": 0.9, "not_a_digit": 0.5, "alternative": 0.05}


def calibration() -> Any:
    from training.network.readers import Calibration

    return Calibration(1.7, 2.9, 0.6)


@pytest.fixture(scope="module", params=[1, 2], ids=["format 1", "format 2"])
def number(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(scope="module")
def model(number: int) -> Any:
    return untrained(motion=number == 2)


@pytest.fixture(scope="module")
def artifact(model: Any, tmp_path_factory: Any) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("export") / "artifact"
    return folder, export_to(folder, model, calibration=calibration())


def browser_files_of(folder: Path) -> dict[str, bytes]:
    return {
        stored.removesuffix(SUFFIX): expanded((folder / stored).read_bytes())
        for stored in STORED.values()
    }


def test_it_works(artifact: tuple[Path, dict[str, Any]]) -> None:
    folder, parity = artifact
    assert parity["n"] == 50
    assert parity["largest_difference"] < 1e-5
    assert parity["same_answers"] == 1
    names = sorted(path.name for path in folder.iterdir())
    assert names == [
        "manifest.json",
        "model.keras",
        "model.tflite",
        "network.bin.br",
        "network.json.br",
    ]
    assert [path.name for path in folder.parent.iterdir()] == ["artifact"]


def test_the_manifest_describes_the_files(
    artifact: tuple[Path, dict[str, Any]], number: int
) -> None:
    folder, _ = artifact
    manifest = artifacts.read_manifest(folder)
    assert (manifest["format"], manifest["normalisation"]) == (number, number)
    ink = {"temperature": 2.9, "motion_weight": 0.6}
    assert manifest.get("ink") == (ink if number == 2 else None)
    for name in ("model.keras", "model.tflite", *STORED.values()):
        content = (folder / name).read_bytes()
        facts = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        assert manifest["files"][name] == facts
    assert manifest["labels"] == [*"0123456789", "not_a_digit"]
    assert manifest["temperature"] == 1.7
    assert manifest["thresholds"] == THRESHOLDS
    assert json.loads((folder / "manifest.json").read_text()) == manifest


def test_the_files_answer_with_calibrated_probabilities(
    model: Any, artifact: tuple[Path, dict[str, Any]]
) -> None:
    """Pictures by the picture's reader alone; ink by both, as the calibration adds them."""
    from training.export.browser_reference import BrowserEngine
    from training.export.keras_engine import KerasEngine
    from training.network.model import predict_logits
    from training.network.senses import MOTION

    picture = predict_logits(model.picture, mixed_glyphs())
    wanted, motion = softmax(picture, 1.7), None
    if model.motion is not None:
        ink = mixed_glyphs().has_ink[:, None]
        motion = predict_logits(model.motion, mixed_glyphs(), MOTION) * ink
        wanted = np.where(ink, softmax(picture + 0.6 * motion, 2.9), wanted)
    engines = [made((artifact[0] / made.file_name).read_bytes()) for made in (KerasEngine, LITE)]
    for engine in engines:
        outputs = engine.predict(mixed_glyphs())
        assert outputs.probabilities.dtype == np.float32
        assert np.abs(outputs.probabilities - wanted).max() < 1e-5
        if motion is None:
            assert outputs.picture_logits is outputs.motion_logits is outputs.features is None
        else:
            assert np.abs(outputs.picture_logits - picture).max() < 1e-4
            assert np.abs(outputs.motion_logits - motion).max() < 1e-4
    told = [engine.predict(mixed_glyphs()).features for engine in engines]
    rounded = BrowserEngine(browser_files_of(artifact[0])).predict(mixed_glyphs())
    if motion is not None:
        assert told[0].shape == (50, 7 * 7 * 64 + 4 * 4 * 32)
        assert np.abs(told[0] - told[1]).max() < 1e-4
        for name in ("picture_logits", "motion_logits", "features"):
            ours, theirs = getattr(engines[0].predict(mixed_glyphs()), name), getattr(rounded, name)
            assert np.abs(ours - theirs).max() < 0.02 * np.abs(ours).max()


def test_engines_answer_batches_of_any_size_alike(
    artifact: tuple[Path, dict[str, Any]],
) -> None:
    """Ink and pictures side by side are answered as each of them alone."""
    from training.export.keras_engine import KerasEngine

    for made in (KerasEngine, LiteRTEngine):
        engine = made((artifact[0] / made.file_name).read_bytes())
        warm(engine)
        whole = engine.predict(mixed_glyphs()).probabilities
        for size in (1, 2, 7, 33):
            parts = [
                engine.predict(mixed_glyphs()[at : at + size]).probabilities
                for at in range(0, 50, size)
            ]
            assert np.allclose(np.concatenate(parts), whole, atol=1e-6)


def test_the_motion_of_a_picture_does_not_matter(artifact: tuple[Path, dict[str, Any]]) -> None:
    from training.export.keras_engine import KerasEngine

    ours = mixed_glyphs()
    strange = Glyphs(ours.pixels, 255 - ours.motion, ours.has_ink)
    pictures = ~ours.has_ink
    for made in (KerasEngine, LiteRTEngine):
        engine = made((artifact[0] / made.file_name).read_bytes())
        before, after = (engine.predict(one) for one in (ours, strange))
        moved = np.abs(before.probabilities - after.probabilities).max(axis=1)
        assert moved[pictures].max() < 1e-6
        assert before.motion_logits is None or moved[~pictures].min() > 1e-4


def test_the_network_is_of_known_layers(artifact: tuple[Path, dict[str, Any]], number: int) -> None:
    content = (artifact[0] / "model.keras").read_bytes()
    check_keras_file(content, number)
    with pytest.raises(BadArtifact, match="does not read"):
        check_keras_file(content, 3 - number)


def test_the_small_file_is_small(artifact: tuple[Path, dict[str, Any]]) -> None:
    assert (artifact[0] / "model.tflite").stat().st_size < 1_200_000


def test_the_champion_can_be_trained_on(model: Any, artifact: tuple[Path, dict[str, Any]]) -> None:
    from training.network.model import predict_logits
    from training.network.readers import load_readers
    from training.network.senses import MOTION, PICTURE

    champion = load_readers((artifact[0] / "model.keras").read_bytes())
    pairs = [(champion.picture, model.picture, PICTURE), (champion.motion, model.motion, MOTION)]
    for ours, theirs, sense in pairs:
        if theirs is None:
            assert ours is None
            continue
        answers = [predict_logits(one, mixed_glyphs(), sense) for one in (ours, theirs)]
        assert np.allclose(*answers, atol=1e-5)
        assert ours.count_params() == theirs.count_params()


def test_a_damaged_file_is_refused(artifact: tuple[Path, dict[str, Any]]) -> None:
    from training.export.keras_engine import KerasEngine

    content = (artifact[0] / "model.keras").read_bytes()
    with pytest.raises(BadArtifact):
        KerasEngine(content[: len(content) // 2])


def test_a_network_of_another_shape_is_refused(tmp_path: Path) -> None:
    from training.export.keras_engine import KerasEngine
    from training.network.backend import keras

    inputs = keras.Input((14, 14, 1))
    outputs = keras.layers.Dense(11, name="logits")(keras.layers.Flatten()(inputs))
    keras.Model(inputs, outputs).save(tmp_path / "model.keras")
    with pytest.raises(BadArtifact, match="14"):
        KerasEngine((tmp_path / "model.keras").read_bytes())


def export_to(folder: Path, model: Any, **changes: Any) -> dict[str, Any]:
    from training.export.artifact import export
    from training.network.readers import Calibration

    arguments: dict[str, Any] = {
        "calibration": Calibration(1.0),
        "thresholds": THRESHOLDS,
        "glyphs": mixed_glyphs(),
        **changes,
    }
    return export(model, folder, **arguments)


def test_browsers_are_told_to_answer_as_the_server(
    model: Any, artifact: tuple[Path, dict[str, Any]]
) -> None:
    from training.export.browser_reference import BrowserEngine

    folder, _ = artifact
    told = artifacts.read_manifest(folder)["browser"]
    assert told["n"] == 50
    ours, theirs = (
        engine.predict(mixed_glyphs()).probabilities
        for engine in (
            LiteRTEngine((folder / "model.tflite").read_bytes()),
            BrowserEngine(browser_files_of(folder)),
        )
    )
    difference = np.abs(ours - theirs).max()
    assert 0 < difference == pytest.approx(told["largest_difference"])
    assert difference <= 5e-3


def tiny(seed: int) -> Any:
    """A network that is written in a second: what is wrong with its files is told as of any."""
    from training.network.backend import keras
    from training.network.readers import Readers

    keras.utils.set_random_seed(seed)
    inputs = keras.Input((28, 28, 1), name="pixels")
    outputs = keras.layers.Dense(11, name="logits")(keras.layers.Flatten()(inputs))
    return Readers(keras.Model(inputs, outputs))


@pytest.mark.parametrize("fault", ["other weights", "another digit", "not for browsers"])
def test_what_browsers_would_read_otherwise_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """And the version works all the same."""
    from training.export import browser_files
    from training.export.browser_network import NotForBrowsers

    real, stranger = browser_files.to_files, tiny(99)

    def write(readers: Any, calibration: Any) -> dict[str, bytes]:
        if fault == "not for browsers":
            raise NotForBrowsers("A layer is not known.")
        return real(stranger, calibration)

    monkeypatch.setattr(browser_files, "to_files", write)
    if fault == "another digit":
        monkeypatch.setattr(browser_files, "MAX_DIFFERENCE", 1.0)
    assert export_to(tmp_path / "artifact", tiny(4))["same_answers"] == 1
    manifest = artifacts.read_manifest(tmp_path / "artifact")
    assert set(manifest["files"]) == {"model.keras", "model.tflite"}
    assert list(manifest["browser"]) == ["left_out"]
    reason = {"other weights": "by up to", "another digit": "of 50 glyphs"}.get(fault, "not known")
    assert reason in manifest["browser"]["left_out"]


def test_lost_weights_are_noticed_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.export import artifact

    real = artifact._converted

    def without_weights(network: Any) -> bytes:
        return real(network)[:20_000]

    monkeypatch.setattr(artifact, "_converted", without_weights)
    with pytest.raises(artifact.ExportFailed, match="weights"):
        export_to(tmp_path / "artifact", tiny(4))
    assert list(tmp_path.iterdir()) == []


def test_two_files_that_disagree_are_noticed_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.export import artifact
    from training.network.readers import join

    real = artifact._converted
    stranger = join(tiny(99), calibration())
    monkeypatch.setattr(artifact, "_converted", lambda network: real(stranger))
    with pytest.raises(artifact.ExportFailed, match="differ"):
        export_to(tmp_path / "artifact", tiny(4))
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    from training.export.artifact import ExportFailed

    (tmp_path / "artifact").mkdir()
    (tmp_path / "artifact" / "kept").touch()
    with pytest.raises(ExportFailed, match="exists"):
        export_to(tmp_path / "artifact", tiny(4))
    assert [path.name for path in (tmp_path / "artifact").iterdir()] == ["kept"]
