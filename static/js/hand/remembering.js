/**
 * What is said of drawings, on its way to where they are stored, counts in one's own hand at once.
 *
 * @import { Payload } from "../api.js"
 * @import { About } from "../offline/outbox.js"
 * @import { LabelApi } from "../recognition/feedback.js"
 * @import { OwnHand } from "./own-hand.js"
 */

import { rememberedOf } from "./remembered.js";

/**
 * The same calls as those of `api`; the hand hears of them.
 *
 * @param {LabelApi} api
 * @param {Pick<OwnHand, "add" | "drop" | "refresh">} hand
 * @returns {LabelApi}
 */
export function remembering(api, hand) {
  return {
    /** @type {(drawing: Payload, label: string, about: About) => ReturnType<LabelApi["label"]>} */
    async label(drawing, label, about) {
      const stored = await api.label(drawing, label, about);
      // What waits in the outbox is told of by the outbox.
      if ("queued" in stored) return stored;
      hand.add(rememberedOf(stored.id, { drawing, label, about }));
      hand.refresh();
      return stored;
    },
    async remove(stored) {
      await api.remove(stored);
      if (!("queued" in stored)) hand.drop(stored.id);
      hand.refresh();
    },
  };
}
