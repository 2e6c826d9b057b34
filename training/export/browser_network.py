"""A network's two readers for browsers: a list of layers as JSON, and their weights in a file.

Readers are chains of few kinds of layers. What only scales a layer's results is folded into
its weights: batch normalisation into the convolution before it. Each layer is then one
operator that the wasm backend runs fused. `static/js/inference/network.js` reads the files:

    {"format": 2, "weights": [{"shape", "dtype", "step"?, "least"?}, ...],
     "readers": {"pixels": {"shape", "layers"}, "motion": ...},
     "scales": {"picture", "ink", "motion"}}

A layer is `{"kind": "convolution", "kernel", "bias", "strides", "relu"}` (padded so that only
strides make a result smaller), `{"kind": "flatten"}`, or `{"kind": "dense", "kernel", "bias",
"relu"}`; kernel and bias are places in the list of weights, whose values lie in the second
file one after the other. With `step` they are whole numbers v that stand for v * step + least.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recognizer.serving.browser_files import FORMAT, TOPOLOGY, WEIGHTS
from training.network.readers import MOTION, PIXELS, Calibration, Readers

Values: TypeAlias = NDArray[np.float64]

# Steps to either side of 0, up to a tensor's largest weight: 12 bits. Evenly spaced numbers
# compress better than float16 at the same difference of the answers. The first layers have few
# weights and a say in everything after them: 15 bits there cost little and halve the difference.
STEPS, FINE_STEPS = 2047, 16383
FEW = 10_000


class NotForBrowsers(Exception):
    """The network cannot be written for browsers."""


def to_files(readers: Readers, calibration: Calibration) -> dict[str, bytes]:
    """A network's readers -> its two files by name. The same weights give the same bytes.

    Raises `NotForBrowsers` for a layer that is not known here, where the layers are no
    chain, and for weights that are no finite numbers.
    """
    weights = _Weights()
    described: dict[str, Any] = {"format": FORMAT}
    described["readers"] = {
        name: {"shape": list(model.input_shape[1:]), "layers": _layers(model, weights)}
        for name, model in ((PIXELS, readers.picture), (MOTION, readers.motion))
        if model is not None
    }
    described["scales"] = {
        "picture": 1 / calibration.picture,
        "ink": 1 / calibration.ink,
        "motion": calibration.motion_weight / calibration.ink,
    }
    described["weights"] = weights.described
    topology = json.dumps(described, separators=(",", ":"))
    return {TOPOLOGY: topology.encode(), WEIGHTS: b"".join(weights.content)}


@dataclass
class _Weights:
    """The list of weights, and their values as they are stored."""

    described: list[dict[str, Any]] = field(default_factory=list)
    content: list[bytes] = field(default_factory=list)

    def rounded(self, values: Values) -> int:
        """Adds weights as whole numbers of steps; returns their place in the list."""
        most = FINE_STEPS if values.size < FEW else STEPS
        step = float(np.abs(_finite(values)).max()) / most or 1.0
        steps = (np.rint(values / step) + most).astype("<u2")
        return self._add(steps, {"dtype": "uint16", "step": step, "least": -most * step})

    def single(self, values: Values) -> int:
        """Adds weights as float32; returns their place in the list."""
        return self._add(_finite(values).astype("<f4"), {"dtype": "float32"})

    def _add(self, values: NDArray[Any], how: dict[str, Any]) -> int:
        self.described.append({"shape": list(values.shape), **how})
        self.content.append(values.tobytes())
        return len(self.described) - 1


def _finite(values: Values) -> Values:
    if not np.isfinite(values).all():
        raise NotForBrowsers("A weight is no finite number.")
    return values


def _layers(model: Any, weights: _Weights) -> list[dict[str, Any]]:
    """A chain of Keras layers as the file has them."""
    chain = Chain()
    last = model.inputs[0]
    for layer in model.layers:
        kind = type(layer).__name__
        if kind == "InputLayer":
            continue
        if layer.input is not last:
            raise NotForBrowsers(f"The layers are no chain: {layer.name} joins in from elsewhere.")
        if kind not in _LAYERS:
            raise NotForBrowsers(f"A {kind} layer ({layer.name}) is not known.")
        _LAYERS[kind](chain, layer)
        last = layer.output
    return [step.written(weights) for step in chain.steps]


@dataclass
class Linear:
    """A step of the chain: a convolution or a dense layer, with what follows it up to its
    activation. The kernel's last axis is that of the outputs."""

    described: dict[str, Any]
    kernel: Values
    bias: Values
    relu: bool = False

    def written(self, weights: _Weights) -> dict[str, Any]:
        # The biases weigh next to nothing as they are.
        places = {"kernel": weights.rounded(self.kernel), "bias": weights.single(self.bias)}
        return {**self.described, **places, "relu": self.relu}


