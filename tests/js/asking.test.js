import assert from "node:assert/strict";
import { test } from "node:test";

import { isAsked } from "../../static/js/asking.js";

test("it works", () => {
  assert.equal(isAsked({ verdict: "sure" }, 20, 0.19), true);
  assert.equal(isAsked({ verdict: "sure" }, 20, 0.21), false);
});

test("what is unsure or no digit is always asked about", () => {
  assert.equal(isAsked({ verdict: "unsure" }, 0, 0.99), true);
  assert.equal(isAsked({ verdict: "not_a_digit" }, 0, 0.99), true);
});

test("none means none, all means all", () => {
  assert.equal(isAsked({ verdict: "sure" }, 0, 0), false);
  assert.equal(isAsked({ verdict: "sure" }, 100, 0.999999), true);
});

test("left to chance it is about as many", () => {
  const asked = Array.from({ length: 4000 }, () => isAsked({ verdict: "sure" }, 25));
  const share = asked.filter((one) => one).length / asked.length;
  assert.ok(share > 0.2 && share < 0.3, `${share}`);
});
