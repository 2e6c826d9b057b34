/**
 * Pointer events on the sheet -> points of strokes, in CSS pixels of its box.
 *
 * @import { Point, Size } from "./drawing.js"
 *
 * @typedef {{ begin(point: Point, shown: Size, isEraser?: boolean): void, end(): void, drop(): void,
 *   extend(points: Point[], shown: Size, ahead: Point[]): void }} Pen what a stroke goes to
 */

import { Pointers } from "./pointers.js";

const ERASER = 32; // of a pen's buttons, its other end

/**
 * Calls `begin(point, shown, isEraser)`, `extend(points, shown, ahead)`, `end()`, or `drop()`
 * where the stroke turned out to be none (a hand at rest, a gesture of the system).
 * `shown` is the sheet's size, `ahead` are points that the browser only expects. All that until
 * `signal` aborts.
 *
 * @param {HTMLElement} sheet
 * @param {Pen} pen
 * @param {AbortSignal} [signal]
 */
export function bindPen(sheet, { begin, extend, end, drop }, signal) {
  const pointers = new Pointers();
  /** @type {DOMRect | null} */
  let box = null; // null where it may have moved: asking on every move would force a layout
  let pressed = 0.5; // by the pen; one that leaves reports 0, and the ink goes on as before

  const measured = () => (box ??= sheet.getBoundingClientRect());
  /** @type {() => Size} */
  const shown = () => [measured().width, measured().height];
  /** @type {(event: PointerEvent) => Point} */
  const at = ({ clientX, clientY, timeStamp, pointerType, pressure }) => {
    pressed = pressure || pressed;
    /** @type {Point} */
    const place = [clientX - measured().left, clientY - measured().top, timeStamp];
    if (pointerType === "pen") place.push(pressed);
    return place;
  };
  const forget = () => {
    box = null;
  };

  function down(/** @type {PointerEvent} */ event) {
    const taken = pointers.take(event);
    if (taken === null) return;
    if (taken === "replace") drop();
    if (taken === "follow") end(); // nobody told of the stroke's end
    forget();
    capture(sheet, event.pointerId);
    begin(at(event), shown(), (event.buttons & ERASER) !== 0);
  }

  function move(/** @type {PointerEvent} */ event) {
    if (!pointers.owns(event)) return;
    if (event.buttons === 0) return finish(); // it went up where nobody told us
    // A screen draws 60 times a second, a pen reports up to 240 times.
    const events = event.getCoalescedEvents?.() ?? [];
    const ahead = event.getPredictedEvents?.().slice(0, 2) ?? [];
    extend((events.length > 0 ? events : [event]).map(at), shown(), ahead.map(at));
  }

  function up(/** @type {PointerEvent} */ event) {
    if (!pointers.owns(event)) return;
    extend([at(event)], shown(), []);
    finish();
  }

  function cancel(/** @type {PointerEvent} */ event) {
    if (!pointers.owns(event)) return;
    pointers.release();
    drop();
  }

  /** The stroke ends as it is, whatever became of its pointer. */
  function finish() {
    if (!pointers.isDrawing) return;
    pointers.release();
    end();
  }

  const until = { signal };
  sheet.addEventListener("pointerdown", down, until);
  sheet.addEventListener("pointermove", move, until);
  sheet.addEventListener("pointerup", up, until);
  sheet.addEventListener("pointercancel", cancel, until);
  sheet.addEventListener("lostpointercapture", (event) => pointers.owns(event) && finish(), until);
  // A stroke's end is a fling to the browser, and it takes the next tap elsewhere for its end.
  const active = { passive: false, signal };
  sheet.addEventListener("touchstart", (event) => event.preventDefault(), active);
  sheet.addEventListener("contextmenu", (event) => event.preventDefault(), until); // a long press
  addEventListener("blur", finish, until);
  addEventListener("pagehide", finish, until);
  document.addEventListener("visibilitychange", () => document.hidden && finish(), until);
  addEventListener("resize", forget, until);
  addEventListener("scroll", forget, { capture: true, passive: true, signal });
}

/**
 * So that a stroke goes on beyond the edge; a pointer may be gone before its event is heard.
 *
 * @type {(sheet: HTMLElement, pointerId: number) => void}
 */
function capture(sheet, pointerId) {
  try {
    sheet.setPointerCapture(pointerId);
  } catch {
    // Then the stroke ends at the edge.
  }
}
