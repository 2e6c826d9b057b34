import assert from "node:assert/strict";
import { test } from "node:test";

import { Answering } from "../../static/js/answering.js";
import { ApiError } from "../../static/js/api.js";

const INK = { strokes: [[[10, 10], [10, 90]]], canvas: [100, 100] };
const FOUR = { digit: 4, model_version: 2 };

/** An Answering whose server answers `server` (or throws it), on a clock that ticks 5 ms. */
function setUp({ server = FOUR, reads = true } = {}) {
  const asked = [];
  const followed = [];
  let time = 0;
  const api = {
    predict: async () => {
      asked.push("server");
      if (server instanceof Error) throw server;
      return server;
    },
  };
  const here = {
    opened: 0,
    reader: reads ? { predict: async () => (asked.push("browser"), { digit: 7 }) } : null,
    open: () => (here.opened += 1),
    follow: (version) => followed.push(version),
  };
  const answering = new Answering(api, here, () => (time += 5));
  return { answering, here, asked, followed };
}

test("it works", async () => {
  const { answering, asked, followed } = setUp();
  answering.by("both");
  assert.deepEqual(await answering.predict(INK), { ...FOUR, by: "server", milliseconds: 5 });
  assert.deepEqual(await answering.glimpse(INK), { digit: 7, by: "browser", milliseconds: 5 });
  assert.deepEqual(asked, ["server", "browser"]);
  assert.deepEqual(followed, [2]);
});

for (const away of [new ApiError("network"), new ApiError("server", { status: 502 })]) {
  test(`where the server says ${away.code} the browser answers`, async () => {
    const { answering } = setUp({ server: away });
    assert.equal((await answering.predict(INK)).by, "browser");
  });

  test(`without a browser that reads, ${away.code} is told`, async () => {
    const { answering } = setUp({ server: away, reads: false });
    await assert.rejects(answering.predict(INK), away);
    assert.equal(await answering.glimpse(INK), null);
  });
}

for (const [code, status] of [["blank", 400], ["throttled", 429]]) {
  test(`a server that says ${code} has answered`, async () => {
    const { answering, asked } = setUp({ server: new ApiError(code, { status }) });
    await assert.rejects(answering.predict(INK), { code });
    assert.deepEqual(asked, ["server"]);
  });
}

test("who ends the request is not answered by the browser instead", async () => {
  const ended = new DOMException("ended", "AbortError");
  const { answering } = setUp({ server: ended });
  await assert.rejects(answering.predict(INK), ended);
});

test("the browser alone asks the server only until it reads itself", async () => {
  const { answering, here } = setUp();
  answering.by("browser");
  assert.equal((await answering.predict(INK)).by, "browser");
  here.reader = null;
  assert.equal((await answering.predict(INK)).by, "server");
});

test("the server alone loads nothing and says nothing beforehand", async () => {
  const { answering, here } = setUp();
  answering.by("server");
  assert.equal(here.opened, 0);
  assert.equal(await answering.glimpse(INK), null);
  assert.equal((await answering.predict(INK)).by, "server");
  answering.by("both");
  assert.equal(here.opened, 1);
});

test("a photo is read here too, but a number on it only in the end", async () => {
  const { answering, asked } = setUp();
  answering.by("browser");
  const photo = { image: "data:,", photo: {} };
  assert.equal((await answering.glimpse(photo)).by, "browser");
  assert.equal(await answering.glimpse({ ...photo, number: true }), null);
  assert.equal((await answering.predict({ ...photo, number: true })).by, "browser");
  assert.deepEqual(asked, ["browser", "browser"]);
});

test("where the server is away, a network that is still on its way is waited for", async () => {
  const { answering, here } = setUp({ server: new ApiError("network"), reads: false });
  here.open = async () => (here.reader = { predict: async () => ({ digit: 7 }) });
  assert.equal((await answering.predict(INK)).digit, 7);
});
