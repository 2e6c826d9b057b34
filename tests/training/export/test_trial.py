"""The trial of an artifact from elsewhere: each thing that keeps a network from being used."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli
import numpy as np
import pytest

from recognizer.exceptions import BadArtifact
from recognizer.preprocessing.glyph import Glyphs
from recognizer.serving import browser_files
from recognizer.serving.engine import Outputs
from recognizer.serving.manifests import KERAS
from tests import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


@pytest.fixture(params=["1", "2"], ids=["format 1", "format 2"])
def folder(tmp_path: Path, formats: Path, request: pytest.FixtureRequest) -> Path:
    """A copy of an artifact of either format."""
    return Path(shutil.copytree(formats / request.param, tmp_path / "artifact"))


def replace(folder: Path, name: str, content: bytes) -> None:
    """Writes a file, and describes it in the manifest as a forger would."""
    (folder / name).write_bytes(content)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    facts = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    manifest["files"][name] = facts
    path.write_text(json.dumps(manifest))


def network(folder: Path, change: Callable[[Any], None]) -> bytes:
    """The folder's `model.keras`, changed as Keras knows how."""
    from training.network.backend import keras
    from training.network.model import load_exported

    model = load_exported((folder / KERAS).read_bytes())
    change(model)
    path = folder.with_name("changed.keras")
    keras.saving.save_model(model, path)
    return path.read_bytes()


def tried(folder: Path) -> None:
    from training.export.trial import try_artifact

    try_artifact(folder)


def trained(content: bytes) -> None:
    """The part of the trial that trains; the parts before would refuse such a network."""
    from training.export import trial

    trial._train(content, trial._glyphs())


# --- answers ------------------------------------------------------------------------


def test_it_works(folder: Path) -> None:
    tried(folder)
    trained((folder / KERAS).read_bytes())


def test_files_for_browsers_may_be_missing(tmp_path: Path, formats: Path) -> None:
    folder = Path(shutil.copytree(formats / "2", tmp_path / "artifact"))
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    for name in browser_files.STORED.values():
        del manifest["files"][name]
        (folder / name).unlink()
    path.write_text(json.dumps(manifest))
    tried(folder)


def test_a_file_that_is_not_the_manifests_is_refused(folder: Path) -> None:
    (folder / KERAS).write_bytes((folder / KERAS).read_bytes()[:-1])
    with pytest.raises(BadArtifact, match="not the file its manifest describes"):
        tried(folder)


def test_a_keras_file_that_answers_otherwise_is_refused(folder: Path) -> None:
    def others(model: Any) -> None:
        model.set_weights([weight * 1.5 for weight in model.get_weights()])

    replace(folder, KERAS, network(folder, others))
    with pytest.raises(BadArtifact, match="The site and Keras would answer otherwise"):
        tried(folder)


def test_files_for_browsers_that_answer_otherwise_are_refused(folder: Path) -> None:
    weights = bytearray(brotli.decompress((folder / "network.bin.br").read_bytes()))
    middle = len(weights) // 2
    weights[middle : middle + 50_000] = bytes(50_000)  # of a convolution
    replace(folder, "network.bin.br", brotli.compress(bytes(weights)))
    with pytest.raises(BadArtifact, match="The site and a browser would answer otherwise"):
        tried(folder)


class Answering:
    """An engine that gives every glyph the same numbers."""

    file_name = "model.tflite"

    def __init__(self, row: list[float]) -> None:
        self.row = row

    def predict(self, glyphs: Glyphs) -> Outputs:
        return Outputs(np.array([self.row] * len(glyphs), np.float32))


SHARE = 1 / 11


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ([0.1] * 10, "11 numbers a glyph"),
        ([np.nan] * 11, "11 numbers a glyph"),
        ([np.inf] + [0.0] * 10, "11 numbers a glyph"),
        ([-0.1, 0.1 + 2 * SHARE] + [SHARE] * 9, "with probabilities"),
        ([0.2] * 11, "with probabilities"),
    ],
)
def test_an_answer_that_is_no_probabilities_is_refused(row: list[float], said: str) -> None:
    from training.export import trial

    with pytest.raises(BadArtifact, match=said):
        trial._answer(Answering(row), trial._glyphs())


