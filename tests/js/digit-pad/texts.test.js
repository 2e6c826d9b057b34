import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";

import { TEXTS, textsIn } from "../../../static/js/digit-pad/texts.js";

const PLACES = /\{\w+\}/g;

test("a language is known by its tag, whatever the region; English stands for all others", () => {
  assert.equal(textsIn("fr"), TEXTS.fr);
  assert.equal(textsIn("he-IL"), TEXTS.he);
  assert.equal(textsIn("FR-ca"), TEXTS.fr);
  for (const tag of ["", "de", "constructor"]) assert.equal(textsIn(tag), TEXTS.en, tag);
});

test("the pad speaks every language of the site", () => {
  const languages = readdirSync(new URL("../../../locale/", import.meta.url));
  assert.ok(languages.length > 1);
  for (const language of languages) assert.ok(language in TEXTS, language);
});

for (const [language, texts] of Object.entries(TEXTS))
  test(`${language} has all words, with their places to fill in`, () => {
    assert.deepEqual(Object.keys(texts), Object.keys(TEXTS.en));
    for (const [name, text] of Object.entries(TEXTS.en)) {
      assert.ok(texts[name].trim(), name);
      assert.deepEqual(texts[name].match(PLACES)?.sort(), text.match(PLACES)?.sort(), name);
    }
  });
