"""MNIST is used whole and unaltered, or not at all, whatever mirrors and disks do."""

from __future__ import annotations

import gzip
import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from tests import ROOT
from tests.support.site import wait_for
from training.data import mnist as corpus
from training.data.idx import Damaged, Pin, read
from training.data.mnist import MNIST, CorpusUnavailable, Mnist, Pins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Answer = Callable[[BaseHTTPRequestHandler, bytes], None]

REAL = Path(os.environ.get("MNIST_DIR") or "/nonexistent")
needs_mnist = pytest.mark.skipif(not REAL.is_dir(), reason="MNIST_DIR is not set")

# --- a little MNIST of our own ------------------------------------------------------

_noise = np.random.default_rng(7)
ARRAYS = (
    # Noise does not shrink, so a half of it is a good many packets.
    _noise.integers(0, 256, (120, 28, 28), dtype=np.uint8),
    _noise.integers(0, 10, 120, dtype=np.uint8),
    _noise.integers(0, 256, (20, 28, 28), dtype=np.uint8),
    _noise.integers(0, 10, 20, dtype=np.uint8),
)


def idx(array: np.ndarray) -> bytes:
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


CONTENTS = {pin.name: idx(array) for pin, array in zip(MNIST, ARRAYS, strict=True)}
PINS = Pins(
    *(
        Pin(pin.name, array.shape, hashlib.sha256(CONTENTS[pin.name]).hexdigest())
        for pin, array in zip(MNIST, ARRAYS, strict=True)
    )
)
FILES = {f"{name}.gz": gzip.compress(content) for name, content in CONTENTS.items()}
FIRST = PINS.train_pixels.name
DIGEST = hashlib.sha256(b"".join(CONTENTS.values())).hexdigest()


def load(cache: Path, *mirrors: str, folder: Path | None = None, **options: Any) -> Mnist:
    return corpus.load_mnist(folder=folder, cache=cache, mirrors=mirrors, pins=PINS, **options)


