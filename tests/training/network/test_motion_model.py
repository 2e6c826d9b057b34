"""The motion's reader: what it takes and gives, and how little its "no digit" counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def motion_model() -> Any:
    from training.network import motion_model

    return motion_model


def test_it_is_small(motion_model: Any) -> None:
    model = motion_model.build(0)
    assert (model.input_shape, model.output_shape) == ((None, 8, 8, 10), (None, 11))
    assert model.count_params() <= 20_000


def test_two_of_one_seed_are_alike(motion_model: Any) -> None:
    one, other, third = (motion_model.build(seed).get_weights() for seed in (3, 3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(one, third, strict=True))


def test_tempered_its_no_digit_counts_in_part(motion_model: Any) -> None:
    from training.network.backend import keras

    keras.utils.set_random_seed(0)
    model = motion_model.build(0)
    model.get_layer(motion_model.LOGITS).bias.assign(np.arange(11, dtype=np.float32))
    maps = np.random.default_rng(0).random((5, 8, 8, 10)).astype(np.float32)
    before = model(maps).numpy()
    motion_model.temper(model)
    after = model(maps).numpy()
    np.testing.assert_allclose(after[:, :10], before[:, :10], rtol=1e-5)
    np.testing.assert_allclose(
        after[:, 10], before[:, 10] * motion_model.NO_DIGIT_SHARE, rtol=1e-4, atol=1e-5
    )
