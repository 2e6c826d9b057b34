import assert from "node:assert/strict";
import { test } from "node:test";

import { Engine } from "../../../static/js/inference/engine.js";

/** An engine whose network notes what it is asked. */
function setUp() {
  const noted = { asked: [], isDisposed: false };
  const network = {
    predict(glyphs) {
      noted.asked.push(glyphs);
      return glyphs.map(() => "outputs");
    },
    dispose: () => (noted.isDisposed = true),
  };
  return { engine: new Engine({ getBackend: () => "wasm" }, network), noted };
}

test("it works", () => {
  const { engine, noted } = setUp();
  assert.deepEqual(engine.predict(["one", "two"]), ["outputs", "outputs"]);
  assert.deepEqual(noted.asked, [["one", "two"]]);
  assert.equal(engine.backend, "wasm");
});

test("closed, it gives the network back", () => {
  const { engine, noted } = setUp();
  engine.close();
  assert.ok(noted.isDisposed);
});
