import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../../static/js/api.js";
import { PredictionRequest } from "../../../static/js/recognition/request.js";

/** A PredictionRequest whose answers the test gives by hand, on a clock that the test turns. */
function setUp(t) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const asked = [];
  const shown = [];
  const request = new PredictionRequest({
    delay: 100,
    ask: (drawing, signal) =>
      new Promise((answer, refuse) => asked.push({ drawing, signal, answer, refuse })),
    show: {
      answered: (answer) => shown.push(answer),
      failed: (error, wait) => shown.push({ error: error.code, wait }),
    },
  });
  const after = async (milliseconds) => {
    t.mock.timers.tick(milliseconds);
    for (let turn = 0; turn < 5; turn++) await null; // promises have their say
  };
  return { request, asked, shown, after };
}

test("it works", async (t) => {
  const { request, asked, shown, after } = setUp(t);
  request.change("four");
  await after(99);
  assert.equal(asked.length, 0);
  await after(1);
  assert.equal(asked[0].drawing, "four");
  asked[0].answer("It is 4.");
  await after(0);
  assert.deepEqual(shown, ["It is 4."]);
});

test("strokes in quick succession are asked for once", async (t) => {
  const { request, asked, after } = setUp(t);
  for (const drawing of ["one stroke", "two strokes", "three strokes"]) {
    request.change(drawing);
    await after(60);
  }
  await after(100);
  assert.deepEqual(
    asked.map(({ drawing }) => drawing),
    ["three strokes"],
  );
});

test("a late answer to older ink is never shown", async (t) => {
  const { request, asked, shown, after } = setUp(t);
  request.change("older");
  await after(100);
  request.change("newer");
  await after(100);
  asked[1].answer("newer answer");
  await after(0);
  asked[0].answer("older answer");
  await after(0);
  assert.deepEqual(shown, ["newer answer"]);
});

test("a late failure of older ink is never shown", async (t) => {
  const { request, asked, shown, after } = setUp(t);
  request.change("older");
  await after(100);
  request.change("newer");
  asked[0].refuse(new ApiError("network"));
  await after(0);
  assert.deepEqual(shown, []);
});

test("the pen coming down calls off what is under way", async (t) => {
  const { request, asked, shown, after } = setUp(t);
  request.change("half a four");
  await after(100);
  request.hold();
  assert.ok(asked[0].signal.aborted);
  asked[0].answer("It is 1.");
  await after(5000);
  assert.deepEqual(shown, []);
  assert.equal(asked.length, 1);
});

test("the pen coming down calls off what is planned", async (t) => {
  const { request, asked, after } = setUp(t);
  request.change("half a four");
  request.hold();
  await after(5000);
  assert.equal(asked.length, 0);
});

test("after a failure of the network it asks again when told to", async (t) => {
  const { request, asked, shown, after } = setUp(t);
  request.change("four");
  await after(100);
  asked[0].refuse(new ApiError("network"));
  await after(60_000);
  assert.deepEqual(shown, [{ error: "network", wait: null }]);
  request.again();
  request.again(); // an impatient finger asks once
  assert.equal(asked.length, 2);
  asked[1].answer("It is 4.");
  await after(0);
  assert.equal(shown[1], "It is 4.");
});

test("a wrong drawing is not asked for again", async (t) => {
  const { request, asked, after } = setUp(t);
  request.change("nonsense");
  await after(100);
  asked[0].refuse(new ApiError("bad_ink", { status: 400 }));
  await after(0);
  request.again();
  assert.equal(asked.length, 1);
});

test("throttled, it waits as long as it is told and asks again by itself", async (t) => {
  const { request, asked, shown, after } = setUp(t);
  request.change("four");
  await after(100);
  asked[0].refuse(new ApiError("throttled", { status: 429, retryAfter: 7 }));
  await after(0);
  assert.deepEqual(shown, [{ error: "throttled", wait: 7 }]);
  await after(6999);
  assert.equal(asked.length, 1);
  await after(1);
  assert.equal(asked[1].drawing, "four");
});

test("throttled, newer ink takes the place of the older", async (t) => {
  const { request, asked, after } = setUp(t);
  request.change("older");
  await after(100);
  asked[0].refuse(new ApiError("throttled", { status: 429, retryAfter: 7 }));
  await after(0);
  request.change("newer");
  await after(100);
  asked[1].answer("newer answer");
  await after(60_000);
  assert.equal(asked.length, 2);
});

test("there is nothing to ask again once the answer is there, or before any ink", async (t) => {
  const { request, asked, after } = setUp(t);
  request.again();
  request.change("four");
  await after(100);
  asked[0].answer("It is 4.");
  await after(0);
  request.again();
  assert.equal(asked.length, 1);
});
