"""What a person does and sees on the drawing page, for tests that drive a real browser."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import CDPSession, Page, Response, expect

PHONE = {
    "viewport": {"width": 390, "height": 664},
    "device_scale_factor": 3,
    "has_touch": True,
    "is_mobile": True,
    "service_workers": "block",
}


def on_sheet(page: Page, strokes: list[Any]) -> list[list[tuple[float, float]]]:
    """Strokes on 280 by 280 -> points of the window, over the square in the sheet's middle."""
    box = page.locator("#sheet").bounding_box()
    assert box is not None
    side = min(box["width"], box["height"])
    left = box["x"] + (box["width"] - side) / 2
    top = box["y"] + (box["height"] - side) / 2
    unit = side / 280
    return [[(left + x * unit, top + y * unit) for x, y in stroke] for stroke in strokes]


def draw(page: Page, strokes: list[Any]) -> None:
    """Draws strokes on 280 by 280 with the mouse."""
    for first, *rest in on_sheet(page, strokes):
        page.mouse.move(*first)
        page.mouse.down()
        for point in rest:
            page.mouse.move(*point)
        page.mouse.up()


PARTS = ["#sheet", ".tools", ".hero", "#words", "#feedback", "#feedback button", ".none"]
PLACES = """async (names) => {
  const underway = document.getAnimations().filter((one) => one instanceof CSSTransition);
  await Promise.allSettled(underway.map(({ finished }) => finished)); // a key that was pressed
  return names.flatMap((name) => [...document.querySelectorAll(name)].map((part) => {
    const { x, y, width, height } = part.getBoundingClientRect();
    const size = name === "#words" ? [0, 0] : [width, height]; // it is as long as it is
    return [name, ...[x + scrollX, y + scrollY, ...size].map(Math.round)];
  }));
}"""


def places(page: Page) -> list[Any]:
    """Where the parts of the drawing page stand on it, in pixels: name, x, y, width, height."""
    found: list[Any] = page.evaluate(PLACES, PARTS)
    return found


def choose(page: Page, choice: str) -> None:
    """Chooses a setting by its label, in the panel of settings."""
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Settings").click()
    page.locator("#settings").get_by_label(choice, exact=True).check()
    page.keyboard.press("Escape")


def draw_and_wait(page: Page, strokes: list[Any]) -> dict[str, Any]:
    """Draws with the mouse; returns the answer to all strokes once the page shows it."""
    with page.expect_response(lambda response: reads(response, len(strokes))) as caught:
        draw(page, strokes)
    expect(page.locator("#reader")).to_have_attribute("data-state", "answered")
    answer: dict[str, Any] = caught.value.json()
    return answer


def reads(response: Response, strokes: int) -> bool:
    """Whether a response is the answer to a drawing of so many strokes."""
    if not response.url.endswith("/predict/"):
        return False
    return len(response.request.post_data_json["strokes"]) == strokes


def squared(body: dict[str, Any]) -> list[list[list[float]]]:
    """The strokes of a request, in thousandths of the square in the sheet's middle."""
    left, top = ((side - 1000) / 2 for side in body["canvas"])
    return [[[x - left, y - top, *time] for x, y, *time in stroke] for stroke in body["strokes"]]


def touch(session: CDPSession, kind: str, *points: tuple[float, float]) -> None:
    session.send(
        "Input.dispatchTouchEvent",
        {
            "type": kind,
            "touchPoints": [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)],
        },
    )


def draw_with_finger(page: Page, strokes: list[Any]) -> None:
    """Draws strokes on 280 by 280 by touch."""
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


INK = """() => {
  const canvas = document.querySelector("#sheet");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.filter((value, index) => index % 4 === 3 && value > 127).length;
}"""


def ink_on(page: Page) -> int:
    """How many of the sheet's device pixels hold ink."""
    count: int = page.evaluate(INK)
    return count


def seen_on(page: Page) -> list[int]:
    """The 784 values of the glyph that the page shows as "What it sees"."""
    values: list[int] = page.evaluate(
        """() => [...document.querySelector("#seen").getContext("2d")
          .getImageData(0, 0, 28, 28).data].filter((value, index) => index % 4 === 3)"""
    )
    return values


def sheet_width(page: Page) -> float:
    """The width of the sheet in CSS pixels."""
    return float(page.evaluate("document.querySelector('#sheet').clientWidth"))


def sheet_side(page: Page) -> float:
    """The shorter side of the sheet in CSS pixels: the unit in which ink is measured."""
    sheet = "document.querySelector('#sheet')"
    return float(page.evaluate(f"Math.min({sheet}.clientWidth, {sheet}.clientHeight)"))


REPLAY = """({ strokes, side, kind, pressure }) => {
  const sheet = document.querySelector("#sheet");
  const { left, top, width, height } = sheet.getBoundingClientRect();
  const square = Math.min(width, height);
  const tell = (name, [x, y], buttons) => sheet.dispatchEvent(new PointerEvent(name, {
    pointerId: 7, pointerType: kind, isPrimary: true, bubbles: true, cancelable: true,
    clientX: left + (width - square) / 2 + x * square / side,
    clientY: top + (height - square) / 2 + y * square / side,
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
    """Draws strokes on a box of `side` by pointer events, all of them at once."""
    page.evaluate(REPLAY, {"strokes": strokes, "side": side, "kind": kind, "pressure": pressure})


def say(page: Page, label: str) -> None:
    """Taps the key of a digit, or of "no digit"."""
    page.locator(f"#feedback [data-label='{label}']").click()


def reads_as(page: Page, label: str) -> None:
    """Waits until the page marks this key as what was read."""
    marked = page.locator("#feedback [aria-current=true]")
    expect(marked).to_have_attribute("data-label", label)


def replay_and_wait(page: Page, strokes: list[Any], **how: Any) -> Response:
    """Draws all at once; returns the response to all strokes once the page shows it."""
    with page.expect_response(lambda response: reads(response, len(strokes))) as caught:
        replay(page, strokes, **how)
    expect(page.locator("#reader")).to_have_attribute("data-state", "answered")
    response: Response = caught.value
    return response
