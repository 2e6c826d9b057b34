const PAUSE = 120; // ms between strokes
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** @type {Animation[]} */
let running = [];

/**
 * Draws the ink of a sheet again, stroke by stroke, each as long as it took; a second time it stops.
 *
 * @param {Element} sheet
 */
export function replay(sheet) {
  const wasRunning = running.some(({ playState }) => playState === "running");
  stop();
  if (wasRunning || still.matches) return;
  let delay = 0;
  for (const stroke of sheet.querySelectorAll("path.stroke")) {
    const duration = Number(/** @type {SVGElement} */ (stroke).dataset.ms) || 1;
    const frames = [
      { strokeDasharray: "1 2", strokeDashoffset: "1" },
      { strokeDasharray: "1 2", strokeDashoffset: "0" },
    ];
    running.push(stroke.animate(frames, { duration, delay, fill: "backwards" }));
    delay += duration + PAUSE;
  }
}

/** Shows the ink whole. */
export function stop() {
  for (const animation of running) animation.cancel();
  running = [];
}
