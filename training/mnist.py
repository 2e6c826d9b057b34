"""MNIST: found in a folder, found in the cache, or fetched from its mirrors.

A file is used only if the SHA-256 of its uncompressed content is the one pinned
here, so neither a mirror nor the way to it has to be trusted. It enters the
cache under its own name only when it has been checked and is safely on disk.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import math
import struct
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import numpy as np

from training.download import NotGiven, download

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.download import OnProgress

logger = logging.getLogger(__name__)

# What gzip may add to content that does not shrink at all.
GZIP_OVERHEAD = 1 << 16
GZIP_MAGIC = b"\x1f\x8b"
BYTES_OF_UINT8 = 0x08  # IDX's code for the type of the elements


class CorpusUnavailable(Exception):
    """The corpus is not at hand and cannot be had; the message says what to do."""


class Damaged(Exception):
    """A file's content is not what it must be."""


class Pin(NamedTuple):
    """What one IDX file of bytes must be: dimensions and SHA-256 of the uncompressed content."""

    name: str
    shape: tuple[int, ...]
    sha256: str

    @property
    def header(self) -> bytes:
        """Two zeros, the element type, the number of dimensions, each dimension big-endian."""
        dimensions = len(self.shape)
        return struct.pack(f">4B{dimensions}I", 0, 0, BYTES_OF_UINT8, dimensions, *self.shape)

    @property
    def size(self) -> int:
        return len(self.header) + math.prod(self.shape)


class Pins(NamedTuple):
    train_pixels: Pin
    train_labels: Pin
    test_pixels: Pin
    test_labels: Pin


MNIST = Pins(
    Pin(
        "train-images-idx3-ubyte",
        (60_000, 28, 28),
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    Pin(
        "train-labels-idx1-ubyte",
        (60_000,),
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    Pin(
        "t10k-images-idx3-ubyte",
        (10_000, 28, 28),
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    Pin(
        "t10k-labels-idx1-ubyte",
        (10_000,),
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
)


@dataclass(frozen=True, slots=True, eq=False)
class Mnist:
    """MNIST in memory.

    Pixels are (n, 28, 28) uint8, 0 paper to 255 ink, labels (n,) int64 in 0..9.
    `digest` is the SHA-256 over the four files' uncompressed contents.
    """

    train_pixels: NDArray[np.uint8]
    train_labels: NDArray[np.int64]
    test_pixels: NDArray[np.uint8]
    test_labels: NDArray[np.int64]
    digest: str

    def limited(self, most: int) -> Mnist:
        """The first `most` training images and a sixth as many test images; 0 means all."""
        if not 0 < most < len(self.train_labels):
            return self
        tests = max(1, most // 6)
        return replace(
            self,
            train_pixels=self.train_pixels[:most],
            train_labels=self.train_labels[:most],
            test_pixels=self.test_pixels[:tests],
            test_labels=self.test_labels[:tests],
            digest=hashlib.sha256(f"{self.digest} {most}".encode()).hexdigest(),
        )


def load_mnist(
    *,
    folder: str | Path | None,
    cache: Path,
    mirrors: Sequence[str],
    on_progress: OnProgress | None = None,
    pins: Pins = MNIST,
) -> Mnist:
    """MNIST from `folder` if one is given, otherwise from `cache`, fetched into it where needed.

    Each file may lie there as it is or as `.gz`. A damaged file in the cache is
    fetched anew; the folder is the user's own and is never written to. What
    `on_progress` raises stops the download and passes through. Raises
    `CorpusUnavailable`, and `OSError` where the cache cannot be written.

    The files' format is the one LeCun, Cortes and Burges describe on MNIST's
    own page (IDX).
    """
    if folder:
        contents = [_of_folder(Path(folder), pin) for pin in pins]
    else:
        contents = [
            _of_cache(cache, pin) or _fetched(cache, pin, mirrors, on_progress) for pin in pins
        ]
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    arrays = [_array(content, pin) for content, pin in zip(contents, pins, strict=True)]
    return Mnist(
        train_pixels=arrays[0],
        train_labels=arrays[1].astype(np.int64),
        test_pixels=arrays[2],
        test_labels=arrays[3].astype(np.int64),
        digest=digest.hexdigest(),
    )


def _array(content: bytes, pin: Pin) -> NDArray[np.uint8]:
    return np.frombuffer(content, dtype=np.uint8, offset=len(pin.header)).reshape(pin.shape)


def _of_folder(folder: Path, pin: Pin) -> bytes:
    for path in _places(folder, pin):
        try:
            return read(path, pin)
        except Damaged as error:
            raise CorpusUnavailable(f"{path} (in MNIST_DIR) is damaged: {error}") from error
    raise CorpusUnavailable(
        f"MNIST_DIR is {folder}, and there is no {pin.name} and no {pin.name}.gz in it."
    )


def _of_cache(cache: Path, pin: Pin) -> bytes | None:
    for path in _places(cache, pin):
        try:
            return read(path, pin)
        except Damaged as error:
            logger.warning("%s is damaged and passed over: %s", path, error)
    return None


def _places(folder: Path, pin: Pin) -> list[Path]:
    """Where the file lies; what was downloaded (always `.gz`) stands before older remains."""
    paths = [folder / f"{pin.name}.gz", folder / pin.name]
    return [path for path in paths if path.is_file()]


def read(path: Path, pin: Pin) -> bytes:
    """A file's uncompressed content if it is the pinned one; raises `Damaged`."""
    try:
        with path.open("rb") as file:
            content = _uncompressed(file, pin.size)
    except (OSError, EOFError, zlib.error) as error:
        raise Damaged(f"it cannot be read ({error})") from error
    if len(content) > pin.size:
        raise Damaged(f"it holds more than {pin.size:,} bytes")
    if not content.startswith(pin.header) or len(content) != pin.size:
        raise Damaged(f"it is no IDX file of {' x '.join(map(str, pin.shape))} bytes")
    if hashlib.sha256(content).hexdigest() != pin.sha256:
        raise Damaged("its SHA-256 is not the expected one")
    return content


def _uncompressed(file: BinaryIO, size: int) -> bytes:
    """At most one byte more than `size`, however much the file would unpack to.

    Browsers and servers may unpack a file and keep its name, so its first bytes
    decide, not the name.
    """
    compressed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    file.seek(0)
    if not compressed:
        return file.read(size + 1)
    with gzip.GzipFile(fileobj=file) as unpacked:
        return unpacked.read(size + 1)


def _fetched(
    cache: Path, pin: Pin, mirrors: Sequence[str], on_progress: OnProgress | None
) -> bytes:
    """The content from the first mirror that gives it whole, kept in the cache."""
    failures = []
    for mirror in mirrors:
        try:
            return download(
                f"{mirror.rstrip('/')}/{pin.name}.gz",
                cache / f"{pin.name}.gz",
                most=pin.size + GZIP_OVERHEAD,
                check=lambda path: read(path, pin),
                on_progress=on_progress,
            )
        except (NotGiven, Damaged) as error:
            logger.warning("%s does not give %s: %s", mirror, pin.name, error)
            failures.append(f"{mirror}: {error}")
    raise CorpusUnavailable(
        f"{pin.name} is not in {cache} and could not be downloaded "
        f"({'; '.join(failures) or 'no mirrors are set'}). Set MNIST_DIR to a folder that "
        f"holds MNIST's four files, or put them into {cache}."
    )
