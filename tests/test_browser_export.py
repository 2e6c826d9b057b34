"""A network is written for TensorFlow.js: same answers, same bytes, or a reason why not."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from recognizer.browser import TOPOLOGY, WEIGHTS
from training import hands
from training.tfjs import FINE_STEPS, STEPS, Graph, NotForBrowsers

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def glyphs() -> np.ndarray:
    return hands.generate(50, np.random.default_rng(0)).pixels


def exported(seed: int, temperature: float = 0.7) -> Any:
    """A network as `training.export` writes it, its batch normalisations not at rest."""
    from training.export import _with_probabilities
    from training.keras_setup import keras
    from training.network import build

    model = build(seed)
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([rng.uniform(0.5, 1.5, each.shape) for each in layer.get_weights()])
    return _with_probabilities(model, temperature)


def chain(*layers: Any, shape: tuple[int, ...] = (28, 28, 1)) -> Any:
    from training.keras_setup import keras

    return keras.Sequential([keras.Input(shape), *layers])


def answers_of(model: Any) -> np.ndarray:
    from training.network import reader

    return reader(model)(glyphs())


def answers_in_browsers(model: Any) -> np.ndarray:
    from training.browser import to_tfjs
    from training.browser_engine import BrowserEngine

    return BrowserEngine(to_tfjs(model)).read(glyphs())


@pytest.fixture(scope="module")
def model() -> Any:
    return exported(4)


@pytest.fixture(scope="module")
def files(model: Any) -> dict[str, bytes]:
    from training.browser import to_tfjs

    return to_tfjs(model)


def test_it_works(model: Any, files: dict[str, bytes]) -> None:
    from training.browser_engine import BrowserEngine

    answers = BrowserEngine(files).read(glyphs())
    assert answers.shape == (50, 11)
    assert np.allclose(answers.sum(axis=1), 1, atol=1e-5)
    assert np.abs(answers - answers_of(model)).max() < 2e-3
    # What is compared are real answers, not eleven times the same.
    assert np.ptp(answers, axis=1).min() > 0.05


def test_it_is_one_fused_operator_a_layer(files: dict[str, bytes]) -> None:
    described = json.loads(files[TOPOLOGY])
    nodes = [node for node in described["modelTopology"]["node"] if node["op"] != "Const"]
    assert [node["op"] for node in nodes] == [
        "Placeholder",
        *["_FusedConv2D"] * 7,
        "Reshape",
        "_FusedMatMul",
        "Softmax",
    ]
    chained = [node["input"][0] for node in nodes[1:]]
    assert chained == [node["name"] for node in nodes[:-1]]


def test_the_batch_is_free(files: dict[str, bytes]) -> None:
    signature = json.loads(files[TOPOLOGY])["signature"]
    sizes = [
        [size["size"] for size in tensor["tensorShape"]["dim"]]
        for tensor in (signature["inputs"]["image"], signature["outputs"]["probabilities"])
    ]
    assert sizes == [["-1", "28", "28", "1"], ["-1", "11"]]


def test_kernels_are_rounded_small_ones_less(model: Any, files: dict[str, bytes]) -> None:
    (group,) = json.loads(files[TOPOLOGY])["weightsManifest"]
    assert group["paths"] == [WEIGHTS]
    kernels = [weight for weight in group["weights"] if "quantization" in weight]
    assert {weight["quantization"]["dtype"] for weight in kernels} == {"uint16"}
    assert len(kernels) == 8
    assert len(files[WEIGHTS]) < 2.02 * model.count_params()
    first, last = (
        _steps(files[WEIGHTS], group["weights"], one) for one in (kernels[0], kernels[-1])
    )
    assert {first.min(), first.max()} & {0, 2 * FINE_STEPS}, "the largest weight is at an end"
    assert {last.min(), last.max()} & {0, 2 * STEPS}
    assert max(last) < 2**12 < max(first) < 2**15


def _steps(content: bytes, weights: list[dict[str, Any]], wanted: dict[str, Any]) -> np.ndarray:
    at = 0
    for weight in weights:
        count = math.prod(weight["shape"])
        if weight is wanted:
            return np.frombuffer(content, "<u2", count, at)
        at += count * (2 if "quantization" in weight else 4)
    raise AssertionError("no such weight")


def test_the_same_network_gives_the_same_bytes(files: dict[str, bytes]) -> None:
    """Made anew, so that Keras counts its layers' names on."""
    from training.browser import to_tfjs

    assert to_tfjs(exported(4)) == files
    assert to_tfjs(exported(5)) != files


def test_whatever_scales_is_folded_in() -> None:
    from training.keras_setup import keras

    layers = keras.layers
    model = chain(
        layers.Conv2D(4, 3, strides=3, bias_initializer="ones"),
        layers.Rescaling(0.5, offset=0.1),
        layers.ReLU(),
        layers.Conv2D(4, 2, padding="same", dilation_rate=2),
        layers.BatchNormalization(center=False, scale=False),
        layers.Flatten(),
        layers.Dense(11, use_bias=False),
        layers.BatchNormalization(),
        layers.Softmax(),
    )
    assert np.abs(answers_in_browsers(model) - answers_of(model)).max() < 2e-3


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda layers: [layers.MaxPooling2D()], "MaxPooling2D layer .* is not known"),
        (lambda layers: [layers.Conv2D(2, 3, activation="relu")], "activation .*relu"),
        (lambda layers: [layers.Conv2D(2, 3, groups=1), layers.ReLU(6)], "max_value 6"),
        (lambda layers: [layers.Flatten(), layers.Dense(2), layers.Softmax(0)], "axis 0"),
        (lambda layers: [layers.BatchNormalization()], "follows neither"),
        (
            lambda layers: [layers.Conv2D(2, 3), layers.ReLU(), layers.BatchNormalization()],
            "follows neither",
        ),
        (lambda layers: [layers.Conv2D(2, 3), layers.BatchNormalization(axis=1)], "axis 1"),
        (lambda layers: [layers.Dense(2)], "only flat"),
    ],
)
def test_what_is_not_known_is_refused(make: Any, complaint: str) -> None:
    from training.browser import to_tfjs
    from training.keras_setup import keras

    with pytest.raises(NotForBrowsers, match=complaint):
        to_tfjs(chain(*make(keras.layers)))


def test_a_network_that_is_no_chain_is_refused() -> None:
    from training.browser import to_tfjs
    from training.keras_setup import keras

    inputs = keras.Input((28, 28, 1))
    flat = keras.layers.Flatten()(inputs)
    both = keras.layers.Add()([keras.layers.Dense(11)(flat), keras.layers.Dense(11)(flat)])
    with pytest.raises(NotForBrowsers, match="chain"):
        to_tfjs(keras.Model(inputs, both))


@pytest.mark.parametrize("weight", [float("inf"), float("nan")])
def test_a_weight_that_is_no_number_is_refused(weight: float) -> None:
    graph = Graph((1,))
    with pytest.raises(NotForBrowsers, match="finite"):
        graph.rounded(np.array([1.0, weight]))


def test_a_layer_of_zeros_stays_one() -> None:
    from training.keras_setup import keras

    layers = keras.layers
    zeros = layers.Dense(11, kernel_initializer="zeros")
    answers = answers_in_browsers(chain(layers.Flatten(), zeros, layers.Softmax()))
    assert np.allclose(answers, 1 / 11)


def test_weights_that_do_not_fill_their_file_are_noticed(files: dict[str, bytes]) -> None:
    from training.browser_engine import BrowserEngine

    with pytest.raises(ValueError, match="bytes"):
        BrowserEngine(files | {WEIGHTS: files[WEIGHTS] + b"  "})
