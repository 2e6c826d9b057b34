"""Readers are written for browsers: same answers, same bytes, or a reason why not."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from recognizer.serving.browser_files import TOPOLOGY, WEIGHTS
from tests.support.networks import mixed_glyphs, untrained
from training.network.calibration import softmax

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def written(readers: Any) -> dict[str, bytes]:
    from training.export.browser_network import to_files
    from training.network.readers import Calibration

    return to_files(readers, Calibration(0.7, 1.3, 1.5))


def chain(*layers: Any, shape: tuple[int, ...] = (28, 28, 1)) -> Any:
    from training.network.backend import keras
    from training.network.readers import Readers

    return Readers(keras.Sequential([keras.Input(shape), *layers]))


def answers_of(readers: Any) -> np.ndarray:
    """As the calibration of `written` says."""
    from training.network.model import predict_logits
    from training.network.senses import MOTION

    logits = predict_logits(readers.picture, mixed_glyphs())
    pictures = softmax(logits, 0.7)
    if readers.motion is None:
        return pictures
    ink = softmax(logits + 1.5 * predict_logits(readers.motion, mixed_glyphs(), MOTION), 1.3)
    return np.where(mixed_glyphs().has_ink[:, None], ink, pictures)


def answers_in_browsers(files: dict[str, bytes]) -> np.ndarray:
    from training.export.browser_reference import BrowserEngine

    return BrowserEngine(files).predict(mixed_glyphs()).probabilities


@pytest.fixture(scope="module")
def model() -> Any:
    return untrained(4)


@pytest.fixture(scope="module")
def files(model: Any) -> dict[str, bytes]:
    return written(model)


def test_it_works(model: Any, files: dict[str, bytes]) -> None:
    answers = answers_in_browsers(files)
    assert answers.shape == (50, 11)
    assert np.allclose(answers.sum(axis=1), 1, atol=1e-5)
    assert np.abs(answers - answers_of(model)).max() < 2e-3
    # What is compared are real answers, not eleven times the same.
    assert np.ptp(answers, axis=1).min() > 0.05


def test_a_reader_of_pictures_alone_is_written_as_well() -> None:
    alone = untrained(5, motion=False)
    files = written(alone)
    assert list(json.loads(files[TOPOLOGY])["readers"]) == ["pixels"]
    assert np.abs(answers_in_browsers(files) - answers_of(alone)).max() < 2e-3


def test_it_is_one_fused_operator_a_layer(files: dict[str, bytes]) -> None:
    readers = json.loads(files[TOPOLOGY])["readers"]
    kinds = {
        name: [(layer["kind"], layer.get("relu")) for layer in reader["layers"]]
        for name, reader in readers.items()
    }
    end = [("flatten", None), ("dense", False)]
    assert kinds == {
        "pixels": [("convolution", True)] * 7 + end,
        "motion": [("convolution", True)] * 2 + end,
    }
    assert [reader["shape"] for reader in readers.values()] == [[28, 28, 1], [8, 8, 10]]


def test_the_scales_are_the_calibrations(files: dict[str, bytes]) -> None:
    scales = json.loads(files[TOPOLOGY])["scales"]
    assert scales == pytest.approx({"picture": 1 / 0.7, "ink": 1 / 1.3, "motion": 1.5 / 1.3})


def test_kernels_are_rounded_small_ones_less(model: Any, files: dict[str, bytes]) -> None:
    from training.export.browser_network import FINE_STEPS, STEPS

    described = json.loads(files[TOPOLOGY])
    kernels = [weight for weight in described["weights"] if weight["dtype"] == "uint16"]
    assert len(kernels) == 8 + 3
    count = model.picture.count_params() + model.motion.count_params()
    assert len(files[WEIGHTS]) < 2.02 * count
    first = np.frombuffer(files[WEIGHTS], "<u2", 5 * 5 * 32)
    assert {first.min(), first.max()} & {0, 2 * FINE_STEPS}, "the largest weight is at an end"
    assert 2**12 < first.max() < 2**15
    dense = described["weights"][described["readers"]["pixels"]["layers"][-1]["kernel"]]
    assert dense["least"] == pytest.approx(-STEPS * dense["step"])


def test_the_same_network_gives_the_same_bytes(files: dict[str, bytes]) -> None:
    """Made anew, so that Keras counts its layers' names on."""
    assert written(untrained(4)) == files
    assert written(untrained(5)) != files


