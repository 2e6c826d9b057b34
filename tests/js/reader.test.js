import assert from "node:assert/strict";
import { test } from "node:test";

import { Api } from "../../static/js/api.js";
import { Reader } from "../../static/js/reader.js";
import { serve, until } from "./server.js";

const SHOWN = [300, 300];
const FOUR = { digit: 4, verdict: "sure", confidence: 0.98 };
const STORED = { id: "a1", receipt: "r1" };
const refused = (status, code, headers = {}) => ({
  status,
  headers,
  body: { error: { code, message: "A sentence.", field: null } },
});

/** What the site would answer, unless the test says otherwise. */
function site({ method, path }) {
  if (path === "/predict/") return { body: FOUR };
  return method === "DELETE" ? { status: 204 } : { status: 201, body: STORED };
}

/** A Reader with a real server, and a view that writes down what it is told. */
async function setUp(t, answer = site) {
  const server = await serve(t, answer);
  const told = [];
  const names = [
    "redraw", "line", "see", "blank", "reading", "answered", "failed", "complain", "thank",
    "takenBack", "busy",
  ];
  const view = Object.fromEntries(names.map((name) => [name, (...what) => told.push([name, ...what])]));
  let controls = null;
  view.controls = (state) => (controls = state);
  const reader = new Reader({
    api: new Api(server.urls),
    view,
    delay: 1,
    requestFrame: (draw) => setTimeout(draw, 1),
  });
  const heard = (name) => told.filter(([one]) => one === name);
  return { ...server, reader, told, heard, controls: () => controls };
}

function stroke(reader, ...points) {
  const [first, ...rest] = points;
  reader.begin(first, SHOWN);
  reader.extend(rest, SHOWN);
  reader.end();
}

async function drawFour({ reader, heard }) {
  const before = heard("answered").length;
  stroke(reader, [100, 50, 0], [60, 150, 60], [180, 150, 120]);
  stroke(reader, [150, 60, 400], [150, 240, 500]);
  await until(() => heard("answered").length > before);
}

test("it works", async (t) => {
  const page = await setUp(t);
  await drawFour(page);
  assert.deepEqual(page.heard("answered"), [["answered", FOUR]]);
  assert.deepEqual(page.requests[0].body.strokes, [
    [[100, 50, 0], [60, 150, 60], [180, 150, 120]],
    [[150, 60, 400], [150, 240, 500]],
  ]);
  assert.deepEqual(page.controls(), {
    isInked: true,
    canUndo: true,
    canLabel: true,
    canConfirm: true,
  });
});

test("an empty page offers nothing", async (t) => {
  const { controls, requests } = await setUp(t);
  assert.deepEqual(Object.values(controls()), [false, false, false, false]);
  assert.equal(requests.length, 0);
});

test("only new pieces of line are drawn while the pen moves", async (t) => {
  const { reader, heard } = await setUp(t);
  reader.begin([10, 10, 0], SHOWN);
  const drawnOnce = heard("redraw").length;
  reader.extend([[20, 10, 8], [30, 10, 12]], SHOWN);
  reader.extend([[40, 10, 16]], SHOWN);
  assert.deepEqual(heard("line"), [
    ["line", [[10, 10, 0], [20, 10, 8], [30, 10, 12]]],
    ["line", [[30, 10, 12], [40, 10, 16]]],
  ]);
  assert.equal(heard("redraw").length, drawnOnce);
});

test("what the model sees is shown while the pen is still down", async (t) => {
  const { reader, heard, requests } = await setUp(t);
  reader.begin([10, 10, 0], SHOWN);
  reader.extend([[200, 200, 8]], SHOWN);
  await until(() => heard("see").length > 0);
  assert.equal(Math.max(...heard("see").at(-1)[1]), 255);
  assert.equal(requests.length, 0);
});

test("a dot is not sent", async (t) => {
  const { reader, requests, heard, controls } = await setUp(t);
  const blanks = heard("blank").length;
  stroke(reader, [10, 10, 0]);
  await new Promise((done) => setTimeout(done, 30));
  assert.equal(requests.length, 0);
  assert.equal(heard("blank").length, blanks + 1);
  assert.deepEqual(controls(), {
    isInked: true,
    canUndo: true,
    canLabel: false,
    canConfirm: false,
  });
});

test("where the server finds the drawing blank, the page asks for a digit", async (t) => {
  const { reader, heard } = await setUp(t, () => refused(400, "blank"));
  stroke(reader, [10, 10, 0], [50, 50, 9]);
  const blanks = heard("blank").length;
  await until(() => heard("blank").length > blanks);
  assert.deepEqual(heard("failed"), []);
});

test("a hand at rest leaves no trace", async (t) => {
  const { reader, requests, controls } = await setUp(t);
  reader.begin([10, 10, 0], SHOWN);
  reader.extend([[90, 90, 8]], SHOWN);
  reader.drop();
  await new Promise((done) => setTimeout(done, 30));
  assert.equal(controls().isInked, false);
  assert.equal(requests.length, 0);
});

test("the right answer is confirmed and stored as such", async (t) => {
  const page = await setUp(t);
  await drawFour(page);
  page.reader.confirm();
  await until(() => page.heard("thank").length > 0);
  const { path, body } = page.requests.at(-1);
  assert.equal(path, "/drawings/");
  assert.equal(body.label, "4");
  assert.equal(page.controls().canLabel, false);
});

