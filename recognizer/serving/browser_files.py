"""A version's files for browsers: which they are, and where browsers find them.

They lie in the artifact as they are sent, compressed by Brotli at its slowest, and
have an address that changes with their content, so that nobody fetches them twice.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import brotli
from django.urls import reverse

from recognizer.exceptions import BadArtifact
from recognizer.serving import artifacts

if TYPE_CHECKING:
    from recognizer.models import ModelVersion

# As `training/export/browser_network.py` writes them. Versions of before have a graph model of
# TensorFlow.js under other names, which no page reads any more.
FORMAT = 2
TOPOLOGY, WEIGHTS = "network.json", "network.bin"
SUFFIX = ".br"
MAX_EXPANDED = 16 * 2**20
PIXELS = "pixels"  # the reader that every network has
WIDTHS = {"uint16": 2, "float32": 4}
STEP = 2**18  # of expanding; what a bomb costs beyond the limit
STORED = {"topology": TOPOLOGY + SUFFIX, "weights": WEIGHTS + SUFFIX}


def described(version: ModelVersion) -> dict[str, dict[str, Any]] | None:
    """The version's files by part of `STORED`: `url`, and `sha256` and `bytes` as compressed.

    None where the version has no files for browsers.
    """
    files = version.manifest["files"]
    if not set(STORED.values()) <= set(files):
        return None
    return {
        part: {"url": _address(version.number, name, files[name]["sha256"]), **files[name]}
        for part, name in STORED.items()
    }


def _address(number: int, name: str, sha256: str) -> str:
    return reverse("recognizer:model-file", args=[number, sha256, name.removesuffix(SUFFIX)])


def compressed(version: ModelVersion, name: str, sha256: str) -> bytes | None:
    """A file as compressed by Brotli; None where the version has none of that name and hash.

    Raises `BadArtifact` where its content is not what the manifest describes.
    """
    stored = name + SUFFIX
    facts = version.manifest["files"].get(stored)
    if stored not in STORED.values() or facts is None or facts["sha256"] != sha256:
        return None
    return artifacts.load(version.artifact, stored, version.manifest)


def expanded(content: bytes) -> bytes:
    """A compressed file's own content, for clients that do not know Brotli.

    Raises `BadArtifact` where it is not compressed by Brotli or expands to more than
    `MAX_EXPANDED` bytes: a kilobyte may expand to a gigabyte.
    """
    decompressor, parts, size = brotli.Decompressor(), [], 0
    try:
        while not decompressor.is_finished():
            part = decompressor.process(content, output_buffer_limit=STEP)
            # All of the content was given at once; only without an end does it want more.
            if not part and decompressor.can_accept_more_data():
                raise BadArtifact("A file for browsers ends too early.")
            content, size = b"", size + len(part)
            if size > MAX_EXPANDED:
                raise BadArtifact(f"A file for browsers has more than {MAX_EXPANDED} bytes.")
            parts.append(part)
    except brotli.error as error:
        raise BadArtifact(f"A file for browsers is not compressed by Brotli: {error}") from error
    return b"".join(parts)


def check(topology: bytes, weights: bytes) -> None:
    """Raises `BadArtifact` unless two files, as compressed, are a network and its weights.

    The first is JSON that lists the weights one after the other; their sizes add up to
    the other file.
    """
    content, size = expanded(topology), len(expanded(weights))
    try:
        network = json.loads(content.decode())
        listed = [_bytes(entry) for entry in network["weights"]]
        known = network["format"] == FORMAT and PIXELS in network["readers"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadArtifact(f"{TOPOLOGY} is no network: {error!r}") from error
    if not known or sum(listed) != size:
        raise BadArtifact(f"{WEIGHTS} has {size} bytes, not those that {TOPOLOGY} names.")


def _bytes(entry: dict[str, Any]) -> int:
    """The bytes of one weight, by the entry about it. Raises `ValueError`, as for a bad type."""
    shape = entry["shape"]
    if not all(type(side) is int and 0 <= side <= MAX_EXPANDED for side in shape):
        raise ValueError(f"a weight has the shape {shape!r:.80}")
    return int(math.prod(shape) * WIDTHS[entry["dtype"]])