def test_whatever_scales_is_folded_in() -> None:
    from training.network.backend import keras

    layers = keras.layers
    model = chain(
        layers.Conv2D(4, 3, strides=3, padding="same", bias_initializer="ones"),
        layers.BatchNormalization(center=False, scale=False),
        layers.ReLU(),
        layers.Conv2D(4, 2, padding="same"),
        layers.BatchNormalization(),
        layers.Flatten(),
        layers.Dense(11, use_bias=False),
        layers.BatchNormalization(),
    )
    rng = np.random.default_rng(1)
    for layer in model.picture.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.set_weights([rng.uniform(0.5, 1.5, each.shape) for each in layer.get_weights()])
    assert np.abs(answers_in_browsers(written(model)) - answers_of(model)).max() < 2e-3


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda layers: [layers.MaxPooling2D()], "MaxPooling2D layer .* is not known"),
        (lambda layers: [layers.Conv2D(2, 3)], "padding valid"),
        (lambda layers: [layers.Conv2D(2, 3, padding="same", activation="relu")], "activation"),
        (
            lambda layers: [layers.Conv2D(2, 3, padding="same", dilation_rate=2)],
            "dilation_rate",
        ),
        (lambda layers: [layers.Conv2D(2, 3, padding="same"), layers.ReLU(6)], "max_value 6"),
        (lambda layers: [layers.Flatten(), layers.Dense(2), layers.Softmax()], "Softmax layer"),
        (lambda layers: [layers.BatchNormalization()], "follows neither"),
        (
            lambda layers: [
                layers.Conv2D(2, 3, padding="same"), layers.ReLU(), layers.BatchNormalization(),
            ],
            "follows neither",
        ),
        (
            lambda layers: [layers.Conv2D(2, 3, padding="same"), layers.BatchNormalization(axis=1)],
            "axis 1",
        ),
        (lambda layers: [layers.Dense(2)], "only flat"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_refused(make: Any, complaint: str) -> None:
    from training.export.browser_network import NotForBrowsers
    from training.network.backend import keras

    with pytest.raises(NotForBrowsers, match=complaint):
        written(chain(*make(keras.layers)))


def test_a_network_that_is_no_chain_is_refused() -> None:
    from training.export.browser_network import NotForBrowsers
    from training.network.backend import keras
    from training.network.readers import Readers

    inputs = keras.Input((28, 28, 1))
    flat = keras.layers.Flatten()(inputs)
    first = keras.layers.Dense(11)(flat)
    both = keras.layers.Dense(11)(flat)
    with pytest.raises(NotForBrowsers, match="chain"):
        written(Readers(keras.Model(inputs, keras.layers.Add()([first, both]))))


@pytest.mark.parametrize("weight", [float("inf"), float("nan")])
def test_a_weight_that_is_no_number_is_refused(weight: float) -> None:
    from training.export.browser_network import NotForBrowsers

    strange = untrained(1)
    kernel, bias = strange.motion.layers[-1].get_weights()
    kernel[0, 0] = weight
    strange.motion.layers[-1].set_weights([kernel, bias])
    with pytest.raises(NotForBrowsers, match="finite"):
        written(strange)


def test_a_layer_of_zeros_stays_one() -> None:
    from training.network.backend import keras

    zeros = keras.layers.Dense(11, kernel_initializer="zeros")
    answers = answers_in_browsers(written(chain(keras.layers.Flatten(), zeros)))
    assert np.allclose(answers, 1 / 11)


def test_weights_that_do_not_fill_their_file_are_noticed(files: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match="bytes"):
        answers_in_browsers(files | {WEIGHTS: files[WEIGHTS] + b"  "})
