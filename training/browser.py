"""An exported network for browsers: Keras' layers -> a graph model of TensorFlow.js.

The `tensorflowjs` package, which converts models, cannot be installed beside
Keras 3. Networks here are chains of few kinds of layers, so they are written
layer by layer. What only scales a layer's results is folded into its weights:
batch normalisation into the convolution before it, the temperature into the
dense layer. Each layer is then one operator that the wasm backend runs fused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from training.tfjs import FLOAT, Graph, NotForBrowsers, numbers, text, texts

Values: TypeAlias = NDArray[np.float64]


def to_tfjs(model: Any) -> dict[str, bytes]:
    """A chain of Keras layers -> `model.json` and `weights.bin`, by name.

    They take float32 (n, height, width, channels), n free, and give what the
    model gives but for the rounding of its weights. The same
    weights give the same bytes.

    Raises `NotForBrowsers` for a layer that is not known here, where the layers
    are no chain, and for weights that are no finite numbers.
    """
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
    graph = Graph(model.input_shape[1:])
    for step in chain.steps:
        step.write(graph)
    return graph.files(model.output_shape[-1])


@dataclass
class Linear:
    """A convolution or a dense layer, with what follows it up to its activation."""

    operator: str
    attributes: dict[str, Any]
    kernel: Values  # the last axis is the outputs'
    bias: Values
    relu: bool = False

    def write(self, graph: Graph) -> None:
        fused = texts("BiasAdd", "Relu") if self.relu else texts("BiasAdd")
        # The biases weigh next to nothing as they are.
        weights = graph.rounded(self.kernel), graph.single(self.bias)
        more = {"T": FLOAT, "num_args": {"i": "1"}, "fused_ops": fused}
        graph.add(self.operator, *weights, **self.attributes, **more)


@dataclass
class Flatten:
    width: int

    def write(self, graph: Graph) -> None:
        shape = graph.integers(-1, self.width)
        graph.add("Reshape", shape, T=FLOAT, Tshape={"type": "DT_INT32"})


@dataclass
class Softmax:
    def write(self, graph: Graph) -> None:
        graph.add("Softmax", T=FLOAT)


class Chain:
    """The steps so far."""

    def __init__(self) -> None:
        self.steps: list[Linear | Flatten | Softmax] = []

    def last_linear(self, layer: Any) -> Linear:
        """The step that `layer` becomes a part of."""
        last = self.steps[-1] if self.steps else None
        if not isinstance(last, Linear) or last.relu:
            raise NotForBrowsers(f"{layer.name} follows neither a convolution nor a dense layer.")
        return last

    def rescale(self, layer: Any, factor: Values, offset: Values) -> None:
        """`layer` turns each result x of the last step into x * factor + offset."""
        last = self.last_linear(layer)
        last.kernel = last.kernel * factor
        last.bias = last.bias * factor + offset


def _convolution(chain: Chain, layer: Any) -> None:
    _only(layer, activation="linear", data_format="channels_last", groups=1)
    attributes = {
        "strides": numbers(1, *layer.strides, 1),
        "dilations": numbers(1, *layer.dilation_rate, 1),
        "padding": text(layer.padding.upper()),
        "data_format": text("NHWC"),
    }
    chain.steps.append(Linear("_FusedConv2D", attributes, *_kernel_and_bias(layer)))


def _dense(chain: Chain, layer: Any) -> None:
    _only(layer, activation="linear")
    if len(layer.input.shape) != 2:
        raise NotForBrowsers(f"{layer.name} takes {layer.input.shape}; only flat input is known.")
    attributes = {"transpose_a": {"b": False}, "transpose_b": {"b": False}}
    chain.steps.append(Linear("_FusedMatMul", attributes, *_kernel_and_bias(layer)))


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
    chain.rescale(layer, factor, offset)


def _rescaling(chain: Chain, layer: Any) -> None:
    chain.rescale(layer, _values(layer.scale), _values(layer.offset))


def _relu(chain: Chain, layer: Any) -> None:
    _only(layer, max_value=None, negative_slope=0, threshold=0)
    chain.last_linear(layer).relu = True


def _flatten(chain: Chain, layer: Any) -> None:
    _only(layer, data_format="channels_last")
    chain.steps.append(Flatten(layer.output.shape[-1]))


def _softmax(chain: Chain, layer: Any) -> None:
    _only(layer, axis=-1)
    chain.steps.append(Softmax())


def _only(layer: Any, **settings: Any) -> None:
    """Raises `NotForBrowsers` for a layer that is set up in another way."""
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
    "Rescaling": _rescaling,
    "Softmax": _softmax,
}