@dataclass
class Flatten:
    """A step of the chain: each example's values in one row."""

    def written(self, weights: _Weights) -> dict[str, Any]:
        return {"kind": "flatten"}


class Chain:
    """A reader's steps in their order."""

    def __init__(self) -> None:
        self.steps: list[Linear | Flatten] = []

    def last_linear(self, layer: Any) -> Linear:
        """The last step, which `layer` becomes a part of. Raises `NotForBrowsers` for others."""
        last = self.steps[-1] if self.steps else None
        if not isinstance(last, Linear) or last.relu:
            raise NotForBrowsers(f"{layer.name} follows neither a convolution nor a dense layer.")
        return last


def _convolution(chain: Chain, layer: Any) -> None:
    _only(
        layer,
        activation="linear",
        data_format="channels_last",
        groups=1,
        padding="same",
        dilation_rate=(1, 1),
    )
    described = {"kind": "convolution", "strides": list(layer.strides)}
    chain.steps.append(Linear(described, *_kernel_and_bias(layer)))


def _dense(chain: Chain, layer: Any) -> None:
    _only(layer, activation="linear")
    if len(layer.input.shape) != 2:
        raise NotForBrowsers(f"{layer.name} takes {layer.input.shape}; only flat input is known.")
    chain.steps.append(Linear({"kind": "dense"}, *_kernel_and_bias(layer)))


def _kernel_and_bias(layer: Any) -> tuple[Values, Values]:
    kernel = _values(layer.kernel)
    return kernel, _values(layer.bias) if layer.use_bias else np.zeros(kernel.shape[-1])


def _batch_normalization(chain: Chain, layer: Any) -> None:
    if layer.axis not in (-1, len(layer.input.shape) - 1):
        raise NotForBrowsers(f"{layer.name} has axis {layer.axis}; only the last is known.")
    factor = 1 / np.sqrt(_values(layer.moving_variance) + layer.epsilon)
    if layer.scale:
        factor = factor * _values(layer.gamma)
    offset = -_values(layer.moving_mean) * factor
    if layer.center:
        offset = offset + _values(layer.beta)
    last = chain.last_linear(layer)
    last.kernel = last.kernel * factor
    last.bias = last.bias * factor + offset


def _relu(chain: Chain, layer: Any) -> None:
    _only(layer, max_value=None, negative_slope=0, threshold=0)
    chain.last_linear(layer).relu = True


def _flatten(chain: Chain, layer: Any) -> None:
    _only(layer, data_format="channels_last")
    chain.steps.append(Flatten())


def _only(layer: Any, **settings: Any) -> None:
    """Raises `NotForBrowsers` for a layer whose settings are not these."""
    for name, wanted in settings.items():
        found = getattr(layer, name)
        if getattr(found, "__name__", found) != wanted:
            raise NotForBrowsers(f"{layer.name} has {name} {found}; only {wanted} is known.")


def _values(variable: Any) -> Values:
    return np.asarray(variable, dtype=np.float64)


_LAYERS: dict[str, Callable[[Chain, Any], None]] = {
    "Conv2D": _convolution,
    "BatchNormalization": _batch_normalization,
    "ReLU": _relu,
    "Flatten": _flatten,
    "Dense": _dense,
}
