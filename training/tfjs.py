"""A graph model of TensorFlow.js, written node by node.

It is TensorFlow's own GraphDef as JSON (protobuf's JSON mapping: whole numbers as
strings, bytes in base64) with a list of the weights, whose values lie in a second
file in that list's order. The form is documented by what reads it:
`tfjs-converter/src/operations/operation_mapper.ts` and
`tfjs-core/src/io/types.ts`, version 4.22.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognizer.browser import TOPOLOGY, WEIGHTS

INPUT, OUTPUT = "image", "probabilities"
FLOAT = {"type": "DT_FLOAT"}
# Steps to either side of 0, up to a tensor's largest weight: 12 bits. Evenly spaced numbers
# compress better than float16 at the same difference of the answers. The first layers have few
# weights and a say in everything after them: 15 bits there cost little and halve the difference.
STEPS, FINE_STEPS = 2047, 16383
FEW = 10_000


class NotForBrowsers(Exception):
    """The network cannot be written for TensorFlow.js."""


class Graph:
    """A chain of operators from `INPUT` to `OUTPUT`, batches of any size."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        """`shape` is one input's, without the batch."""
        self._nodes: list[dict[str, Any]] = []
        self._weights: list[dict[str, Any]] = []
        self._content: list[bytes] = []
        self._input = _shape([-1, *shape])
        self._last = self._add(
            "Placeholder", INPUT, [], {"dtype": FLOAT, "shape": {"shape": self._input}}
        )

    def add(self, operator: str, *constants: str, **attributes: Any) -> None:
        """Appends an operator that takes the last result and these constants."""
        name = f"layer-{len(self._nodes)}"
        self._last = self._add(operator, name, [self._last, *constants], attributes)

    def rounded(self, values: NDArray[np.float64]) -> str:
        """Weights kept as whole numbers of steps, which are float32 again once they are loaded."""
        most = FINE_STEPS if values.size < FEW else STEPS
        step = float(np.abs(_finite(values)).max()) / most or 1.0
        steps = (np.rint(values / step) + most).astype("<u2")
        kept = {"dtype": "uint16", "scale": step, "min": -most * step, "original_dtype": "float32"}
        return self._constant(steps, "DT_FLOAT", {"dtype": "float32", "quantization": kept})

    def single(self, values: NDArray[np.float64]) -> str:
        """Weights as float32."""
        return self._constant(_finite(values).astype("<f4"), "DT_FLOAT", {"dtype": "float32"})

    def integers(self, *values: int) -> str:
        return self._constant(np.array(values, "<i4"), "DT_INT32", {"dtype": "int32"})

    def files(self, outputs: int) -> dict[str, bytes]:
        """By name: the same graph gives the same bytes. `outputs` values come out."""
        self._nodes[-1]["name"] = OUTPUT
        described = {
            "format": "graph-model",
            "signature": {
                "inputs": {INPUT: _tensor(INPUT, self._input)},
                "outputs": {OUTPUT: _tensor(OUTPUT, _shape([-1, outputs]))},
            },
            # The version must be there, and nothing is read out of it.
            "modelTopology": {"node": self._nodes, "versions": {"producer": 0}},
            "weightsManifest": [{"paths": [WEIGHTS], "weights": self._weights}],
        }
        topology = json.dumps(described, separators=(",", ":"))
        return {TOPOLOGY: topology.encode(), WEIGHTS: b"".join(self._content)}

    def _constant(self, values: NDArray[Any], kind: str, entry: dict[str, Any]) -> str:
        name = f"weights-{len(self._weights)}"
        self._weights.append({"name": name, "shape": list(values.shape), **entry})
        self._content.append(values.tobytes())
        tensor = {"dtype": kind, "tensorShape": _shape(values.shape)}
        attributes = {"dtype": {"type": kind}, "value": {"tensor": tensor}}
        return self._add("Const", name, [], attributes)

    def _add(self, operator: str, name: str, inputs: list[str], attributes: dict[str, Any]) -> str:
        node = {"name": name, "op": operator, "input": inputs, "attr": attributes}
        self._nodes.append(node)
        return name


def _finite(values: NDArray[np.float64]) -> NDArray[np.float64]:
    if not np.isfinite(values).all():
        raise NotForBrowsers("A weight is no finite number.")
    return values


def text(value: str) -> dict[str, str]:
    """An attribute."""
    return {"s": _base64(value)}


def texts(*values: str) -> dict[str, Any]:
    return {"list": {"s": [_base64(value) for value in values]}}


def numbers(*values: int) -> dict[str, Any]:
    return {"list": {"i": [str(value) for value in values]}}


def _base64(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def _shape(sizes: Sequence[int]) -> dict[str, Any]:
    return {"dim": [{"size": str(size)} for size in sizes]}


def _tensor(name: str, shape: dict[str, Any]) -> dict[str, Any]:
    return {"name": f"{name}:0", "dtype": "DT_FLOAT", "tensorShape": shape}
