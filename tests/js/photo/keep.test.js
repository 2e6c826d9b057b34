import assert from "node:assert/strict";
import { test } from "node:test";

import { KeptPicture } from "../../../static/js/photo/keep.js";

const PICTURE = { image: "data:image/png;base64,AAAAAAAAAAAAAAAAAAAAAA", source: "camera" };
const PHOTO = { ...PICTURE, glyph: null, size: [28, 28] };

/** A Storage in memory, with room for so many characters. */
function storage({ content = {}, room = Infinity } = {}) {
  const kept = new Map(Object.entries(content));
  const place = {
    kept,
    written: 0,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => {
      if (value.length > room) throw new Error("full");
      kept.set(key, value);
      place.written += 1;
    },
    removeItem: (key) => kept.delete(key),
  };
  return place;
}

test("it works", () => {
  const place = storage();
  new KeptPicture(() => place).write(PHOTO);
  assert.deepEqual(new KeptPicture(() => place).read(), PICTURE);
});

test("what stays on the sheet is written once", () => {
  const place = storage();
  const keep = new KeptPicture(() => place);
  for (let time = 0; time < 3; time++) keep.write(PHOTO);
  assert.equal(place.written, 1);
});

test("what is cleared is kept no longer, also what was kept before", () => {
  const place = storage({ content: { picture: JSON.stringify(PICTURE) } });
  const keep = new KeptPicture(() => place);
  keep.read();
  keep.write(null);
  assert.equal(place.kept.size, 0);
});

test("of a picture that there is no room for it is known that it was there", () => {
  const place = storage({ room: 40 });
  new KeptPicture(() => place).write(PHOTO);
  assert.deepEqual(new KeptPicture(() => place).read(), { image: "", source: "camera" });
});

test("what is not ours is no picture", () => {
  for (const picture of [
    "nonsense",
    "{}",
    '{"image": "https://elsewhere.test/a.png", "source": "upload"}',
    '{"image": "data:image/png;base64,AAAA", "source": "elsewhere"}',
  ])
    assert.equal(new KeptPicture(() => storage({ content: { picture } })).read(), null, picture);
});

test("a browser that keeps nothing is no fault", () => {
  const keep = new KeptPicture(() => {
    throw new Error("blocked");
  });
  keep.write(PHOTO);
  assert.equal(keep.read(), null);
});
