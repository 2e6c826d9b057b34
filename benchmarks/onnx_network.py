"""An exported network as an ONNX graph, written layer by layer from Keras' weights.

Keras keeps the channels last, ONNX before height and width: the picture has one
channel, so its axes only change names, and the kernels are turned here. Before
the features are made one row they are turned back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, checker, helper, numpy_helper

from recognizer.glyph import SIZE
from training.examples import CLASSES

OPERATORS = 17  # of ONNX; every runtime of the last years knows them
FORMAT = 8
INPUT, OUTPUT = "image", "probabilities"


class Graph:
    """The nodes and constants of a chain of layers; `last` names what the chain gives so far."""

    def __init__(self, first: str) -> None:
        self.last = first
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def add(self, operator: str, *constants: NDArray[np.generic], **attributes: Any) -> None:
        """Appends an operator that takes the last result and these constants."""
        number = len(self.nodes)
        names = [f"{operator}-{number}-{place}" for place in range(len(constants))]
        pairs = zip(constants, names, strict=True)
        self.constants += [numpy_helper.from_array(array, name) for array, name in pairs]
        result = f"{operator}-{number}"
        self.nodes.append(
            helper.make_node(operator, [self.last, *names], [result], name=result, **attributes)
        )
        self.last = result


def to_onnx(model: Any) -> bytes:
    """A chain of Keras layers, (n, 28, 28, 1) -> (n, 11), as the bytes of an ONNX file.

    It takes float32 (n, 1, 28, 28). Raises `ValueError` for a layer that is not
    known here, and where the layers are no chain.
    """
    graph = Graph(INPUT)
    for before, layer in zip(model.layers, model.layers[1:], strict=False):
        if layer.input is not before.output:
            raise ValueError(f"{layer.name} does not follow {before.name}: this is no chain.")
        if type(layer).__name__ not in _LAYERS:
            raise ValueError(f"No ONNX operator is known here for a {type(layer).__name__} layer.")
        _LAYERS[type(layer).__name__](graph, layer)
    graph.nodes.append(helper.make_node("Identity", [graph.last], [OUTPUT]))
    kinds = TensorProto.FLOAT
    whole = helper.make_graph(
        graph.nodes,
        "digits",
        [helper.make_tensor_value_info(INPUT, kinds, ["n", 1, SIZE, SIZE])],
        [helper.make_tensor_value_info(OUTPUT, kinds, ["n", CLASSES])],
        graph.constants,
    )
    written = helper.make_model(whole, opset_imports=[helper.make_opsetid("", OPERATORS)])
    written.ir_version = FORMAT
    checker.check_model(written, full_check=True)
    return bytes(written.SerializeToString())


def _weights(layer: Any) -> list[NDArray[np.float32]]:
    return [np.asarray(weight, dtype=np.float32) for weight in layer.get_weights()]


def _convolution(graph: Graph, layer: Any) -> None:
    kernel, *bias = _weights(layer)
    padding = {"same": "SAME_UPPER", "valid": "VALID"}[layer.padding]
    turned = np.ascontiguousarray(kernel.transpose(3, 2, 0, 1))
    strides = list(layer.strides)
    graph.add("Conv", turned, *bias, auto_pad=padding, strides=strides, group=layer.groups)


def _batch_normalization(graph: Graph, layer: Any) -> None:
    graph.add("BatchNormalization", *_weights(layer), epsilon=layer.epsilon)


def _flatten(graph: Graph, layer: Any) -> None:
    graph.add("Transpose", perm=[0, 2, 3, 1])
    graph.add("Flatten")


def _dense(graph: Graph, layer: Any) -> None:
    graph.add("Gemm", *_weights(layer))


def _rescaling(graph: Graph, layer: Any) -> None:
    graph.add("Mul", np.array(layer.scale, dtype=np.float32))
    graph.add("Add", np.array(layer.offset, dtype=np.float32))


_LAYERS: dict[str, Callable[[Graph, Any], None]] = {
    "Conv2D": _convolution,
    "BatchNormalization": _batch_normalization,
    "ReLU": lambda graph, layer: graph.add("Relu"),
    "Flatten": _flatten,
    "Dense": _dense,
    "Rescaling": _rescaling,
    "Softmax": lambda graph, layer: graph.add("Softmax", axis=-1),
}
