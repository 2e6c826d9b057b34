import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { foreignKind } from "../../../static/js/photo/foreign.js";

const kindOf = (...parts) => foreignKind(new Blob(parts));
const heic = (name) =>
  readFileSync(new URL(`../../support/pictures/${name}.heic`, import.meta.url));

test("it works", async () => {
  for (const name of ["two_tone", "turned", "transparent", "large"])
    assert.equal(await kindOf(heic(name)), "readable", name);
  assert.equal(await kindOf("II*\0", new Uint8Array(200)), "readable");
  assert.equal(await kindOf("MM\0*"), "readable");
  assert.equal(await kindOf("\n%PDF-1.7\n"), "document");
});

test("nothing else is sent anywhere", async () => {
  for (const text of ["", "a diary", "PK\u0003\u0004", "\0\0\0\u0018ftypisom", "<svg></svg>"])
    assert.equal(await kindOf(text), null, text);
});
