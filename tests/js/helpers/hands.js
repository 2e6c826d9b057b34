/**
 * node hands.js MODEL DRAWINGS ANSWERS: people who draw one drawing after the other, and say of
 * each what it is, before the network in the folder MODEL and with the hand of each in a page of
 * their own. The file DRAWINGS has a line of JSON for each drawing, { writer, id, label, strokes,
 * canvas }; the file ANSWERS gets one for each answer, { digit, drawing, similarity }, the last two
 * null where nothing that is remembered spoke.
 */

import { readFileSync, writeFileSync } from "node:fs";

import { ApiError } from "../../../static/js/api.js";
import { OwnHand } from "../../../static/js/hand/own-hand.js";
import { rememberedOf } from "../../../static/js/hand/remembered.js";
import { LocalReader } from "../../../static/js/inference/local-reader.js";
import { labelOf } from "../../../static/js/recognition/feedback.js";
import { until } from "./server.js";
import { openEngine } from "./tensorflow.js";

const [model, from, to] = process.argv.slice(2);
const THRESHOLDS = { sure: 0.9, not_a_digit: 0.5, alternative: 0.05 };
const VERSION = 1;

const engine = await openEngine({
  topology: readFileSync(`${model}/network.json`),
  weights: readFileSync(`${model}/network.bin`),
  backend: "wasm",
});
const asPage = { predict: async (glyphs) => engine.predict(glyphs) };
const drawings = readFileSync(from, "utf8").trim().split("\n").map(JSON.parse);
const answers = [];
let [writer, page] = [null, null];
for (const drawing of drawings) {
  if (drawing.writer !== writer) [writer, page] = [drawing.writer, openPage()];
  const { id, label, strokes, canvas } = drawing;
  const answer = await page.reader.predict({ strokes, canvas });
  const { drawing: spoke = null, similarity = null } = answer.memory ?? {};
  answers.push({ digit: answer.digit, drawing: spoke, similarity });
  const telling = labelOf(answer.network ?? answer) !== label;
  const about = { at: new Date().toISOString(), telling };
  page.hand.add(rememberedOf(id, { drawing: { strokes, canvas }, label, about }));
  await until(() => page.hand.of(VERSION).drawings.some((one) => one.id === id));
}
writeFileSync(to, answers.map((answer) => JSON.stringify(answer)).join("\n"));

/** A reader with a hand that knows only what is said before it: no server, and nothing kept. */
function openPage() {
  const away = async () => {
    throw new ApiError("network");
  };
  const store = { all: async () => [], replace: away, remove: away, clear: away };
  const hand = new OwnHand({ hand: away }, store);
  const reader = new LocalReader(asPage, { version: VERSION, thresholds: THRESHOLDS }, hand);
  hand.follow(reader);
  return { hand, reader };
}
