"""The network in the browser: what it weighs, how soon and how fast it answers, and if it is right.

Starts the site afresh and opens its drawing page in headless Chromium, without the
service worker, so that what is fetched is counted once:

    .venv/bin/python -m benchmarks.site.browser [--drawings 5000] [--rounds 5]

Prints a table and writes it to benchmarks/RESULTS.md. Server and browser share this
machine's cores; the CPU is slowed for the page's thread only, as Chromium does it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import ROOT
from benchmarks.common import data, results
from benchmarks.site import motion, serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser, Page

    from recognizer.preprocessing.glyph import Glyphs

KB = 1000
ANSWERS = 1000
SLOWED = 4
BATCH = 25

READY = """new MutationObserver((_, observer) => {
  if (!document.querySelector("[data-reads-here]")) return;
  window.readyAfter = performance.now();
  observer.disconnect();
}).observe(document, { subtree: true, childList: true, attributeFilter: ["data-reads-here"] });"""

OPEN = """async () => {
  const { WorkerEngine } = await import("/static/js/inference/worker-engine.js");
  const { browser } = await (await fetch("/api/v1/model/")).json();
  const { sizes, ...urls } = document.querySelector("#runtime").dataset;
  window.engine = new WorkerEngine(new Worker(urls.worker, { type: "module" }));
  return engine.open({ ...urls, topology: browser.topology.url, weights: browser.weights.url });
}"""
# Glyphs as `asked` writes them -> as the engine takes them.
GLYPHS = """const bytes = (values) => values && Uint8Array.from(values);
  const glyphsOf = (rows) =>
    rows.map(([pixels, motion]) => ({ pixels: bytes(pixels), motion: bytes(motion) }));"""
READ = (
    "async (rows) => {"
    + GLYPHS
    + """
  const outputs = await engine.predict(glyphsOf(rows));
  return outputs.map(({ probabilities }) => [...probabilities]);
}"""
)
TIMED = (
    "async ([rows, count]) => {"
    + GLYPHS
    + """
  const glyphs = glyphsOf(rows);
  const times = [];
  for (let one = 0; one < count; one++) {
    const begun = performance.now();
    await engine.predict(glyphs);
    times.push(performance.now() - begun);
  }
  return times;
}"""
)
# One move of the pen after the other, each from its event to the first change of the bars.
# Not every move changes them; the one after such a one begins from rest and is not counted.
PEN = (
    "async (stroke) => {"
    + motion.TELL
    + """
  const changed = () => new Promise((resolve) => {
    const observer = new MutationObserver(() => finish(performance.now()));
    const timer = setTimeout(() => finish(null), 400);
    const finish = (at) => { observer.disconnect(); clearTimeout(timer); resolve(at); };
    observer.observe(document.querySelector("#feedback"),
      { subtree: true, attributes: true, childList: true, characterData: true });
  });
  const times = [];
  let moves = false;
  tell("pointerdown", stroke[0]);
  for (const point of stroke.slice(1)) {
    const begun = performance.now();
    const change = changed();
    tell("pointermove", point);
    const at = await change;
    if (at !== null && moves) times.push(at - begun);
    moves = at !== null;
  }
  tell("pointerup", stroke.at(-1));
  return times;
}"""
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    parser.add_argument("--drawings", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5, help="openings of the page")
    options = parser.parse_args()
    drawings = data.pen_digits(options.drawings)
    with tempfile.TemporaryDirectory(prefix="digits-") as folder:
        subject = site(Path(folder))
        with serving.running(subject) as (port, _, _):
            address = f"http://127.0.0.1:{port}/"
            with chromium() as browser:
                rows = measured(browser, address, drawings, options.rounds)
                rows += drawn(browser, address, drawings)
            with chromium(*motion.film(Path(folder))) as browser:
                rows += filmed(browser, address)
    text = [
        results.table(["what", "measured", "floor", "aim"], rows),
        "Headless Chromium, served locally, without the service worker; server and browser share "
        f"the machine, whose load was {os.getloadavg()[0]:.1f} as it ended.",
    ]
    results.write("browser", "\n\n".join(text))


def site(folder: Path) -> serving.Subject:
    """The site as a server to be measured, with its database and static files prepared."""
    subject = serving.subjects(folder)[0]
    environment = {**os.environ, **subject.environment}
    for command in (["migrate"], ["install_model"], ["collectstatic", "--noinput"]):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    return subject


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """A headless Chromium, the one that the tests find."""
    from playwright.sync_api import sync_playwright

    from tests.support.servers import find_chromium

    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=find_chromium(), args=[*as_root, *arguments]
        )


def measured(
    browser: Browser, address: str, drawings: data.Ink, rounds: int
) -> list[Sequence[object]]:
    openings = [opened(browser, address) for _ in range(rounds)]
    runtime, rest = openings[-1][0]
    cold, cached = (
        statistics.median(times) for times in zip(*(o[1] for o in openings), strict=True)
    )
    page = browser.new_context(service_workers="block").new_page()
    page.goto(address)
    page.evaluate(OPEN)
    glyphs = drawings.examples.glyphs
    times = page.evaluate(TIMED, [asked(glyphs[:1]), ANSWERS])
    same, difference = compared(page, glyphs)
    p50, p99 = (float(np.percentile(times, rank)) for rank in (50, 99))
    return [
        ("runtime and model, compressed", f"{runtime / KB:.0f} KB", "600 KB", "350 KB"),
        ("all else on the draw page, compressed", f"{rest / KB:.0f} KB", "150 KB", "80 KB"),
        (f"navigation to the first browser answer, cold (median of {rounds})",
         f"{cold:.0f} ms", "900 ms", "500 ms"),
        (f"the same from the cache (median of {rounds})",
         f"{cached:.0f} ms", "500 ms", "250 ms"),
        (f"one answer by the worker, there and back, p50 / p99 of {ANSWERS}",
         f"{p50:.1f} / {p99:.1f} ms", "8 / 25 ms", "3 / 8 ms"),
        (f"same digit as the server, {len(glyphs)} real drawings",
         f"{results.percent(same, 3)} %", "99.9 %", "100 %"),
        ("largest difference of a probability", f"{difference:.1e}", "5e-3", ""),
    ]  # fmt: skip


def drawn(browser: Browser, address: str, drawings: data.Ink) -> list[Sequence[object]]:
    bars = pen_to_bars(browser, address, drawings)
    rate, longest = motion.drawing(browser, address, drawings, SLOWED)
    return [
        (f"pen event to updated bars, CPU slowed {SLOWED}x, p95 of {len(bars)}",
         f"{np.percentile(bars, 95):.0f} ms", "100 ms", "50 ms"),
        (f"frames while drawing, CPU slowed {SLOWED}x; p95 of a frame",
         f"{rate:.0f} a second; {longest:.0f} ms", "", "60 a second"),
    ]  # fmt: skip


def filmed(browser: Browser, address: str) -> list[Sequence[object]]:
    full, slowed = motion.camera(browser, address, [1, SLOWED])
    return [
        ("the camera's box and answer", f"{full:.0f} a second", "", "10 a second"),
        (f"the same, CPU slowed {SLOWED}x", f"{slowed:.0f} a second", "", ""),
    ]


def opened(browser: Browser, address: str) -> tuple[tuple[int, int], tuple[float, float]]:
    """(bytes of runtime and model, of all else), (ms to the first answer cold, then cached)."""
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    page.add_init_script(READY)
    finished: list[Any] = []
    page.on("requestfinished", lambda one: finished.append(one))
    cold = ready(page, address)
    page.wait_for_load_state("networkidle")
    sizes = [(one.url, one.sizes()["responseBodySize"]) for one in finished]
    cached = ready(page, address)
    context.close()
    reading = [size for url, size in sizes if "/packages/" in url or "/models/" in url]
    return (sum(reading), sum(size for _, size in sizes) - sum(reading)), (cold, cached)


def ready(page: Page, address: str) -> float:
    page.goto(address)
    page.locator("[data-reads-here]").wait_for(timeout=60_000)
    return float(page.evaluate("window.readyAfter"))


def asked(glyphs: Glyphs) -> list[tuple[list[int], list[int]]]:
    """The bytes of each glyph's picture and motion."""
    pairs = zip(glyphs.pixels, glyphs.motion, strict=True)
    return [(pixels.ravel().tolist(), motion.ravel().tolist()) for pixels, motion in pairs]


def compared(page: Page, glyphs: Glyphs) -> tuple[float, float]:
    """The share of glyphs with the server's answer, and the largest difference of a probability."""
    from recognizer.services.versions import SHIPPED
    from recognizer.serving.engine import LiteRTEngine

    batches = [asked(glyphs[at : at + BATCH]) for at in range(0, len(glyphs), BATCH)]
    here = np.array([row for batch in batches for row in page.evaluate(READ, batch)])
    engine = LiteRTEngine((SHIPPED / LiteRTEngine.file_name).read_bytes())
    there = engine.predict(glyphs).probabilities
    same = here.argmax(axis=1) == there.argmax(axis=1)
    return float(same.mean()), float(np.abs(here - there).max())


def pen_to_bars(browser: Browser, address: str, drawings: data.Ink) -> list[float]:
    """ms from each move of a pen to changed bars, over the longest strokes of some drawings."""
    page = motion.opened(browser, address)
    motion.slow_down(page, SLOWED)
    times: list[float] = []
    for record in drawings.records[: motion.DRAWINGS]:
        times += page.evaluate(PEN, motion.placed(record))
        page.keyboard.press("c")
    return times


if __name__ == "__main__":
    main()
