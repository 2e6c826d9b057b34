"""MNIST: found in a folder, found in the cache, or fetched from its mirrors.

A file is used only if the SHA-256 of its uncompressed content is the one pinned
here, so neither a mirror nor the way to it has to be trusted, and it does not
matter how a mirror has packed it. pooch downloads under another name; the file
gets its own in the cache only once it has been checked.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from django.conf import settings

from training.data.idx import Damaged, Pin, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    import requests
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

# Called with a file's name, the bytes received and the bytes expected (0: unknown).
OnProgress: TypeAlias = Callable[[str, int, int], None]

SILENCE = 20.0  # seconds a mirror may say nothing
PATIENCE = 600.0  # seconds one file may take
# Between two chunks it is seen whether a download takes too long, and a chunk waits
# until all of it is there: of a mirror that trickles, small ones do not take long.
CHUNK = 256
REPORT_BYTES = 1 << 16
# What gzip may add to content that does not shrink at all.
GZIP_OVERHEAD = 1 << 16
# Seconds after which the file of a download that was killed is nobody's any more.
LEFT_BEHIND = 24 * 3600.0


class CorpusUnavailable(Exception):
    """The corpus is not at hand and cannot be had; the message says what to do."""


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


def load_configured(on_progress: OnProgress | None = None) -> Mnist:
    """MNIST as the settings say where it is: `MNIST_DIR`, else `MNIST_CACHE` and `MNIST_MIRRORS`.

    Tells and raises as `load_mnist` does.
    """
    return load_mnist(
        folder=settings.MNIST_DIR,
        cache=settings.MNIST_CACHE,
        mirrors=settings.MNIST_MIRRORS,
        on_progress=on_progress,
    )


def tests_at_hand() -> tuple[NDArray[np.uint8], NDArray[np.int64]] | None:
    """The test images and their labels, where they lie on this machine; None where they do not.

    Nothing is fetched. They are kept in memory: pages show single ones.
    """
    return _tests_of(Path(settings.MNIST_DIR or settings.MNIST_CACHE))


@lru_cache(maxsize=1)
def _tests_of(folder: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]] | None:
    pins = (MNIST.test_pixels, MNIST.test_labels)
    contents = [_of_cache(folder, pin) for pin in pins]
    if None in contents:
        return None
    pixels, labels = (
        pin.array(content) for pin, content in zip(pins, contents, strict=True) if content
    )
    return pixels, labels.astype(np.int64)


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
    arrays = [pin.array(content) for content, pin in zip(contents, pins, strict=True)]
    return Mnist(
        train_pixels=arrays[0],
        train_labels=arrays[1].astype(np.int64),
        test_pixels=arrays[2],
        test_labels=arrays[3].astype(np.int64),
        digest=digest.hexdigest(),
    )


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


# --- downloading ------------------------------------------------------------------


class _NotGiven(Exception):
    """A mirror does not give a file within the size and the time that it may take."""


class _Watch:
    """A download as a progress bar of pooch's: passed on, and ended where it is too much."""

    def __init__(self, name: str, most: int, on_progress: OnProgress | None) -> None:
        self.total = 0  # set by pooch; stays 0 where the mirror does not say
        self.stopped_by: Exception | None = None
        self._name, self._most, self._on_progress = name, most, on_progress
        self._deadline = time.monotonic() + PATIENCE
        self._done = 0

    def update(self, count: int) -> None:
        """Counts bytes. Raises `_NotGiven`, and what `on_progress` raises."""
        before, self._done = self._done, self._done + count
        if self._done > self._most:
            raise _NotGiven(f"it sends more than {self._most:,} bytes")
        if time.monotonic() > self._deadline:
            raise _NotGiven(f"it takes longer than {PATIENCE:.0f} seconds")
        told = before // REPORT_BYTES == self._done // REPORT_BYTES and self._done != self.total
        if self._on_progress is None or told:
            return
        try:
            self._on_progress(self._name, self._done, self.total)
        except Exception as error:
            self.stopped_by = error
            raise

    def reset(self) -> None:
        """Begins anew, before `update` with the whole: the last chunk counted as a full one."""
        self._done = 0

    def close(self) -> None:
        """Nothing is left to do."""


def _fetched(
    cache: Path, pin: Pin, mirrors: Sequence[str], on_progress: OnProgress | None
) -> bytes:
    """The content from the first mirror that gives it whole, kept in the cache."""
    import pooch  # of which a web process, that downloads nothing, has no need
    import requests

    # What it has to say goes to the terminal past every logger of the site.
    pooch.get_logger().setLevel(logging.WARNING)
    name = f"{pin.name}.gz"
    _clear(cache, name)
    failures = []
    for mirror in mirrors:
        watch = _Watch(name, pin.size + GZIP_OVERHEAD, on_progress)
        try:
            path = pooch.retrieve(
                f"{mirror.rstrip('/')}/{name}",
                known_hash=None,  # what is pinned is the content: `_download` checks it
                fname=name,
                path=cache,
                downloader=partial(_download, watch=watch, pin=pin),
            )
            return read(Path(path), pin)
        except (_NotGiven, Damaged, requests.RequestException, ValueError) as error:
            if error is watch.stopped_by:
                raise
            logger.warning("%s does not give %s: %s", mirror, pin.name, error)
            failures.append(f"{mirror}: {error}")
    raise CorpusUnavailable(
        f"{pin.name} is not in {cache} and could not be downloaded "
        f"({'; '.join(failures) or 'no mirrors are set'}). Set MNIST_DIR to a folder that "
        f"holds MNIST's four files, or put them into {cache}."
    )


def _clear(cache: Path, name: str) -> None:
    """Removes what pooch would take for the file, and what killed downloads left behind."""
    (cache / name).unlink(missing_ok=True)
    for left in cache.glob("tmp*"):  # pooch's name for what is not whole yet
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > LEFT_BEHIND:
                left.unlink()


def _download(address: str, file: str, _: object, *, watch: _Watch, pin: Pin) -> None:
    """Over HTTP alone, and checked before pooch gives the file its name."""
    import pooch

    responses: list[requests.Response] = []
    http = pooch.HTTPDownloader(
        progressbar=watch,
        chunk_size=CHUNK,
        timeout=SILENCE,
        headers={"Accept-Encoding": "identity"},
        hooks={"response": lambda response, **_: responses.append(response)},
    )
    try:
        http(address, file, None)
    finally:
        for response in responses:
            response.close()  # pooch leaves one open that it does not read to its end
    read(Path(file), pin)
