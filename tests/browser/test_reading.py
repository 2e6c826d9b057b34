"""A real browser reads glyphs in its worker, under the site's content security policy."""

from __future__ import annotations

import functools
import http.server
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from playwright.sync_api import Page

from digitsite.http.own_header import OWN_HEADER
from recognizer.preprocessing.glyph import Glyphs
from tests import ROOT
from tests.support.tensorflowjs import PACKAGES, assert_as_the_server, needs_packages, write_shipped
from training.synthesis import digit_variants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    needs_packages,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

STRICT = "default-src 'self'; object-src 'none'; base-uri 'none'"
POLICY = f"{STRICT}; script-src 'self' 'wasm-unsafe-eval'"
URLS = {
    "core": "/packages/tfjs-core/dist/tf-core.es2017.min.js",
    "wasmBackend": "/packages/tfjs-backend-wasm/dist/tf-backend-wasm.es2017.min.js",
    "wasmBinary": "/packages/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm",
    "cpuBackend": "/packages/tfjs-backend-cpu/dist/tf-backend-cpu.es2017.min.js",
    "topology": "/model/network.json",
    "weights": "/model/network.bin",
}
READ = """async ([urls, glyphs]) => {
  const { WorkerEngine } = await import("/static/js/inference/worker-engine.js");
  const worker = new Worker("/static/js/inference/worker.js", { type: "module" });
  const engine = new WorkerEngine(worker);
  try {
    const backend = await engine.open(urls);
    const bytes = (values) => values && Uint8Array.from(values);
    const outputs = await engine.predict(
      glyphs.map(([pixels, motion]) => ({ pixels: bytes(pixels), motion: bytes(motion) })));
    const row = (each) => Object.values(each).flatMap((values) => [...values ?? []]);
    return { backend, rows: outputs.map(row) };
  } catch (error) {
    return { error: error.message };
  } finally {
    engine.close();
  }
}"""


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files by the folders of `ROOTS`, each with the policy; everything else is an empty page."""

    def __init__(self, *arguments: Any, roots: dict[str, Path], policy: str) -> None:
        self.roots, self.policy = roots, policy
        super().__init__(*arguments)

    def do_GET(self) -> None:
        if self.path.split("/")[1] in self.roots:
            super().do_GET()
        else:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()

    def translate_path(self, path: str) -> str:
        _, top, rest = path.split("/", 2)
        return str(self.roots[top] / rest)

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", self.policy)
        self.send_header(OWN_HEADER, "1")
        super().end_headers()

    def log_message(self, *arguments: Any) -> None:
        """Requests are nothing to tell."""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shipped(tmp_path_factory.mktemp("model"))


@pytest.fixture
def serve(model: Path) -> Iterator[Callable[[str], str]]:
    """Call it with a policy for the address of a site that has it."""
    servers = []

    def start(policy: str) -> str:
        roots = {"static": ROOT / "static", "packages": PACKAGES, "model": model}
        handler = functools.partial(Handler, roots=roots, policy=policy)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def glyphs() -> Glyphs:
    """Ink, and pictures of ink."""
    drawn = digit_variants.generate(20, np.random.default_rng(0)).glyphs
    return Glyphs.joined([drawn[:15], drawn[15:].pictures()])


def read(page: Page, **changes: str) -> dict[str, Any]:
    asked = glyphs()
    rows = [
        (pixels.ravel().tolist(), motion.ravel().tolist() if has_ink else None)
        for pixels, motion, has_ink in zip(asked.pixels, asked.motion, asked.has_ink, strict=True)
    ]
    told: dict[str, Any] = page.evaluate(READ, [URLS | changes, rows])
    return told


@pytest.mark.parametrize(("policy", "backend"), [(POLICY, "wasm"), (STRICT, "cpu")])
def test_it_works(page: Page, serve: Callable[[str], str], policy: str, backend: str) -> None:
    """Without leave to run wasm it takes longer, and that is all."""
    page.goto(serve(policy))
    told = read(page)
    assert told.get("backend") == backend, told
    assert_as_the_server(np.array(told["rows"], np.float32), glyphs())


def test_nothing_beyond_the_policy_is_asked_for(page: Page, serve: Callable[[str], str]) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(serve(POLICY))
    read(page)
    assert complaints == []


def test_a_model_that_is_not_there_is_told(page: Page, serve: Callable[[str], str]) -> None:
    page.goto(serve(POLICY))
    assert "404" in read(page, weights="/model/none.bin")["error"]


def test_a_runtime_that_is_not_there_is_told(page: Page, serve: Callable[[str], str]) -> None:
    page.goto(serve(POLICY))
    assert read(page, core="/packages/none.js")["error"]
