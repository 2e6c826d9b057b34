"""How a page arrives in a slow network: when it is seen, and when it takes ink."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page


@dataclass(frozen=True)
class Network:
    """What a network lets through, in kbit/s, and how long a way there and back takes, in ms."""

    kbits: int
    latency: int


SLOW = Network(400, 400)  # as WebPageTest's "Slow 3G"

# To run before the page's own scripts: when the sheet begins to listen to pens.
NOTE_INK = """{
  const listen = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (name, ...more) {
    if (name === "pointerdown" && this.id === "sheet") window.inkAt ??= performance.now();
    return listen.call(this, name, ...more);
  };
}"""


def slow_down(page: Page, network: Network) -> None:
    """Lets the page have no more than this network gives."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    rate = network.kbits * 1000 / 8
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": network.latency,
            "downloadThroughput": rate,
            "uploadThroughput": rate,
        },
    )


def first_paint(page: Page) -> float:
    """Seconds from the navigation until something of the page was seen."""
    return 0.001 * float(
        page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    )


def ink_after_paint(page: Page) -> float:
    """Seconds from the first paint until the sheet took ink, by `NOTE_INK`; below 0 if before."""
    return 0.001 * float(page.evaluate("window.inkAt")) - first_paint(page)