test("no digit, confirmed, is stored as no digit", async (t) => {
  const page = await setUp(t, (request) =>
    request.path === "/predict/"
      ? { body: { digit: null, verdict: "not_a_digit", confidence: 0.9 } }
      : site(request),
  );
  await drawFour(page);
  page.reader.confirm();
  await until(() => page.heard("thank").length > 0);
  assert.equal(page.requests.at(-1).body.label, "not_a_digit");
});

test("a wrong answer is corrected, also where none came", async (t) => {
  const page = await setUp(t, (request) =>
    request.path === "/predict/" ? refused(503, "no_model") : site(request),
  );
  stroke(page.reader, [10, 10, 0], [10, 200, 9]);
  await until(() => page.heard("failed").length > 0);
  page.reader.confirm(); // there is nothing to confirm
  page.reader.label("1");
  await until(() => page.heard("thank").length > 0);
  const stored = page.requests.filter(({ path }) => path === "/drawings/");
  assert.deepEqual(stored.map(({ body }) => body.label), ["1"]);
});

test("nothing is stored before somebody answers", async (t) => {
  const page = await setUp(t);
  await drawFour(page);
  page.reader.undo();
  page.reader.clear();
  assert.ok(page.requests.every(({ path }) => path === "/predict/"));
});

test("a drawing is stored once, however often the button is pressed", async (t) => {
  const page = await setUp(t);
  await drawFour(page);
  page.reader.confirm();
  page.reader.confirm();
  await until(() => page.heard("thank").length > 0);
  page.reader.label("4");
  page.reader.label("9");
  await new Promise((done) => setTimeout(done, 30));
  assert.equal(page.requests.filter(({ path }) => path === "/drawings/").length, 1);
});

test("what was stored can be taken back, and answered anew", async (t) => {
  const page = await setUp(t);
  await drawFour(page);
  page.reader.confirm();
  await until(() => page.heard("thank").length > 0);
  page.reader.takeBack();
  await until(() => page.heard("takenBack").length > 0);
  const { method, path, headers } = page.requests.at(-1);
  assert.deepEqual([method, path, headers["x-receipt"]], ["DELETE", "/drawings/a1/", "r1"]);
  assert.equal(page.controls().canLabel, true);
  page.reader.label("9");
  await until(() => page.heard("thank").length > 1);
});

test("what is gone already counts as taken back", async (t) => {
  const page = await setUp(t, (request) =>
    request.method === "DELETE" ? refused(404, "not_found") : site(request),
  );
  await drawFour(page);
  page.reader.confirm();
  await until(() => page.heard("thank").length > 0);
  page.reader.takeBack();
  await until(() => page.heard("takenBack").length > 0);
});

test("feedback that fails leaves the drawing to try again", async (t) => {
  let submissions = 0;
  const page = await setUp(t, (request) => {
    if (request.path !== "/drawings/") return site(request);
    submissions += 1;
    return submissions === 1 ? refused(429, "throttled", { "Retry-After": "3" }) : site(request);
  });
  await drawFour(page);
  page.reader.confirm();
  await until(() => page.heard("complain").length > 0);
  assert.equal(page.heard("complain")[0][1].retryAfter, 3);
  assert.equal(page.controls().canConfirm, true);
  page.reader.confirm();
  await until(() => page.heard("thank").length > 0);
});

test("after the feedback the next stroke begins a new sheet", async (t) => {
  const page = await setUp(t);
  await drawFour(page);
  page.reader.confirm();
  await until(() => page.heard("thank").length > 0);
  await drawFour(page);
  assert.equal(page.requests.at(-1).body.strokes.length, 2);
  assert.equal(page.controls().canLabel, true);
});

test("an answer to older ink can no longer be confirmed", async (t) => {
  const page = await setUp(t);
  await drawFour(page);
  page.reader.begin([20, 20, 900], SHOWN);
  page.reader.extend([[90, 20, 910]], SHOWN);
  assert.equal(page.controls().canConfirm, false);
  page.reader.end();
  page.reader.confirm();
  assert.ok(page.requests.every(({ path }) => path === "/predict/"));
});

test("buttons do nothing while the pen is down", async (t) => {
  const page = await setUp(t);
  await drawFour(page);
  page.reader.begin([20, 20, 900], SHOWN);
  page.reader.undo();
  page.reader.clear();
  page.reader.label("4");
  page.reader.extend([[90, 20, 910]], SHOWN);
  page.reader.end();
  const before = page.requests.length;
  await until(() => page.requests.length > before);
  assert.equal(page.requests.at(-1).body.strokes.length, 3);
});

test("clear and undo ask anew for the ink that is left", async (t) => {
  const page = await setUp(t);
  await drawFour(page);
  page.reader.clear();
  assert.equal(page.controls().isInked, false);
  page.reader.undo();
  await until(() => page.heard("answered").length > 1);
  assert.equal(page.requests.at(-1).body.strokes.length, 2);
  page.reader.undo();
  await until(() => page.heard("answered").length > 2);
  assert.equal(page.requests.at(-1).body.strokes.length, 1);
});

test("asked to, it tries a failed reading again", async (t) => {
  const page = await setUp(t, (request, count) =>
    count === 1 ? { status: 502, body: "<h1>Bad gateway</h1>" } : site(request),
  );
  stroke(page.reader, [10, 10, 0], [10, 200, 9]);
  await until(() => page.heard("failed").length > 0);
  page.reader.again();
  await until(() => page.heard("answered").length > 0);
});
