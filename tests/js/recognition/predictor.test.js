import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../../static/js/api.js";
import { Predictor } from "../../../static/js/recognition/predictor.js";

const INK = {
  strokes: [
    [
      [10, 10],
      [10, 90],
    ],
  ],
  canvas: [100, 100],
};
const FOUR = { digit: 4, model_version: 2 };

/** A Predictor whose server answers `server` (or throws it), on a clock that ticks 5 ms. */
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
  const predict = async () => {
    asked.push("browser");
    return { digit: 7 };
  };
  const localModel = {
    opened: 0,
    reader: reads ? { predict } : null,
    open: () => (localModel.opened += 1),
    follow: (version) => followed.push(version),
  };
  const predictor = new Predictor(api, () => (time += 5));
  predictor.join(localModel);
  return { predictor, localModel, asked, followed };
}

test("it works", async () => {
  const { predictor, asked, followed } = setUp();
  predictor.use("both");
  assert.deepEqual(await predictor.predict(INK), { ...FOUR, by: "server", milliseconds: 5 });
  assert.deepEqual(await predictor.preview(INK), { digit: 7, by: "browser", milliseconds: 5 });
  assert.deepEqual(asked, ["server", "browser"]);
  assert.deepEqual(followed, [2]);
});

test("it is said why the browser answers in the server's place", async () => {
  for (const [error, instead] of [
    [new ApiError("network"), "away"],
    [new ApiError("server", { status: 502 }), "away"],
    [new ApiError("proxy_too_large"), "too_large"],
  ]) {
    const { predictor } = setUp({ server: error });
    assert.equal((await predictor.predict(INK)).instead, instead);
  }
});

for (const away of [new ApiError("network"), new ApiError("server", { status: 502 })]) {
  test(`where the server says ${away.code} the browser answers`, async () => {
    const { predictor } = setUp({ server: away });
    assert.equal((await predictor.predict(INK)).by, "browser");
  });

  test(`without a browser that reads, ${away.code} is told`, async () => {
    const { predictor } = setUp({ server: away, reads: false });
    await assert.rejects(predictor.predict(INK), away);
    assert.equal(await predictor.preview(INK), null);
  });
}

for (const [code, status] of [
  ["blank", 400],
  ["throttled", 429],
]) {
  test(`a server that says ${code} has answered`, async () => {
    const { predictor, asked } = setUp({ server: new ApiError(code, { status }) });
    await assert.rejects(predictor.predict(INK), { code });
    assert.deepEqual(asked, ["server"]);
  });
}

test("who ends the request is not answered by the browser instead", async () => {
  const ended = new DOMException("ended", "AbortError");
  const { predictor } = setUp({ server: ended });
  await assert.rejects(predictor.predict(INK), ended);
});

test("the browser alone asks the server only until it reads itself", async () => {
  const { predictor, localModel } = setUp();
  predictor.use("browser");
  assert.equal((await predictor.predict(INK)).by, "browser");
  localModel.reader = null;
  assert.equal((await predictor.predict(INK)).by, "server");
});

test("the server alone loads nothing and says nothing beforehand", async () => {
  const { predictor, localModel } = setUp();
  predictor.use("server");
  assert.equal(localModel.opened, 0);
  assert.equal(await predictor.preview(INK), null);
  assert.equal((await predictor.predict(INK)).by, "server");
  predictor.use("both");
  assert.equal(localModel.opened, 1);
});

test("a photo is read here too, but a number on it only in the end", async () => {
  const { predictor, asked } = setUp();
  predictor.use("browser");
  const photo = { image: "data:,", photo: {} };
  assert.equal((await predictor.preview(photo)).by, "browser");
  assert.equal(await predictor.preview({ ...photo, number: true }), null);
  assert.equal((await predictor.predict({ ...photo, number: true })).by, "browser");
  assert.deepEqual(asked, ["browser", "browser"]);
});

test("where the server is away, a network that is still on its way is waited for", async () => {
  const { predictor, localModel } = setUp({ server: new ApiError("network"), reads: false });
  localModel.open = async () => (localModel.reader = { predict: async () => ({ digit: 7 }) });
  assert.equal((await predictor.predict(INK)).digit, 7);
});