def put(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def changed(content: bytes, place: int) -> bytes:
    altered = bytearray(content)
    altered[place] ^= 1
    return bytes(altered)


# --- mirrors, good and bad ------------------------------------------------------------


@contextmanager
def mirror(answer: Answer, files: dict[str, bytes] = FILES) -> Iterator[str]:
    """A real HTTP server on this machine, told what is asked for; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                answer(self, files[self.path.removeprefix("/mnist/")])
            except ConnectionError:
                self.close_connection = True  # the other side has heard enough

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/mnist/"
        finally:
            server.shutdown()
            thread.join()


def start(handler: BaseHTTPRequestHandler, status: int = 200, **headers: object) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), str(value))
    handler.end_headers()


def serving(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    start(handler, Content_Length=len(content))
    handler.wfile.write(content)


def broken_off(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    start(handler, Content_Length=len(content))
    handler.wfile.write(content[: len(content) // 2])


def ended_early(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """Half a file that claims to be all of it."""
    start(handler)
    handler.wfile.write(content[: len(content) // 2])


def endless(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    start(handler)
    while True:
        handler.wfile.write(bytes(1 << 16))


BOMB = gzip.compress(bytes(20_000_000))
BAD_MIRRORS: dict[str, Answer] = {
    "missing": lambda handler, content: handler.send_error(404),
    "broken off": broken_off,
    "ended early": ended_early,
    "endless": endless,
    "bad length": lambda handler, content: start(handler, Content_Length="many"),
    "no HTTP": lambda handler, content: handler.wfile.write(b"220 mail.example.org ESMTP\r\n\r\n"),
    "redirected to a local file": lambda handler, content: start(
        handler, 302, Location=f"file://{__file__}"
    ),
    "another pixel": lambda handler, content: serving(
        handler, gzip.compress(changed(gzip.decompress(content), -1))
    ),
    "a bomb": lambda handler, content: serving(handler, BOMB),
}


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "corpora" / "mnist"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture(scope="module")
def good() -> Iterator[str]:
    with mirror(serving) as address:
        yield address


@pytest.fixture(scope="module")
def down() -> str:
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}/"


# --- the promises ---------------------------------------------------------------------


def test_it_works(cache: Path, good: str) -> None:
    steps: list[tuple[str, int, int]] = []
    mnist = load(cache, good, on_progress=lambda *step: steps.append(step))
    found = (mnist.train_pixels, mnist.train_labels, mnist.test_pixels, mnist.test_labels)
    for ours, theirs in zip(found, ARRAYS, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert [array.dtype for array in found] == [np.uint8, np.int64, np.uint8, np.int64]
    assert mnist.digest == DIGEST
    assert names(cache) == set(FILES)
    assert len(steps) > len(FILES)
    last = {name: (done, expected) for name, done, expected in steps}
    assert last == {name: (len(content), len(content)) for name, content in FILES.items()}


def test_what_is_in_the_cache_is_not_fetched_again(cache: Path, good: str) -> None:
    load(cache, good)
    assert load(cache).digest == DIGEST


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(FILES, id="compressed"),
        pytest.param(CONTENTS, id="uncompressed"),
        pytest.param(
            {f"{name}.gz": content for name, content in CONTENTS.items()},
            id="unpacked by a browser that kept the name",
        ),
    ],
)
@pytest.mark.parametrize("place", ["folder", "cache"])
def test_files_put_there_by_hand_are_taken(
    tmp_path: Path, place: str, files: dict[str, bytes]
) -> None:
    put(tmp_path / place, files)
    folder = tmp_path / "folder" if place == "folder" else None
    assert load(tmp_path / "cache", folder=folder).digest == DIGEST


def test_the_folder_goes_before_the_cache(tmp_path: Path, cache: Path) -> None:
    put(cache, FILES)
    with pytest.raises(CorpusUnavailable, match=rf"MNIST_DIR is .*there is no {FIRST}"):
        load(cache, folder=tmp_path / "typo")


def test_a_damaged_file_in_the_folder_is_named_and_left_alone(
    tmp_path: Path, cache: Path, good: str
) -> None:
    damaged = {**FILES, f"{FIRST}.gz": FILES[f"{FIRST}.gz"][:-100]}
    put(tmp_path / "mine", damaged)
    with pytest.raises(CorpusUnavailable, match=rf"mine/{FIRST}\.gz .*is damaged"):
        load(cache, good, folder=tmp_path / "mine")
    assert (tmp_path / "mine" / f"{FIRST}.gz").read_bytes() == damaged[f"{FIRST}.gz"]
    assert not cache.exists()


@pytest.mark.parametrize("name", [FIRST, f"{FIRST}.gz"])
def test_a_damaged_file_in_the_cache_is_fetched_anew(
    cache: Path, good: str, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    put(cache, FILES)
    (cache / f"{FIRST}.gz").unlink()
    put(cache, {name: changed(CONTENTS[FIRST], 500)})
    assert load(cache, good).digest == DIGEST
    assert f"{name} is damaged" in caplog.text
    caplog.clear()
    assert load(cache).digest == DIGEST
    assert caplog.text == ""


def test_the_second_mirror_helps_when_the_first_is_down(cache: Path, down: str, good: str) -> None:
    assert load(cache, down, good).digest == DIGEST


@pytest.mark.parametrize("bad", BAD_MIRRORS.values(), ids=BAD_MIRRORS)
def test_a_bad_mirror_leaves_nothing_and_is_passed_over(
    cache: Path, good: str, bad: Answer
) -> None:
    with mirror(bad) as address:
        with pytest.raises(CorpusUnavailable):
            load(cache, address)
        assert names(cache) == set()
        assert load(cache, address, good).digest == DIGEST
    assert names(cache) == set(FILES)


def test_a_silent_mirror_is_given_up(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "SILENCE", 0.2)
    over = threading.Event()
    with mirror(lambda handler, content: bool(over.wait(30)) or None) as address:
        with pytest.raises(CorpusUnavailable, match="timed out"):
            load(cache, address)
        over.set()


def test_a_trickling_mirror_is_given_up(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "PATIENCE", 0.3)

    def trickle(handler: BaseHTTPRequestHandler, content: bytes) -> None:
        start(handler, Content_Length=len(content))
        for byte in content:
            handler.wfile.write(bytes([byte]))
            time.sleep(0.002)

    with mirror(trickle) as address, pytest.raises(CorpusUnavailable, match="takes longer than"):
        load(cache, address)
    assert names(cache) == set()


def test_only_the_web_is_asked(tmp_path: Path, cache: Path) -> None:
    put(tmp_path / "there", FILES)
    with pytest.raises(CorpusUnavailable, match="No connection adapters were found for 'file:"):
        load(cache, (tmp_path / "there").as_uri())


@pytest.mark.parametrize("reachable", [True, False], ids=["unreachable", "none set"])
def test_it_says_what_to_do_when_nothing_can_be_reached(
    cache: Path, down: str, reachable: bool
) -> None:
    with pytest.raises(CorpusUnavailable) as caught:
        load(cache, *[down] * reachable)
    message = str(caught.value)
    assert f"{FIRST} is not in {cache} and could not be downloaded" in message
    assert (down if reachable else "no mirrors are set") in message
    assert message.endswith(
        f"Set MNIST_DIR to a folder that holds MNIST's four files, or put them into {cache}."
    )


def test_a_disk_that_cannot_be_written_is_not_blamed_on_the_mirror(
    tmp_path: Path, good: str
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        load(tmp_path / "file" / "mnist", good)


class Stopped(Exception):
    """What a cancelled training raises."""


@pytest.mark.parametrize("kind", [Stopped, OSError, ValueError])
def test_a_download_can_be_stopped(cache: Path, good: str, kind: type[Exception]) -> None:
    def stop(name: str, done: int, expected: int) -> None:
        raise kind("enough")

    with pytest.raises(kind, match="enough"):
        load(cache, good, on_progress=stop)
    assert names(cache) == set()


# --- two at once, and one that dies -----------------------------------------------------

CHILD = """
import sys
from pathlib import Path
import django
django.setup()
from tests.training.data.test_mnist import load
load(Path(sys.argv[1]), sys.argv[2])
"""


@pytest.mark.long
def test_a_killed_download_leaves_nothing_that_is_taken_for_whole(cache: Path, good: str) -> None:
    over = threading.Event()

    def stall(handler: BaseHTTPRequestHandler, content: bytes) -> None:
        start(handler, Content_Length=len(content))
        handler.wfile.write(content[: len(content) * 3 // 4])
        over.wait(60)

    with mirror(stall) as address:
        with subprocess.Popen(
            [sys.executable, "-c", CHILD, str(cache), address],
            cwd=ROOT,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        ) as child:
            wait_for(
                lambda: any(path.stat().st_size for path in cache.glob("*")),
                seconds=60,
                why="the download is under way",
            )
            child.send_signal(signal.SIGKILL)
            assert child.wait(30) == -signal.SIGKILL
        over.set()
    (left,) = cache.iterdir()
    with pytest.raises(CorpusUnavailable):
        load(cache)
    assert load(cache, good).digest == DIGEST
    # It may still belong to somebody, so it is removed only when it is old.
    assert names(cache) == {*FILES, left.name}
    long_ago = time.time() - 2 * corpus.LEFT_BEHIND
    os.utime(left, (long_ago, long_ago))
    (cache / f"{FIRST}.gz").unlink()
    load(cache, good)
    assert names(cache) == set(FILES)


def test_two_downloads_at_once_do_not_meet(cache: Path) -> None:
    together = threading.Barrier(2)

    def answer(handler: BaseHTTPRequestHandler, content: bytes) -> None:
        """Neither gets its second half before both have their first."""
        start(handler, Content_Length=len(content))
        handler.wfile.write(content[: len(content) // 2])
        together.wait(60)
        handler.wfile.write(content[len(content) // 2 :])

    with mirror(answer) as address, ThreadPoolExecutor(2) as pool:
        digests = [mnist.digest for mnist in pool.map(load, [cache] * 2, [address] * 2)]
    assert digests == [DIGEST] * 2
    assert names(cache) == set(FILES)


# --- reading and limiting -----------------------------------------------------------------


@given(content=st.binary(max_size=300))
def test_no_bytes_but_the_pinned_ones_are_read(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "anything"
    path.write_bytes(content)
    with pytest.raises(Damaged):
        read(path, PINS.test_labels)


CONTENT, PACKED = CONTENTS[FIRST], FILES[f"{FIRST}.gz"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(gzip.compress(changed(CONTENT, -1)), id="another pixel"),
        pytest.param(gzip.compress(changed(CONTENT, 7)), id="other dimensions"),
        pytest.param(gzip.compress(CONTENT + b"\0"), id="a byte too many"),
        pytest.param(changed(PACKED, 40), id="a bit fallen over"),
        pytest.param(PACKED[:-100], id="cut off"),
        pytest.param(PACKED[:10] + b"\xff" * 20, id="no stream at all"),
        pytest.param(PACKED + b"rubbish", id="rubbish behind it"),
    ],
)
def test_what_is_not_the_pinned_content_is_damaged(tmp_path: Path, content: bytes) -> None:
    put(tmp_path, {FIRST: content})
    with pytest.raises(Damaged):
        read(tmp_path / FIRST, PINS.train_pixels)


def test_a_wrong_magic_number_is_refused_even_where_the_hash_is_right(tmp_path: Path) -> None:
    floats = changed(CONTENT, 2)
    put(tmp_path, {FIRST: floats})
    pin = PINS.train_pixels._replace(sha256=hashlib.sha256(floats).hexdigest())
    with pytest.raises(Damaged, match="no IDX file of 120 x 28 x 28 bytes"):
        read(tmp_path / FIRST, pin)


def test_a_bomb_does_not_fill_the_memory(tmp_path: Path) -> None:
    put(tmp_path, {FIRST: BOMB})
    tracemalloc.start()
    try:
        with pytest.raises(Damaged, match="it holds more than"):
            read(tmp_path / FIRST, PINS.train_pixels)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000


def test_a_limit_takes_the_first_images(tmp_path: Path) -> None:
    put(tmp_path, FILES)
    mnist = load(tmp_path)
    few = mnist.limited(60)
    np.testing.assert_array_equal(few.train_pixels, ARRAYS[0][:60])
    np.testing.assert_array_equal(few.train_labels, ARRAYS[1][:60])
    np.testing.assert_array_equal(few.test_pixels, ARRAYS[2][:10])
    np.testing.assert_array_equal(few.test_labels, ARRAYS[3][:10])
    assert len({mnist.digest, few.digest, mnist.limited(61).digest}) == 3
    assert few.digest == mnist.limited(60).digest
    assert len(mnist.limited(1).test_labels) == 1
    assert [mnist.limited(most) is mnist for most in (0, 120, 1000)] == [True] * 3


# --- the real files, and the command --------------------------------------------------------


@needs_mnist
def test_the_real_files_are_the_originals() -> None:
    """The MD5s are those that others know the two files by."""
    mnist = corpus.load_mnist(folder=REAL, cache=Path("/nonexistent"), mirrors=[])
    assert mnist.train_pixels.shape == (60_000, 28, 28)
    assert mnist.test_pixels.shape == (10_000, 28, 28)
    assert np.bincount(mnist.train_labels).tolist() == [
        5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]  # fmt: skip
    train, test = (
        hashlib.md5(pin.header + pixels.tobytes()).hexdigest()
        for pin, pixels in (
            (MNIST.train_pixels, mnist.train_pixels),
            (MNIST.test_pixels, mnist.test_pixels),
        )
    )
    assert train == "6bbc9ace898e44ae57da46a324031adb"
    assert test == "2646ac647ad5339dbf082846283269ea"


@pytest.mark.long
@needs_mnist
def test_the_command_fetches_the_real_files_and_says_where_they_are(
    settings, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    real = {
        f"{pin.name}.gz": gzip.compress(read(path, pin), compresslevel=1)
        for pin in MNIST
        for path in REAL.glob(f"{pin.name}*")
    }
    settings.MNIST_DIR, settings.MNIST_CACHE = "", cache
    with mirror(serving, real) as address:
        settings.MNIST_MIRRORS = [address]
        call_command("fetch_mnist")
    out, problems = capsys.readouterr()
    assert [line for line in out.splitlines() if line.startswith("Downloading")] == [
        f"Downloading {pin.name}.gz" for pin in MNIST
    ]
    assert f"60,000 training and 10,000 test images in {cache}" in out
    assert problems == ""
    assert names(cache) == set(real)


@needs_mnist
def test_the_command_looks_into_the_folder_first(
    settings, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.MNIST_DIR, settings.MNIST_CACHE, settings.MNIST_MIRRORS = str(REAL), cache, []
    call_command("fetch_mnist")
    out = capsys.readouterr().out
    assert f"test images in {REAL}" in out
    assert "Downloading" not in out
    assert not cache.exists()


def test_the_command_fails_with_a_sentence(settings, cache: Path, down: str) -> None:
    settings.MNIST_DIR, settings.MNIST_CACHE, settings.MNIST_MIRRORS = "", cache, [down]
    with pytest.raises(CommandError, match="Set MNIST_DIR to a folder"):
        call_command("fetch_mnist")


def test_the_command_ends_its_line_before_the_sentence(
    settings, cache: Path, good: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.MNIST_DIR, settings.MNIST_CACHE = "", cache
    settings.MNIST_MIRRORS = [good]  # whole files, but not the ones that are pinned
    with pytest.raises(CommandError, match="no IDX file of 60000 x 28 x 28 bytes"):
        call_command("fetch_mnist")
    assert capsys.readouterr().out == f"Downloading {FIRST}.gz\n"
