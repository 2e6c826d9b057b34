"""How the drawing page arrives in slow networks: when it is seen, takes ink, reads by itself.

    .venv/bin/python -m benchmarks.site.loading [--rounds 5]

A site of its own is opened in headless Chromium as a phone of 390 by 664, without the service
worker and with an empty cache; Chromium slows the network down. Medians.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from benchmarks.common import results
from benchmarks.site import lighthouse
from tests.support import servers
from tests.support.loading import NOTE_INK, SLOW, Network, first_paint, ink_after_paint, slow_down
from tests.support.site import Site

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Browser

NETWORKS = (SLOW, Network(400, 100), Network(1600, 150), Network(10_000, 40))
PHONE = {"viewport": {"width": 390, "height": 664}, "has_touch": True, "is_mobile": True}
READS = "performance.getEntriesByName('reads')[0].startTime"
NOTE_READS = """new MutationObserver((_, observer) => {
  if (!document.querySelector("[data-reads-here]")) return;
  performance.mark("reads");
  observer.disconnect();
}).observe(document, { subtree: true, attributeFilter: ["data-reads-here"] });"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    parser.add_argument("--rounds", type=int, default=5, help="openings in each network")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="digits-") as folder,
        Site(Path(folder)) as site,
        sync_playwright() as playwright,
    ):
        as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=servers.find_chromium(), args=as_root)
        address = lighthouse.served(site)
        opened(browser, address, NETWORKS[-1])  # the server has answered once, and is warm
        rows = [row(browser, address, network, options.rounds) for network in NETWORKS]
    columns = ["kbit/s, ms there and back", "first paint", "ink after it", "reads by itself"]
    text = [
        results.table([*columns, "requests", "of them runtime and model"], rows),
        f"Medians of {options.rounds} openings with an empty cache; server and browser share the "
        "machine.",
    ]
    results.write("loading", "\n\n".join(text))


def row(browser: Browser, address: str, network: Network, rounds: int) -> Sequence[object]:
    """One line of the table."""
    times, asked = zip(*(opened(browser, address, network) for _ in range(rounds)), strict=True)
    paint, ink, reads = (statistics.median(each) for each in zip(*times, strict=True))
    reading = [url for url in asked[-1] if "/packages/" in url or "/models/" in url]
    return [
        f"{network.kbits}, {network.latency}",
        f"{paint:.2f} s",
        f"{ink:+.2f} s",
        f"{reads:.1f} s",
        len(asked[-1]),
        len(reading),
    ]


def opened(
    browser: Browser, address: str, network: Network
) -> tuple[tuple[float, float, float], list[str]]:
    """Seconds to first paint, from there to ink, and to reading in the browser; what was asked."""
    context = browser.new_context(**PHONE, service_workers="block")
    page = context.new_page()
    page.add_init_script(NOTE_INK + NOTE_READS)
    slow_down(page, network)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address, wait_until="commit")
    page.locator("[data-reads-here]").wait_for(state="attached", timeout=120_000)
    times = first_paint(page), ink_after_paint(page), 0.001 * float(page.evaluate(READS))
    context.close()
    return times, asked


if __name__ == "__main__":
    main()
