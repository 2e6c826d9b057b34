/** Pointer events on the sheet -> points of strokes, in CSS pixels of its box. */

import { Pointers } from "./pointers.js";

/**
 * Calls `begin(point, shown)`, `extend(points, shown, ahead)`, `end()`, or `drop()`
 * where the stroke turned out to be none (a hand at rest, a gesture of the system).
 * A point is [x, y, time in ms, pressure of a pen], `shown` is [width, height],
 * `ahead` are points that the browser only expects.
 */
export function bindPen(sheet, { begin, extend, end, drop }) {
  const pointers = new Pointers();
  let box = null; // null where it may have moved: asking on every move would force a layout
  let pressed = 0.5; // by the pen; one that leaves reports 0, and the ink goes on as before

  const measured = () => (box ??= sheet.getBoundingClientRect());
  const shown = () => [measured().width, measured().height];
  const at = ({ clientX, clientY, timeStamp, pointerType, pressure }) => {
    pressed = pressure || pressed;
    const place = [clientX - measured().left, clientY - measured().top, timeStamp];
    return pointerType === "pen" ? [...place, pressed] : place;
  };
  const forget = () => (box = null);

  function down(event) {
    const taken = pointers.take(event);
    if (taken === null) return;
    if (taken === "replace") drop();
    forget();
    capture(sheet, event.pointerId);
    begin(at(event), shown());
  }

  function move(event) {
    if (!pointers.owns(event)) return;
    if (event.buttons === 0) return finish(); // it went up where nobody told us
    // A screen draws 60 times a second, a pen reports up to 240 times.
    const events = event.getCoalescedEvents?.() ?? [];
    const ahead = event.getPredictedEvents?.().slice(0, 2) ?? [];
    extend((events.length > 0 ? events : [event]).map(at), shown(), ahead.map(at));
  }

  function up(event) {
    if (!pointers.owns(event)) return;
    extend([at(event)], shown(), []);
    finish();
  }

  function cancel(event) {
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

  const on = (target, handlers) =>
    Object.entries(handlers).forEach(([name, handler]) => target.addEventListener(name, handler));
  on(sheet, {
    pointerdown: down,
    pointermove: move,
    pointerup: up,
    pointercancel: cancel,
    lostpointercapture: (event) => pointers.owns(event) && finish(),
    contextmenu: (event) => event.preventDefault(), // a long press
  });
  on(window, { blur: finish, pagehide: finish, resize: forget });
  on(document, { visibilitychange: () => document.hidden && finish() });
  addEventListener("scroll", forget, { capture: true, passive: true });
}

/** So that a stroke goes on beyond the edge; a pointer may be gone before its event is heard. */
function capture(sheet, pointerId) {
  try {
    sheet.setPointerCapture(pointerId);
  } catch {
    // Then the stroke ends at the edge.
  }
}
