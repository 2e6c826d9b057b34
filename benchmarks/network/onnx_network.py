"""A network as an ONNX graph, written layer by layer from Keras' weights.

Keras keeps the channels last, ONNX before height and width: the kernels are turned here, and
so must be what the graph takes. Before the features are made one row they are turned back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, checker, helper, numpy_helper

from recognizer.labels import CLASSES
from recognizer.serving.engine import INPUTS
from training.network.readers import Calibration, Readers

OPERATORS = 17  # of ONNX; every runtime of the last years knows them
FORMAT = 8
OUTPUT = "probabilities"


class Graph:
    """The nodes and constants of a graph; `last` names what the chain written now gives so far."""

    def __init__(self) -> None:
        self.last = ""
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def add(
        self, operator: str, *constants: NDArray[np.generic], other: str = "", **attributes: Any
    ) -> str:
        """Appends an operator that takes the last result, if named another, and these constants;
        returns the name of its result."""
        number = len(self.nodes)
        names = [f"{operator}-{number}-{place}" for place in range(len(constants))]
        pairs = zip(constants, names, strict=True)
        self.constants += [numpy_helper.from_array(array, name) for array, name in pairs]
        result = f"{operator}-{number}"
        self.nodes.append(
            helper.make_node(
                operator,
                [self.last, *filter(None, [other]), *names],
                [result],
                name=result,
                **attributes,
            )
        )
        self.last = result
        return result


def to_onnx(readers: Readers, calibration: Calibration) -> bytes:
    """A network's readers -> the bytes of an ONNX file that adds them as the exported one does.

    It takes float32, channels first, by the names in `engine.INPUTS`, and gives (n, 11)
    probabilities. Raises `ValueError` for a layer that is not known here, and where the layers
    are no chain.
    """
    graph, taken = Graph(), ["pixels"]
    logits = _chain(graph, readers.picture, "pixels")
    if readers.motion is None:
        graph.add("Mul", _number(1 / calibration.picture))
    else:
        taken = list(INPUTS)
        _chain(graph, readers.motion, "motion")
        graph.add("Mul", other="has_ink")
        motion = graph.add("Mul", _number(calibration.motion_weight / calibration.ink))
        graph.last = "has_ink"
        graph.add("Mul", _number(1 / calibration.ink - 1 / calibration.picture))
        graph.add("Add", _number(1 / calibration.picture))
        graph.add("Mul", other=logits)
        graph.add("Add", other=motion)
    graph.add("Softmax", axis=-1)
    graph.nodes.append(helper.make_node("Identity", [graph.last], [OUTPUT]))
    kind = TensorProto.FLOAT
    whole = helper.make_graph(
        graph.nodes,
        "digits",
        [helper.make_tensor_value_info(name, kind, ["n", *_turned(name)]) for name in taken],
        [helper.make_tensor_value_info(OUTPUT, kind, ["n", CLASSES])],
        graph.constants,
    )
    written = helper.make_model(whole, opset_imports=[helper.make_opsetid("", OPERATORS)])
    written.ir_version = FORMAT
    checker.check_model(written, full_check=True)
    return bytes(written.SerializeToString())


def _turned(name: str) -> tuple[int, ...]:
    """The shape of one example of an input, its channels first."""
    *sides, channels = INPUTS[name]
    return (channels, *sides)


def _number(value: float) -> NDArray[np.float32]:
    return np.array(value, dtype=np.float32)


def _chain(graph: Graph, model: Any, first: str) -> str:
    """Appends a chain of Keras layers that takes the input `first`; returns its result's name."""
    graph.last = first
    for before, layer in zip(model.layers, model.layers[1:], strict=False):
        if layer.input is not before.output:
            raise ValueError(f"{layer.name} does not follow {before.name}: this is no chain.")
        if type(layer).__name__ not in _LAYERS:
            raise ValueError(f"No ONNX operator is known here for a {type(layer).__name__} layer.")
        _LAYERS[type(layer).__name__](graph, layer)
    return graph.last


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


_LAYERS: dict[str, Callable[[Graph, Any], Any]] = {
    "Conv2D": _convolution,
    "BatchNormalization": _batch_normalization,
    "ReLU": lambda graph, layer: graph.add("Relu"),
    "Flatten": _flatten,
    "Dense": _dense,
}
