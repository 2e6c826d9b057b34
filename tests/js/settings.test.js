import assert from "node:assert/strict";
import { test } from "node:test";

import { CHOICES, Settings } from "../../static/js/settings.js";

function storage(kept = {}) {
  return {
    kept,
    getItem: (key) => kept[key] ?? null,
    setItem: (key, value) => (kept[key] = value),
  };
}

const blocked = () => {
  throw new DOMException("The operation is insecure.", "SecurityError");
};

test("it works", () => {
  const device = storage();
  const settings = new Settings(() => device);
  assert.equal(settings.get("brush"), "medium");
  settings.set("brush", "marker");
  assert.equal(settings.get("brush"), "marker");
  assert.equal(new Settings(() => device).get("brush"), "marker"); // the next visit
});

test("without a choice the first of each list holds", () => {
  const settings = new Settings(() => storage());
  for (const [name, [first]] of Object.entries(CHOICES)) assert.equal(settings.get(name), first);
});

test("who follows hears of everything now, and of every change", () => {
  const settings = new Settings(() => storage());
  const heard = [];
  settings.follow((name, value) => heard.push([name, value]));
  assert.equal(heard.length, Object.keys(CHOICES).length);
  settings.set("theme", "dark");
  settings.set("theme", "dark"); // no change
  assert.deepEqual(heard.slice(Object.keys(CHOICES).length), [["theme", "dark"]]);
});

test("where storage is blocked a choice lasts as long as the page", () => {
  const settings = new Settings(blocked);
  settings.set("hand", "left");
  assert.equal(settings.get("hand"), "left");
});

test("a storage that is full does no harm", () => {
  const full = storage();
  full.setItem = blocked;
  const settings = new Settings(() => full);
  settings.set("mode", "number");
  assert.equal(settings.get("mode"), "number");
});

test("what is stored and makes no sense is passed over", () => {
  for (const text of ["", "null", "7", "[]", "{", '{"brush": "golden", "colour": 3}']) {
    const settings = new Settings(() => storage({ settings: text }));
    assert.equal(settings.get("brush"), "medium");
    settings.set("brush", "thin");
    assert.equal(settings.get("brush"), "thin");
  }
});

test("a value that is none of the choices is not taken", () => {
  const settings = new Settings(() => storage());
  settings.set("theme", "pink");
  assert.equal(settings.get("theme"), "system");
});
