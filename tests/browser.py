"""Hands and eyes for the tests that drive a real browser on the drawing page."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import CDPSession, Page, Response, expect

PHONE = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 3,
    "has_touch": True,
    "is_mobile": True,
    "service_workers": "block",
}


def on_sheet(page: Page, strokes: list[Any]) -> list[list[tuple[float, float]]]:
    """Strokes on 280 by 280 -> points of the window, over the sheet."""
    box = page.locator("#sheet").bounding_box()
    assert box is not None
    unit = box["width"] / 280
    return [[(box["x"] + x * unit, box["y"] + y * unit) for x, y in stroke] for stroke in strokes]


def draw(page: Page, strokes: list[Any]) -> None:
    """With the mouse."""
    for first, *rest in on_sheet(page, strokes):
        page.mouse.move(*first)
        page.mouse.down()
        for point in rest:
            page.mouse.move(*point, steps=4)
        page.mouse.up()


def choose(page: Page, choice: str) -> None:
    page.get_by_role("button", name="Settings").click()
    page.get_by_label(choice, exact=True).check()
    page.keyboard.press("Escape")


def draw_and_wait(page: Page, strokes: list[Any]) -> dict[str, Any]:
    """Draws; returns the answer to all of it once the page shows it."""
    with page.expect_response(lambda response: reads(response, len(strokes))) as caught:
        draw(page, strokes)
    expect(page.locator("#reader")).to_have_attribute("data-state", "answered")
    answer: dict[str, Any] = caught.value.json()
    return answer


def reads(response: Response, strokes: int) -> bool:
    if not response.url.endswith("/predict/"):
        return False
    return len(response.request.post_data_json["strokes"]) == strokes


def touch(session: CDPSession, kind: str, *points: tuple[float, float]) -> None:
    session.send(
        "Input.dispatchTouchEvent",
        {
            "type": kind,
            "touchPoints": [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)],
        },
    )


def draw_with_finger(page: Page, strokes: list[Any]) -> None:
    session = page.context.new_cdp_session(page)
    for first, *rest in on_sheet(page, strokes):
        touch(session, "touchStart", first)
        for point in rest:
            touch(session, "touchMove", point)
        touch(session, "touchEnd")


def until(page: Page, expression: str, arg: Any = None) -> None:
    """Waits for a JavaScript expression, or a function of `arg`, to be true or to promise it.

    Playwright's own `wait_for_function` evaluates again within the page, where the
    Content-Security-Policy forbids it: it only passes where nothing is to be waited for.
    """
    deadline = time.monotonic() + 30
    while not page.evaluate(expression, arg):
        assert time.monotonic() < deadline, f"{expression} has not become true."
        page.wait_for_timeout(50)


def ink_on(page: Page) -> int:
    """How many of the sheet's device pixels hold ink."""
    count: int = page.evaluate(
        """() => {
          const canvas = document.querySelector("#sheet");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return data.filter((value, index) => index % 4 === 3 && value > 127).length;
        }"""
    )
    return count


def seen_on(page: Page) -> list[int]:
    """The 784 values under "What the model sees"."""
    values: list[int] = page.evaluate(
        """() => [...document.querySelector("#seen").getContext("2d")
          .getImageData(0, 0, 28, 28).data].filter((value, index) => index % 4 === 0)"""
    )
    return values


def sheet_width(page: Page) -> float:
    return float(page.evaluate("document.querySelector('#sheet').clientWidth"))


REPLAY = """({ strokes, side, kind, pressure }) => {
  const sheet = document.querySelector("#sheet");
  const box = sheet.getBoundingClientRect();
  const tell = (name, [x, y], buttons) => sheet.dispatchEvent(new PointerEvent(name, {
    pointerId: 7, pointerType: kind, isPrimary: true, bubbles: true, cancelable: true,
    clientX: box.left + x * box.width / side, clientY: box.top + y * box.height / side,
    button: name === "pointermove" ? -1 : 0, buttons, pressure: buttons ? pressure : 0,
  }));
  for (const stroke of strokes) {
    tell("pointerdown", stroke[0], 1);
    for (const point of stroke.slice(1)) tell("pointermove", point, 1);
    tell("pointerup", stroke.at(-1), 0);
  }
}"""


def replay(
    page: Page, strokes: list[Any], *, side: float = 280, kind: str = "pen", pressure: float = 0.5
) -> None:
    """Strokes on a box of `side`, as pointer events all at once: as fast as nobody writes."""
    page.evaluate(REPLAY, {"strokes": strokes, "side": side, "kind": kind, "pressure": pressure})


def replay_and_wait(page: Page, strokes: list[Any], **how: Any) -> Response:
    """Replays; returns the response to all of it once the page shows it."""
    with page.expect_response(lambda response: reads(response, len(strokes))) as caught:
        replay(page, strokes, **how)
    expect(page.locator("#reader")).to_have_attribute("data-state", "answered")
    response: Response = caught.value
    return response
