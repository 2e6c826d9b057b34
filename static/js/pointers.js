/**
 * Which of several pointers draws: one at a time, and a pen before a hand.
 *
 * A hand that rests on the glass reports itself as a finger, often a moment
 * before the pen does and again after it. So a pen takes over from a finger,
 * and right after a pen no finger draws.
 */

const HAND_RESTS = 1000; // ms after the pen's last word

export class Pointers {
  #active = null;
  #penSeen = -Infinity;

  get isDrawing() {
    return this.#active !== null;
  }

  /** A pointer went down: "begin", "replace" (drop what the other drew), or null. */
  take({ pointerId, pointerType, button, timeStamp }) {
    if (button !== 0) return null;
    if (pointerType === "pen") this.#penSeen = timeStamp;
    if (pointerType === "touch" && timeStamp - this.#penSeen < HAND_RESTS) return null;
    const before = this.#active;
    if (before !== null && !(pointerType === "pen" && before.pointerType === "touch")) return null;
    this.#active = { pointerId, pointerType };
    return before === null ? "begin" : "replace";
  }

  /** Whether this event is of the pointer that draws. */
  owns({ pointerId, pointerType, timeStamp }) {
    const owned = this.#active?.pointerId === pointerId;
    if (owned && pointerType === "pen") this.#penSeen = timeStamp;
    return owned;
  }

  release() {
    this.#active = null;
  }
}
