"""A network's files for browsers run by TensorFlow: what a browser will answer, without one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognizer.preprocessing.glyph import Glyphs
from recognizer.serving.browser_files import TOPOLOGY, WEIGHTS
from recognizer.serving.engine import Outputs, network_inputs
from training.network.backend import tf
from training.network.readers import MOTION, PIXELS


class BrowserEngine:
    """The files of `browser_network.to_files` run as browsers do, with their rounded weights.

    It is for checks and not fast. Raises `ValueError` for a layer that is not written
    there, and where the weights do not fill their file.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._described = json.loads(files[TOPOLOGY])
        self._weights = _weights(self._described["weights"], files[WEIGHTS])

    def predict(self, glyphs: Glyphs) -> Outputs:
        """The outputs for n glyphs; of two readers those of the site's own, of one its
        probabilities."""
        given, readers = network_inputs(glyphs), self._described["readers"]
        scales = self._described["scales"]
        features, picture = self._run(readers[PIXELS]["layers"], given[PIXELS])
        if MOTION not in readers:
            return Outputs(tf.nn.softmax(picture * scales["picture"]).numpy())
        has_ink = given["has_ink"]
        more, motion = self._run(readers[MOTION]["layers"], given[MOTION])
        motion = motion * has_ink
        cooled = picture * np.where(has_ink, scales["ink"], scales["picture"])
        return Outputs(
            tf.nn.softmax(cooled + motion * scales["motion"]).numpy(),
            picture.numpy(),
            motion.numpy(),
            np.concatenate([features, more], axis=1),
        )

    def _run(self, layers: list[dict[str, Any]], values: Any) -> tuple[Any, Any]:
        """What the last layer takes, and what it gives."""
        before = result = tf.constant(values)
        for layer in layers:
            before, result = result, self._layer(layer, result)
        return before, result

    def _layer(self, layer: dict[str, Any], values: Any) -> Any:
        if layer["kind"] == "flatten":
            return tf.reshape(values, (values.shape[0], -1))
        kernel, bias = self._weights[layer["kernel"]], self._weights[layer["bias"]]
        match layer["kind"]:
            case "convolution":
                result = tf.nn.conv2d(values, kernel, layer["strides"], "SAME") + bias
            case "dense":
                result = tf.matmul(values, kernel) + bias
            case kind:
                raise ValueError(f"A layer is a {kind!r}, which is not known here.")
        return tf.nn.relu(result) if layer["relu"] else result


def _weights(described: list[dict[str, Any]], content: bytes) -> list[NDArray[np.float32]]:
    """All weights in order. Raises `ValueError` where they do not fill the file."""
    found, at = [], 0
    for entry in described:
        kept_as = np.dtype(entry["dtype"]).newbyteorder("<")
        values = np.frombuffer(content, kept_as, int(np.prod(entry["shape"])), at)
        at += values.nbytes
        if "step" in entry:
            values = values * entry["step"] + entry["least"]
        found.append(values.astype(np.float32).reshape(entry["shape"]))
    if at != len(content):
        raise ValueError(f"The weights take {at} bytes of {len(content)}.")
    return found
