"""A `.keras` file looked at without Keras: a ZIP archive of a network made of known layers.

Such a file can carry code (a `Lambda` layer), name any class that the process knows, or
unpack to any size. Keras' safe mode stops only some of that, and web processes have no
Keras. So an archive is taken apart here under limits and may name only what the site's
own networks are made of. Whether the weights fit is seen by loading it: `try_model`.
"""

from __future__ import annotations

import io
import json
import stat
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from recognizer.exceptions import BadArtifact
from recognizer.labels import CLASSES
from recognizer.preprocessing.glyph import MAPS, SIZE

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
# The files of an archive, and the most bytes of each when unpacked.
MAX_MEMBER_BYTES = {CONFIG: 2**20, METADATA: 4096, WEIGHTS: 32 * 2**20}
MAX_RATIO = 100  # of unpacked to packed
HDF5 = b"\x89HDF\r\n\x1a\n"

LAYERS = frozenset(
    {
        "Add", "BatchNormalization", "Concatenate", "Conv2D", "Dense", "Flatten", "InputLayer",
        "Multiply", "ReLU", "Rescaling", "Softmax",
    }
)  # fmt: skip
# Module and class of all that a configuration may name.
CLASS_NAMES = frozenset(
    {
        ("keras.src.models.functional", "Functional"),
        ("keras", "DTypePolicy"),
        (None, "__keras_tensor__"),
        *(("keras.initializers", name) for name in ("HeNormal", "Ones", "Zeros")),
        *(("keras.layers", name) for name in LAYERS),
    }
)
ACTIVATIONS = (None, "linear", "relu", "softmax")
# The inputs of a network of each format, and how many readers it has.
_INPUTS: dict[int, list[tuple[int, ...]]] = {1: [(SIZE, SIZE, 1)], 2: [(SIZE, SIZE, 1), MAPS, (1,)]}
_READERS = {1: 1, 2: 2}
MAX_LAYERS = 64
MAX_DEPTH = 32
# The most of what makes a layer large, so that building it takes no memory to speak of.
MAX_SIZES = {"filters": 256, "units": 256, "kernel_size": 7, "strides": 4, "groups": 1}


def check_keras_file(content: bytes, number: int) -> None:
    """Raises `BadArtifact` unless a `.keras` file holds a network of known layers, of the
    artifacts' format `number`."""
    try:
        members = _unpacked(content)
        config = json.loads(members[CONFIG].decode())
        json.loads(members[METADATA].decode())
    except (
        zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RecursionError,
        NotImplementedError, KeyError,
    ) as error:  # fmt: skip
        raise BadArtifact(f"The Keras file cannot be unpacked: {error}") from error
    if not members[WEIGHTS].startswith(HDF5):
        raise BadArtifact("The weights in the Keras file are not in HDF5.")
    _check_config(config, number)


def _unpacked(content: bytes) -> dict[str, bytes]:
    """The archive's files, each within its limit whatever the archive says of itself."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        names = sorted(member.filename for member in members)
        if names != sorted(MAX_MEMBER_BYTES):
            raise BadArtifact(f"The Keras file holds {names!r:.200}.")
        for member in members:
            _check_member(member)
        # A file is read up to the size that its entry claims, then compared by CRC-32.
        return {member.filename: archive.read(member) for member in members}


def _check_member(member: zipfile.ZipInfo) -> None:
    name = member.filename
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG) or member.flag_bits & 1:
        raise BadArtifact(f"{name} in the Keras file is no plain file.")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BadArtifact(f"{name} in the Keras file is packed in an unknown way.")
    if member.file_size > MAX_MEMBER_BYTES[name]:
        raise BadArtifact(f"{name} in the Keras file unpacks to {member.file_size} bytes.")
    if member.file_size > MAX_RATIO * max(member.compress_size, 1):
        raise BadArtifact(f"{name} in the Keras file is packed too tightly.")


# --- the configuration --------------------------------------------------------------


def _check_config(config: Any, number: int) -> None:
    for one in _objects(config):
        if "class_name" in one:
            _check_class(one)
    if not isinstance(config, dict) or config.get("class_name") != "Functional":
        raise BadArtifact("The Keras file holds no functional model.")
    layers = _entry(config, "config", "layers")
    if not isinstance(layers, list) or not 0 < len(layers) <= MAX_LAYERS:
        raise BadArtifact(f"The network has not one to {MAX_LAYERS} layers.")
    for layer in layers:
        _check_layer(layer)
    inputs = [
        _entry(one, "config", "batch_shape") for one in layers if one["class_name"] == "InputLayer"
    ]
    shapes = [[None, *shape] for shape in _INPUTS[number]]
    if sorted(map(str, inputs)) != sorted(map(str, shapes)):
        raise BadArtifact(f"The network of format {number} does not read {shapes}.")
    outputs = [one for one in layers if one["class_name"] == "Dense"][-_READERS[number] :]
    logits = [one for one in outputs if _entry(one, "config", "units") == CLASSES]
    if len(logits) != _READERS[number]:
        raise BadArtifact(f"The network does not answer with {CLASSES} logits a reader.")


def _objects(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """All objects in a value, itself and those within."""
    if depth > MAX_DEPTH:
        raise BadArtifact("The network's configuration is nested too deeply.")
    if isinstance(value, dict):
        yield value
    if isinstance(value, (dict, list)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _objects(one, depth + 1)


def _check_class(one: dict[str, Any]) -> None:
    """Refuses what is not on the list, be it Keras' own or registered by somebody."""
    module, name, registered = (one.get(key) for key in ("module", "class_name", "registered_name"))
    texts = all(isinstance(text, (str, type(None))) for text in (module, name, registered))
    if not texts or (module, name) not in CLASS_NAMES or registered not in (None, name):
        raise BadArtifact(f"The network may not be made of {module!r:.80}, {name!r:.80}.")


def _check_layer(layer: Any) -> None:
    config = _entry(layer, "config")
    if layer.get("class_name") not in LAYERS or not isinstance(config, dict):
        raise BadArtifact(f"The network may not have the layer {layer.get('class_name')!r:.80}.")
    if config.get("activation") not in ACTIVATIONS:
        raise BadArtifact(f"The network may not have {config['activation']!r:.80} in it.")
    for name, most in MAX_SIZES.items():
        sizes = config.get(name, 1)
        for size in sizes if isinstance(sizes, list) else [sizes]:
            if type(size) is not int or not 0 < size <= most:
                raise BadArtifact(f"A layer's {name} is {sizes!r:.80}, not 1 to {most}.")


def _entry(value: Any, *names: str) -> Any:
    for name in names:
        if not isinstance(value, dict) or name not in value:
            raise BadArtifact(f"The network's configuration has no {name}.")
        value = value[name]
    return value