# --- training -----------------------------------------------------------------------


def test_a_network_without_logits_is_refused(tmp_path: Path) -> None:
    from training.network.backend import keras

    inputs = keras.Input((28, 28, 1))
    outputs = keras.layers.Dense(11)(keras.layers.Flatten()(inputs))
    path = tmp_path / "other.keras"
    keras.saving.save_model(keras.Model(inputs, outputs), path)
    with pytest.raises(BadArtifact, match=r"lacks a reader.*logits"):
        trained(path.read_bytes())


def test_a_network_with_nothing_to_train_is_refused(folder: Path) -> None:
    def freeze(model: Any) -> None:
        model.trainable = False

    with pytest.raises(BadArtifact, match="nothing to train"):
        trained(network(folder, freeze))


def test_a_network_whose_loss_is_no_number_is_refused(folder: Path) -> None:
    def ruin(model: Any) -> None:
        model.set_weights([weight * np.nan for weight in model.get_weights()])

    with pytest.raises(BadArtifact, match="its loss is no number"):
        trained(network(folder, ruin))


def blocked(model: Any, convolutions: str, others: str) -> None:
    """Only the first of these layers may learn, and the second hands nothing on."""
    first, second, *_ = (one for one in model.layers if one.name.startswith(convolutions))
    for layer in model.layers:
        layer.trainable = layer is first or layer.name.startswith(others)
    second.set_weights([0 * weight for weight in second.get_weights()])


def test_a_network_that_a_step_leaves_as_it_is_is_refused(folder: Path) -> None:
    with pytest.raises(BadArtifact, match="leaves the network as it is"):
        trained(network(folder, lambda model: blocked(model, "conv", others="motion")))


def motion_reader(model: Any) -> Any:
    return next(one for one in model.layers if one.name == "motion_logits")


@pytest.fixture
def both(tmp_path: Path, formats: Path) -> Path:
    """A copy of an artifact of format 2."""
    return Path(shutil.copytree(formats / "2", tmp_path / "artifact"))


def test_a_motions_reader_that_a_step_leaves_as_it_is_is_refused(both: Path) -> None:
    with pytest.raises(BadArtifact, match="leaves the network as it is"):
        trained(network(both, lambda model: blocked(model, "motion_conv", others="conv")))


def test_a_motions_reader_whose_loss_is_no_number_is_refused(both: Path) -> None:
    def ruin(model: Any) -> None:
        kernel, bias = motion_reader(model).get_weights()
        motion_reader(model).set_weights([kernel * np.nan, bias])

    with pytest.raises(BadArtifact, match="its loss is no number"):
        trained(network(both, ruin))


def test_a_motions_reader_that_answers_otherwise_is_refused(both: Path) -> None:
    """Only of ink; pictures it reads as the site does."""

    def loud(model: Any) -> None:
        kernel, bias = motion_reader(model).get_weights()
        motion_reader(model).set_weights([kernel, bias + 2e4 * np.arange(11)[::-1]])

    replace(both, KERAS, network(both, loud))
    with pytest.raises(BadArtifact, match="The site and Keras would answer otherwise"):
        tried(both)


# --- memory -------------------------------------------------------------------------

GREEDY = """
import sys
import django
django.setup()
from django.core.management import CommandError, call_command
from training.management.commands.try_model import MEMORY_BYTES
try:
    call_command("try_model", sys.argv[1])
except CommandError as error:
    print(error)
try:
    bytearray(MEMORY_BYTES)
except MemoryError:
    print("no memory")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such limit")
def test_a_trial_takes_no_more_memory_than_its_share(tmp_path: Path) -> None:
    """After it, in the same process: the memory is not touched, only asked for."""
    done = subprocess.run(
        [sys.executable, "-c", GREEDY, str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "manifest.json" in done.stdout
    assert done.stdout.splitlines()[-1] == "no memory"
