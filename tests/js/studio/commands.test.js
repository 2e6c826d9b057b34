import assert from "node:assert/strict";
import { test } from "node:test";

import { fitting } from "../../../static/js/studio/commands.js";

const commands = ["Today", "Train", "Versions", "Dark colours", "Account"].map((name) => ({
  name,
}));
const names = (written) => fitting(commands, written).map(({ name }) => name);

test("it works", () => {
  assert.deepEqual(names("tr"), ["Train"]);
  assert.deepEqual(names("col"), ["Dark colours"]);
});

test("nothing written fits all, in their order", () => {
  assert.equal(names("").length, commands.length);
  assert.equal(names(" ")[0], "Today");
});

test("what begins so comes before what has it inside", () => {
  assert.deepEqual(names("t"), ["Today", "Train", "Account"]);
});

test("all words must be found, without case and accents", () => {
  assert.deepEqual(names("COLOURS dárk"), ["Dark colours"]);
  assert.deepEqual(names("dark train"), []);
});
