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
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from training import download
from training.mnist import MNIST, CorpusUnavailable, Damaged, Pin, Pins, load_mnist, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Answer = Callable[[BaseHTTPRequestHandler], None]

ROOT = Path(__file__).resolve().parent.parent
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


def put(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


# --- mirrors, good and bad ------------------------------------------------------------


@contextmanager
def mirror(answer: Answer) -> Iterator[str]:
    """A real HTTP server on this machine; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                answer(self)
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


def start(handler: BaseHTTPRequestHandler, length: int | None) -> None:
    handler.send_response(200)
    if length is not None:
        handler.send_header("Content-Length", str(length))
    handler.end_headers()


def asked(handler: BaseHTTPRequestHandler) -> str:
    return handler.path.removeprefix("/mnist/")


def serving(files: dict[str, bytes]) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        content = files[asked(handler)]
        start(handler, len(content))
        handler.wfile.write(content)

    return answer


def missing(handler: BaseHTTPRequestHandler) -> None:
    handler.send_error(404)


def broken_off(handler: BaseHTTPRequestHandler) -> None:
    content = FILES[asked(handler)]
    start(handler, len(content))
    handler.wfile.write(content[: len(content) // 2])


def ended_early(handler: BaseHTTPRequestHandler) -> None:
    """Half a file that claims to be all of it."""
    content = FILES[asked(handler)]
    start(handler, None)
    handler.wfile.write(content[: len(content) // 2])


def endless(handler: BaseHTTPRequestHandler) -> None:
    start(handler, None)
    while True:
        handler.wfile.write(bytes(1 << 16))


def bad_length(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "many")
    handler.end_headers()


def no_http(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"220 mail.example.org ESMTP\r\n\r\n")


def to_a_local_file(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", f"file://{__file__}")
    handler.end_headers()


def changed(content: bytes, place: int) -> bytes:
    altered = bytearray(content)
    altered[place] ^= 1
    return bytes(altered)


def every(make: Callable[[bytes], bytes]) -> Answer:
    return serving({f"{name}.gz": make(content) for name, content in CONTENTS.items()})


BOMB = gzip.compress(bytes(20_000_000))
BAD_MIRRORS = {
    "missing": missing,
    "broken off": broken_off,
    "ended early": ended_early,
    "endless": endless,
    "bad length": bad_length,
    "no HTTP": no_http,
    "redirected to a local file": to_a_local_file,
    "empty": every(lambda content: b""),
    "another pixel": every(lambda content: gzip.compress(changed(content, -1))),
    "another magic number": every(lambda content: gzip.compress(changed(content, 2))),
    "other dimensions": every(lambda content: gzip.compress(changed(content, 7))),
    "a byte too many": every(lambda content: gzip.compress(content + b"\0")),
    "a bit fallen over": every(lambda content: changed(gzip.compress(content), 40)),
    "no stream at all": every(lambda content: gzip.compress(content)[:10] + b"\xff" * 20),
    "rubbish behind it": every(lambda content: gzip.compress(content) + b"rubbish"),
    "a bomb": serving(dict.fromkeys(FILES, BOMB)),
}


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "corpora" / "mnist"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture(scope="module")
def good() -> Iterator[str]:
    with mirror(serving(FILES)) as address:
        yield address


@pytest.fixture(scope="module")
def down() -> str:
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}/"


# --- the promises ---------------------------------------------------------------------


def test_it_works(cache: Path, good: str) -> None:
    steps: list[tuple[str, int, int]] = []
    mnist = load_mnist(
        folder=None,
        cache=cache,
        mirrors=[good],
        on_progress=lambda *step: steps.append(step),
        pins=PINS,
    )
    for ours, theirs in zip(
        (mnist.train_pixels, mnist.train_labels, mnist.test_pixels, mnist.test_labels),
        ARRAYS,
        strict=True,
    ):
        np.testing.assert_array_equal(ours, theirs)
    assert mnist.train_pixels.dtype == mnist.test_pixels.dtype == np.uint8
    assert mnist.train_labels.dtype == mnist.test_labels.dtype == np.int64
    assert mnist.digest == DIGEST
    assert names(cache) == set(FILES)
    last = {name: (done, expected) for name, done, expected in steps}
    assert last == {name: (len(content), len(content)) for name, content in FILES.items()}


def test_what_is_in_the_cache_is_not_fetched_again(cache: Path, good: str) -> None:
    load_mnist(folder=None, cache=cache, mirrors=[good], pins=PINS)
    assert load_mnist(folder=None, cache=cache, mirrors=[], pins=PINS).digest == DIGEST


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
    mnist = load_mnist(folder=folder, cache=tmp_path / "cache", mirrors=[], pins=PINS)
    assert mnist.digest == DIGEST


def test_the_folder_goes_before_the_cache(tmp_path: Path, cache: Path) -> None:
    put(cache, FILES)
    with pytest.raises(CorpusUnavailable, match=rf"MNIST_DIR is .*there is no {FIRST}"):
        load_mnist(folder=tmp_path / "typo", cache=cache, mirrors=[], pins=PINS)


def test_a_damaged_file_in_the_folder_is_named_and_left_alone(
    tmp_path: Path, cache: Path, good: str
) -> None:
    damaged = {**FILES, f"{FIRST}.gz": FILES[f"{FIRST}.gz"][:-100]}
    put(tmp_path / "mine", damaged)
    with pytest.raises(CorpusUnavailable, match=rf"mine/{FIRST}\.gz .*is damaged"):
        load_mnist(folder=tmp_path / "mine", cache=cache, mirrors=[good], pins=PINS)
    assert (tmp_path / "mine" / f"{FIRST}.gz").read_bytes() == damaged[f"{FIRST}.gz"]
    assert not cache.exists()


@pytest.mark.parametrize("name", [FIRST, f"{FIRST}.gz"])
def test_a_damaged_file_in_the_cache_is_fetched_anew(
    cache: Path, good: str, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    put(cache, FILES)
    (cache / f"{FIRST}.gz").unlink()
    put(cache, {name: changed(CONTENTS[FIRST], 500)})
    assert load_mnist(folder=None, cache=cache, mirrors=[good], pins=PINS).digest == DIGEST
    assert f"{name} is damaged" in caplog.text
    caplog.clear()
    assert load_mnist(folder=None, cache=cache, mirrors=[], pins=PINS).digest == DIGEST
    assert caplog.text == ""


def test_the_second_mirror_helps_when_the_first_is_down(cache: Path, down: str, good: str) -> None:
    assert load_mnist(folder=None, cache=cache, mirrors=[down, good], pins=PINS).digest == DIGEST
    assert names(cache) == set(FILES)


@pytest.mark.parametrize("bad", BAD_MIRRORS.values(), ids=BAD_MIRRORS)
def test_a_bad_mirror_is_passed_over(cache: Path, good: str, bad: Answer) -> None:
    with mirror(bad) as address:
        mnist = load_mnist(folder=None, cache=cache, mirrors=[address, good], pins=PINS)
    assert mnist.digest == DIGEST
    assert names(cache) == set(FILES)


@pytest.mark.parametrize("bad", BAD_MIRRORS.values(), ids=BAD_MIRRORS)
def test_nothing_of_a_bad_mirror_stays(cache: Path, bad: Answer) -> None:
    with mirror(bad) as address, pytest.raises(CorpusUnavailable):
        load_mnist(folder=None, cache=cache, mirrors=[address], pins=PINS)
    assert names(cache) == set()


def test_a_bomb_does_not_fill_the_memory(cache: Path) -> None:
    tracemalloc.start()
    try:
        with (
            mirror(serving(dict.fromkeys(FILES, BOMB))) as address,
            pytest.raises(CorpusUnavailable, match="it holds more than"),
        ):
            load_mnist(folder=None, cache=cache, mirrors=[address], pins=PINS)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000


def test_a_silent_mirror_is_given_up(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "SILENCE", 0.2)
    over = threading.Event()
    with mirror(lambda handler: bool(over.wait(30))) as address:
        with pytest.raises(CorpusUnavailable, match="timed out"):
            load_mnist(folder=None, cache=cache, mirrors=[address], pins=PINS)
        over.set()


def test_a_trickling_mirror_is_given_up(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "PATIENCE", 0.3)

    def trickle(handler: BaseHTTPRequestHandler) -> None:
        start(handler, len(FILES[asked(handler)]))
        for byte in FILES[asked(handler)]:
            handler.wfile.write(bytes([byte]))
            time.sleep(0.02)

    with (
        mirror(trickle) as address,
        pytest.raises(CorpusUnavailable, match="it takes longer than"),
    ):
        load_mnist(folder=None, cache=cache, mirrors=[address], pins=PINS)
    assert names(cache) == set()


def test_only_the_web_is_asked(tmp_path: Path, cache: Path) -> None:
    put(tmp_path / "there", FILES)
    with pytest.raises(CorpusUnavailable, match="https://"):
        load_mnist(folder=None, cache=cache, mirrors=[(tmp_path / "there").as_uri()], pins=PINS)


@pytest.mark.parametrize("mirrors", [["down"], []], ids=["unreachable", "none set"])
def test_it_says_what_to_do_when_nothing_can_be_reached(
    cache: Path, down: str, mirrors: list[str]
) -> None:
    with pytest.raises(CorpusUnavailable) as caught:
        load_mnist(folder=None, cache=cache, mirrors=[down for _ in mirrors], pins=PINS)
    message = str(caught.value)
    assert f"{FIRST} is not in {cache} and could not be downloaded" in message
    assert (down if mirrors else "no mirrors are set") in message
    assert (
        f"Set MNIST_DIR to a folder that holds MNIST's four files, or put them into {cache}."
        in (message)
    )


def test_a_disk_that_cannot_be_written_is_not_blamed_on_the_mirror(
    tmp_path: Path, good: str
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        load_mnist(folder=None, cache=tmp_path / "file" / "mnist", mirrors=[good], pins=PINS)


class Stopped(Exception):
    """What a cancelled training raises."""


@pytest.mark.parametrize("kind", [Stopped, OSError, ValueError])
def test_a_download_can_be_stopped(cache: Path, good: str, kind: type[Exception]) -> None:
    def stop(name: str, done: int, expected: int) -> None:
        raise kind("enough")

    with pytest.raises(kind, match="enough"):
        load_mnist(folder=None, cache=cache, mirrors=[good], on_progress=stop, pins=PINS)
    assert names(cache) == set()


# --- two at once, and one that dies -----------------------------------------------------

CHILD = """
import sys
from pathlib import Path
from tests.test_mnist import PINS
from training.mnist import load_mnist

print(load_mnist(folder=None, cache=Path(sys.argv[1]), mirrors=[sys.argv[2]], pins=PINS).digest)
"""


def child(cache: Path, address: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(cache), address],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def test_a_killed_download_leaves_nothing_that_is_taken_for_whole(cache: Path, good: str) -> None:
    over = threading.Event()

    def stall(handler: BaseHTTPRequestHandler) -> None:
        content = FILES[asked(handler)]
        start(handler, len(content))
        handler.wfile.write(content[: len(content) * 3 // 4])
        over.wait(60)

    with mirror(stall) as address:
        with child(cache, address) as process:
            wait_until(lambda: any(path.stat().st_size for path in cache.glob("*.part")))
            process.send_signal(signal.SIGKILL)
            assert process.wait(30) == -signal.SIGKILL
        over.set()
    (left,) = cache.iterdir()
    with pytest.raises(Damaged):
        read(left, PINS.train_pixels)
    with pytest.raises(CorpusUnavailable):
        load_mnist(folder=None, cache=cache, mirrors=[], pins=PINS)
    assert load_mnist(folder=None, cache=cache, mirrors=[good], pins=PINS).digest == DIGEST
    # It may still belong to somebody, so it is removed only when it is old.
    assert names(cache) == {*FILES, left.name}


def test_what_a_killed_download_left_is_removed_once_it_is_old(cache: Path, good: str) -> None:
    old, young = (f"{FIRST}.gz.{age}.part" for age in ("old", "young"))
    put(cache, {old: b"half", young: b"half"})
    long_ago = time.time() - 3 * download.PATIENCE
    os.utime(cache / old, (long_ago, long_ago))
    load_mnist(folder=None, cache=cache, mirrors=[good], pins=PINS)
    assert names(cache) == {*FILES, young}


def test_two_downloads_at_once_do_not_meet(cache: Path) -> None:
    together = {name: threading.Barrier(2) for name in FILES}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        """Neither gets its second half before both have their first."""
        content = FILES[asked(handler)]
        start(handler, len(content))
        handler.wfile.write(content[: len(content) // 2])
        together[asked(handler)].wait(60)
        handler.wfile.write(content[len(content) // 2 :])

    with mirror(answer) as address, child(cache, address) as one, child(cache, address) as two:
        for process in (one, two):
            out, problems = process.communicate(timeout=90)
            assert (out.strip(), problems) == (DIGEST, "")
    assert names(cache) == set(FILES)


# --- reading and limiting -----------------------------------------------------------------


@examples(deadline=None)
@given(content=st.binary(max_size=300))
def test_no_bytes_but_the_pinned_ones_are_read(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "anything"
    path.write_bytes(content)
    with pytest.raises(Damaged):
        read(path, PINS.test_labels)


def test_a_wrong_magic_number_is_refused_even_where_the_hash_is_right(tmp_path: Path) -> None:
    floats = changed(CONTENTS[FIRST], 2)
    put(tmp_path, {FIRST: floats})
    pin = PINS.train_pixels._replace(sha256=hashlib.sha256(floats).hexdigest())
    with pytest.raises(Damaged, match="no IDX file of 120 x 28 x 28 bytes"):
        read(tmp_path / FIRST, pin)


def test_a_limit_takes_the_first_images(tmp_path: Path) -> None:
    put(tmp_path, FILES)
    mnist = load_mnist(folder=tmp_path, cache=tmp_path, mirrors=[], pins=PINS)
    few = mnist.limited(60)
    np.testing.assert_array_equal(few.train_pixels, ARRAYS[0][:60])
    np.testing.assert_array_equal(few.train_labels, ARRAYS[1][:60])
    np.testing.assert_array_equal(few.test_pixels, ARRAYS[2][:10])
    np.testing.assert_array_equal(few.test_labels, ARRAYS[3][:10])
    assert len({mnist.digest, few.digest, mnist.limited(61).digest}) == 3
    assert few.digest == mnist.limited(60).digest
    assert len(mnist.limited(1).test_labels) == 1


@pytest.mark.parametrize("most", [0, 120, 1000])
def test_no_limit_or_a_higher_one_takes_all(tmp_path: Path, most: int) -> None:
    put(tmp_path, FILES)
    mnist = load_mnist(folder=tmp_path, cache=tmp_path, mirrors=[], pins=PINS)
    assert mnist.limited(most) is mnist


# --- the real files, and the command --------------------------------------------------------


@needs_mnist
def test_the_real_files_are_the_originals() -> None:
    """The MD5s are those that others know the two files by."""
    mnist = load_mnist(folder=REAL, cache=Path("/nonexistent"), mirrors=[])
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


@needs_mnist
def test_the_command_fetches_the_real_files_and_says_where_they_are(
    settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    real = {
        f"{pin.name}.gz": gzip.compress(read(path, pin), compresslevel=1)
        for pin in MNIST
        for path in REAL.glob(f"{pin.name}*")
    }
    settings.MNIST_DIR, settings.VAR_DIR = "", tmp_path
    with mirror(serving(real)) as address:
        settings.MNIST_MIRRORS = [address]
        call_command("fetch_mnist")
    out = capsys.readouterr().out
    for name in real:
        assert f"Downloading {name}\n" in out
    cache = tmp_path / "corpora" / "mnist"
    assert f"60,000 training and 10,000 test images in {cache}" in out
    assert names(cache) == set(real)


@needs_mnist
def test_the_command_looks_into_the_folder_first(
    settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.MNIST_DIR, settings.VAR_DIR, settings.MNIST_MIRRORS = str(REAL), tmp_path, []
    call_command("fetch_mnist")
    out = capsys.readouterr().out
    assert f"test images in {REAL}" in out
    assert "Downloading" not in out
    assert names(tmp_path) == set()


def test_the_command_fails_with_a_sentence(settings, tmp_path: Path, down: str) -> None:
    settings.MNIST_DIR, settings.VAR_DIR, settings.MNIST_MIRRORS = "", tmp_path, [down]
    with pytest.raises(CommandError, match="Set MNIST_DIR to a folder"):
        call_command("fetch_mnist")


def test_the_command_ends_its_line_before_the_sentence(
    settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.MNIST_DIR, settings.VAR_DIR = "", tmp_path
    with mirror(serving(FILES)) as address:  # whole files, but not the ones that are pinned
        settings.MNIST_MIRRORS = [address]
        with pytest.raises(CommandError, match="no IDX file of 60000 x 28 x 28 bytes"):
            call_command("fetch_mnist")
    assert capsys.readouterr().out == f"Downloading {FIRST}.gz\n"
