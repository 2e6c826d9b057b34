"""The network's size and form, and loading an exported one again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from recognizer.exceptions import BadArtifact
from recognizer.preprocessing.glyph import Glyphs

pytestmark = [
    pytest.mark.slow,
    # Keras hands TensorFlow's tensors to NumPy in a way that NumPy 2 will drop.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def noise(count: int) -> Glyphs:
    rng = np.random.default_rng(0)
    return Glyphs.of_pictures(rng.integers(0, 256, (count, 28, 28), dtype=np.uint8))


@pytest.fixture(scope="module")
def network() -> Any:
    from training.network import model

    return model


def test_it_works(network: Any) -> None:
    model = network.build(1)
    logits = network.predict_logits(model, noise(5))
    assert logits.shape == (5, 11)
    assert logits.dtype == np.float32
    assert np.isfinite(logits).all()


def test_it_is_small_enough_to_serve(network: Any) -> None:
    assert network.build(1).count_params() == 184_171


def test_it_is_made_of_plain_layers_that_every_runtime_knows(network: Any) -> None:
    kinds = {type(layer).__name__ for layer in network.build(1).layers}
    assert kinds == {"InputLayer", "Conv2D", "BatchNormalization", "ReLU", "Flatten", "Dense"}


def test_the_copy_that_trains_faster_is_the_same_network(network: Any) -> None:
    from training.network.fused_batch_norm import with_fused_batch_norm

    model = network.build(1)
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(0.5, 0.1, part.shape) for part in model.get_weights()])
    copy = with_fused_batch_norm(model)
    images = rng.random((32, 28, 28, 1), dtype=np.float32)
    before = copy.get_weights()
    for one, other in zip(model.get_weights(), before, strict=True):
        assert np.array_equal(one, other)
    assert np.allclose(model(images, training=False), copy(images, training=False))
    # In training both normalise by the batch, and their moving averages follow it.
    expected, got = model(images, training=True).numpy(), copy(images, training=True).numpy()
    assert np.allclose(expected, got, rtol=1e-3, atol=1e-3 * np.abs(expected).max())
    for one, other in zip(model.get_weights(), copy.get_weights(), strict=True):
        # TensorFlow's variance is the unbiased one: by 1 / (32 * 49) larger, at most.
        assert np.allclose(one, other, rtol=2e-3, atol=1e-5)
    assert any(
        not np.array_equal(one, other)
        for one, other in zip(before, copy.get_weights(), strict=True)
    )


def test_a_seed_decides_the_first_weights(network: Any) -> None:
    first, same, other = (network.build(seed).get_weights() for seed in (1, 1, 2))
    assert all(np.array_equal(one, two) for one, two in zip(first, same, strict=True))
    assert not np.array_equal(first[0], other[0])
    # Layers of the same shape do not start alike.
    assert not np.array_equal(first[5], first[10])


def test_batches_do_not_change_an_answer(network: Any) -> None:
    model = network.build(1)
    glyphs = noise(7)
    whole, in_parts = network.predictor(model)(glyphs), network.predictor(model, batch=3)(glyphs)
    assert np.allclose(whole, in_parts, atol=1e-5)
    assert network.predict_logits(model, glyphs[:0]).shape == (0, 11)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04" + bytes(200)])
def test_what_is_no_network_is_refused(network: Any, content: bytes) -> None:
    with pytest.raises(BadArtifact, match="cannot read"):
        network.load_exported(content)


def test_a_network_with_code_in_it_is_refused(network: Any, tmp_path: Any) -> None:
    from training.network.backend import keras

    inputs = keras.Input((28, 28, 1))
    outputs = keras.layers.Lambda(lambda image: image * 2, name="logits")(inputs)
    keras.Model(inputs, outputs).save(tmp_path / "model.keras")
    with pytest.raises(BadArtifact, match="cannot read"):
        network.load_exported((tmp_path / "model.keras").read_bytes())
