"""The motion's reader: 14,939 weights over the maps of how the pen went."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from recognizer.labels import CLASSES, NOT_A_DIGIT_CLASS
from recognizer.preprocessing.glyph import MAPS
from training.network.backend import keras

# The layer that gives the logits, by which it is found in an exported network.
LOGITS = "motion_logits"
# The name of a network that has begun from nothing.
FRESH = "fresh_motion"
# How much of its logit of "no digit" counts: a way of writing that it has not met looks to it
# like a letter's. Chosen on five folds of people (docs/reader.md).
NO_DIGIT_SHARE = 0.5


def build(seed: int) -> Any:
    """An untrained network: (n, 8, 8, 10) float32, not below 0 -> (n, 11) logits."""
    seeds = itertools.count(seed * 100 + 50)  # others than the picture's
    inputs = x = keras.Input(MAPS, name="motion")
    for number, (filters, strides) in enumerate([(24, 1), (32, 2)]):
        x = keras.layers.Conv2D(
            filters,
            3,
            strides=strides,
            padding="same",
            use_bias=False,
            kernel_initializer=keras.initializers.HeNormal(seed=next(seeds)),
            name=f"motion_convolution_{number}",
        )(x)
        x = keras.layers.BatchNormalization(momentum=0.95, name=f"motion_normalisation_{number}")(x)
        x = keras.layers.ReLU(name=f"motion_relu_{number}")(x)
    x = keras.layers.Flatten(name="motion_flatten")(x)
    outputs = keras.layers.Dense(
        CLASSES, kernel_initializer=keras.initializers.HeNormal(seed=next(seeds)), name=LOGITS
    )(x)
    return keras.Model(inputs, outputs, name=FRESH)


def temper(model: Any) -> None:
    """Lets `NO_DIGIT_SHARE` of a trained network's logit of "no digit" count, in place."""
    last = model.get_layer(LOGITS)
    share = np.ones(CLASSES, np.float32)
    share[NOT_A_DIGIT_CLASS] = NO_DIGIT_SHARE
    last.set_weights([weights * share for weights in last.get_weights()])
