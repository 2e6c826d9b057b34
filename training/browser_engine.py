"""The browser's two files run by TensorFlow: what a browser will answer, told without one."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from recognizer.browser import TOPOLOGY, WEIGHTS
from recognizer.glyph import SIZE, Pixels
from training.keras_setup import tf
from training.network import as_input
from training.tfjs import INPUT, OUTPUT


class BrowserEngine:
    """Reads `training.browser.to_tfjs`'s files as TensorFlow.js does, rounded weights and all.

    For checks: it is neither fast nor made for graphs of another origin.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        described = json.loads(files[TOPOLOGY])
        constants = _constants(described["weightsManifest"], files[WEIGHTS])

        def forward(images: Any) -> Any:
            results = {name: tf.constant(values) for name, values in constants.items()}
            results[INPUT] = images
            for node in described["modelTopology"]["node"]:
                if node["name"] not in results:
                    results[node["name"]] = _run(node, [results[name] for name in node["input"]])
            return results[OUTPUT]

        signature = [tf.TensorSpec((None, SIZE, SIZE, 1), tf.float32)]
        self._forward = tf.function(forward, input_signature=signature, autograph=False)

    def read(self, pixels: Pixels) -> NDArray[np.float32]:
        """(n, 28, 28) uint8 -> (n, 11) probabilities."""
        return cast(NDArray[np.float32], self._forward(as_input(pixels)).numpy())


def _constants(manifest: list[dict[str, Any]], content: bytes) -> dict[str, NDArray[Any]]:
    """The weights by name. Raises `ValueError` where they do not fill the file."""
    found = {}
    at = 0
    for entry in (entry for group in manifest for entry in group["weights"]):
        kept = entry.get("quantization", entry)
        kept_as = np.dtype(kept["dtype"]).newbyteorder("<")
        values = np.frombuffer(content, kept_as, int(np.prod(entry["shape"])), at)
        at += values.nbytes
        if kept is not entry:
            values = values * kept["scale"] + kept["min"]
        found[entry["name"]] = values.astype(entry["dtype"]).reshape(entry["shape"])
    if at != len(content):
        raise ValueError(f"The weights take {at} bytes of {len(content)}.")
    return found


def _run(node: dict[str, Any], inputs: list[Any]) -> Any:
    attributes = node["attr"]
    match node["op"]:
        case "_FusedConv2D":
            result = tf.nn.conv2d(
                *inputs[:2],
                strides=_numbers(attributes["strides"]),
                padding=_text(attributes["padding"]["s"]),
                dilations=_numbers(attributes["dilations"]),
            )
            return _fused(result, inputs[2], attributes)
        case "_FusedMatMul":
            return _fused(tf.matmul(*inputs[:2]), inputs[2], attributes)
        case "Reshape":
            return tf.reshape(*inputs)
        case "Softmax":
            return tf.nn.softmax(*inputs)
    raise ValueError(f"{node['name']} is a {node['op']}, which is not known here.")


def _fused(result: Any, bias: Any, attributes: dict[str, Any]) -> Any:
    steps = [_text(step) for step in attributes["fused_ops"]["list"]["s"]]
    result = tf.nn.bias_add(result, bias)
    return tf.nn.relu(result) if steps == ["BiasAdd", "Relu"] else result


def _text(encoded: str) -> str:
    return base64.b64decode(encoded).decode()


def _numbers(attribute: dict[str, Any]) -> list[int]:
    return [int(number) for number in attribute["list"]["i"]]
