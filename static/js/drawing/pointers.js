/**
 * Which of several pointers draws: one at a time, and a pen before a hand.
 *
 * A hand that rests on the glass reports itself as a finger, often a moment
 * before the pen does and again after it. So a pen takes over from a finger,
 * and right after a pen no finger draws.
 *
 * The end of a pointer can be lost. Then the next one is primary again, which a second finger
 * beside a first never is.
 *
 * @typedef {Pick<PointerEvent, "pointerId" | "pointerType">} Pointer
 * @typedef {Pointer & Pick<PointerEvent, "timeStamp">} PointerAt in ms
 */

const ERASER = 5; // of a pen's buttons, its other end
const HAND_RESTS = 1000; // ms after the pen's last word

export class Pointers {
  /** @type {Pointer | null} */
  #active = null;
  #penSeen = -Infinity;

  get isDrawing() {
    return this.#active !== null;
  }

  /**
   * A pointer went down: "begin", "replace" (drop what the other drew), "follow" (the other is gone,
   * and what it drew stays), or null.
   */
  take(
    /** @type {PointerAt & Pick<PointerEvent, "button"> & { isPrimary?: boolean }} */ {
      pointerId,
      pointerType,
      button,
      isPrimary = false,
      timeStamp,
    },
  ) {
    if (button !== 0 && !(button === ERASER && pointerType === "pen")) return null;
    if (pointerType === "pen") this.#penSeen = timeStamp;
    if (pointerType === "touch" && timeStamp - this.#penSeen < HAND_RESTS) return null;
    const before = this.#active;
    const isGone = isPrimary && before?.pointerType === pointerType;
    const givesWay = pointerType === "pen" && before?.pointerType === "touch";
    if (before !== null && !isGone && !givesWay) return null;
    this.#active = { pointerId, pointerType };
    if (before === null) return "begin";
    return isGone ? "follow" : "replace";
  }

  /** Whether this event is of the pointer that draws. */
  owns(/** @type {PointerAt} */ { pointerId, pointerType, timeStamp }) {
    const owned = this.#active?.pointerId === pointerId;
    if (owned && pointerType === "pen") this.#penSeen = timeStamp;
    return owned;
  }

  release() {
    this.#active = null;
  }
}
