import assert from "node:assert/strict";
import { test } from "node:test";

import { newsOf } from "../../../static/js/recognition/news.js";

const TEXTS = { learned: "{now} now, {before} before", noDigitShort: "no digit" };
const by = (model_version, answer) => ({ model_version, ...answer });
const news = (before, now) => newsOf(by(1, before), by(2, now), TEXTS);

test("it works", () => {
  assert.equal(news({ digit: 9 }, { digit: 4 }), "4 now, 9 before");
});

test("who reads the same has learned nothing of it", () => {
  assert.equal(news({ digit: 4 }, { digit: 4 }), null);
});

test("no digit is a reading as well", () => {
  assert.equal(news({ digit: null }, { digit: 0 }), "0 now, no digit before");
  assert.equal(news({ digit: 0 }, { digit: null }), "no digit now, 0 before");
});

test("what one's own hand made of it is no news", () => {
  const remembered = { digit: 4, network: { digit: 9 } };
  assert.equal(news({ digit: 9 }, remembered), null);
  assert.equal(news(remembered, { digit: 4 }), "4 now, 9 before");
});

test("a number is told as it is written", () => {
  assert.equal(news({ text: "19", digit: null }, { text: "14", digit: null }), "14 now, 19 before");
});

test("two answers of one version are no news", () => {
  assert.equal(newsOf(by(2, { digit: 9 }), by(2, { digit: 4 }), TEXTS), null);
});
