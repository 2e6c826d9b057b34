"""Frames a second of what moves on the drawing page: ink under a pen, the camera's box."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from benchmarks.common.data import Ink
    from recognizer.ink_files import Handwriting

DRAWINGS = 8
SECONDS = 4  # that a camera is looked at

# What a pen does on the sheet; places are shares of its sides.
TELL = """
  const sheet = document.querySelector("#sheet");
  const box = sheet.getBoundingClientRect();
  const tell = (name, [x, y]) => sheet.dispatchEvent(new PointerEvent(name, {
    pointerId: 7, pointerType: "mouse", isPrimary: true, bubbles: true, buttons: 1,
    clientX: box.left + x * box.width, clientY: box.top + y * box.height,
    button: name === "pointermove" ? -1 : 0, pressure: 0.5,
  }));
"""
# Two points a frame, as a pen's 120 a second come in; tells the ms between the frames.
STROKE = (
    "(stroke) => new Promise((resolve) => {"
    + TELL
    + """
  const frames = [];
  let at = 1;
  const frame = (now) => {
    frames.push(now);
    for (const point of stroke.slice(at, at + 2)) tell("pointermove", point);
    at += 2;
    if (at < stroke.length) return requestAnimationFrame(frame);
    tell("pointerup", stroke.at(-1));
    resolve(frames.slice(1).map((time, index) => time - frames[index]));
  };
  tell("pointerdown", stroke[0]);
  requestAnimationFrame(frame);
})"""
)
BOXES = """(seconds) => new Promise((resolve) => {
  let count = 0;
  const observer = new MutationObserver(() => (count += 1));
  const box = document.querySelector("#sighted");
  observer.observe(box, { attributes: true, attributeFilter: ["style"] });
  setTimeout(() => resolve(count / seconds), 1000 * seconds);
})"""


def placed(record: Handwriting) -> list[list[float]]:
    """The longest stroke of a drawing, in shares of the sheet."""
    points = np.array([point[:2] for point in max(record.strokes, key=len)], float)
    low, high = points.min(axis=0), points.max(axis=0)
    shares: list[list[float]] = (0.15 + 0.7 * (points - low) / max((high - low).max(), 1)).tolist()
    return shares


def slow_down(page: Page, rate: float) -> None:
    """Slows the page's own thread by `rate`; its workers run on."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": rate})


def opened(browser: Browser, address: str, **context: Any) -> Page:
    """The drawing page in a new context, once the browser itself predicts."""
    page = browser.new_context(service_workers="block", **context).new_page()
    page.goto(address)
    page.locator("[data-reads-here]").wait_for(timeout=60_000)
    return page


def drawing(browser: Browser, address: str, drawings: Ink, slowed: float) -> tuple[float, float]:
    """Frames a second while strokes are drawn, and the 95th percentile of a frame in ms."""
    page = opened(browser, address)
    slow_down(page, slowed)
    frames: list[float] = []
    for record in drawings.records[:DRAWINGS]:
        frames += page.evaluate(STROKE, placed(record))
        page.keyboard.press("c")
    page.context.close()
    return 1000 / statistics.fmean(frames), float(np.percentile(frames, 95))


def film(folder: Path) -> list[str]:
    """Chromium's arguments for a camera that sees a digit held by an unsteady hand."""
    from tests.support.drawings import FOUR
    from tests.support.photos import moving, video

    path = video(folder / "film.y4m", moving(FOUR))
    return [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={path}",
    ]


def camera(browser: Browser, address: str, rates: list[int]) -> list[float]:
    """How often a second the box follows the digit, at each slowing of the CPU."""
    page = opened(browser, address, permissions=["camera"])
    page.get_by_role("button", name="Photo").click()
    page.locator("#digit").filter(has_text="4").wait_for(timeout=60_000)
    found = []
    for rate in rates:
        slow_down(page, rate)
        found.append(float(page.evaluate(BOXES, SECONDS)))
    return found
