/** Pointer events on a canvas -> points of strokes, in CSS pixels of the canvas' box. */

import { Pointers } from "./pointers.js";

/**
 * Calls `begin(point, shown)`, `extend(points, shown)`, `end()`, or `drop()`
 * where the stroke turned out to be none (a hand at rest, a gesture of the
 * system). A point is [x, y, time in ms], `shown` is [width, height].
 */
export function bindPen(canvas, { begin, extend, end, drop }) {
  const pointers = new Pointers();
  let box = null;

  const at = (event) => [event.clientX - box.left, event.clientY - box.top, event.timeStamp];
  const shown = () => [box.width, box.height];

  function down(event) {
    const taken = pointers.take(event);
    if (taken === null) return;
    if (taken === "replace") drop();
    canvas.setPointerCapture(event.pointerId);
    // Measured once a stroke: asking on every move would force a layout.
    box = canvas.getBoundingClientRect();
    begin(at(event), shown());
  }

  function move(event) {
    if (!pointers.owns(event)) return;
    // A screen draws 60 times a second, a pen reports up to 240 times.
    const events = event.getCoalescedEvents?.() ?? [];
    extend((events.length > 0 ? events : [event]).map(at), shown());
  }

  function up(event) {
    if (!pointers.owns(event)) return;
    extend([at(event)], shown());
    pointers.release();
    end();
  }

  function cancel(event) {
    if (!pointers.owns(event)) return;
    pointers.release();
    drop();
  }

  canvas.addEventListener("pointerdown", down);
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", cancel);
  canvas.addEventListener("contextmenu", (event) => event.preventDefault()); // a long press
}
