import assert from "node:assert/strict";
import { test } from "node:test";

import { Api } from "../../../static/js/api.js";
import { normalise } from "../../../static/js/preprocessing/ink.js";
import { digitOfNumber } from "../../../static/js/recognition/digit-of-number.js";
import { Reader } from "../../../static/js/recognition/reader.js";
import { prediction, reading, refusal, stored } from "../helpers/bodies.js";
import { serve, until } from "../helpers/server.js";

const SHOWN = [1000, 1000];
const FOUR = prediction();
const STORED = stored();
const refused = (status, code, headers = {}) => ({
  status,
  headers,
  body: refusal(code),
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
    "redraw",
    "follow",
    "settle",
    "see",
    "blank",
    "dot",
    "reading",
    "waiting",
    "answered",
    "select",
    "failed",
    "complain",
    "thank",
    "takenBack",
    "busy",
  ];
  const view = Object.fromEntries(
    names.map((name) => [name, (...what) => told.push([name, ...what])]),
  );
  let controls = null;
  view.controls = (state) => (controls = state);
  const reader = new Reader({
    api: new Api(server.urls),
    view,
    delay: 1,
    requestFrame: (draw) => setTimeout(draw, 1),
  });
  reader.takeApart(digitOfNumber);
  const heard = (name) => told.filter(([one]) => one === name);
  return { ...server, reader, told, heard, controls: () => controls };
}

function stroke(reader, ...points) {
  const [first, ...rest] = points;
  reader.input.begin(first, SHOWN);
  reader.input.extend(rest, SHOWN);
  reader.input.end();
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
    [
      [100, 50, 0],
      [60, 150, 60],
      [180, 150, 120],
    ],
    [
      [150, 60, 400],
      [150, 240, 500],
    ],
  ]);
  assert.deepEqual(page.controls(), {
    isInked: true,
    isAnswered: false,
    canUndo: true,
    canRedo: false,
    canPredict: false,
    canLabel: true,
    said: null,
    labels: [],
  });
});

test("an empty page offers nothing", async (t) => {
  const { controls, requests } = await setUp(t);
  const { said, labels, ...offers } = controls();
  assert.deepEqual(new Set(Object.values(offers)), new Set([false]));
  assert.deepEqual(labels, []);
  assert.equal(requests.length, 0);
});

test("while the pen moves the ink is followed, not drawn anew", async (t) => {
  const { reader, heard } = await setUp(t);
  reader.input.begin([10, 10, 0], SHOWN);
  const drawnOnce = heard("redraw").length;
  reader.input.extend(
    [
      [20, 10, 8],
      [30, 10, 12],
    ],
    SHOWN,
    [[40, 10, 16]],
  );
  reader.input.extend([[30.2, 10, 14]], SHOWN); // nothing new
  const [[, first], [, second, ahead], ...more] = heard("follow");
  assert.equal(first, second); // it grows in place
  assert.equal(second.length, 3);
  assert.deepEqual(
    ahead.map(([x, y]) => [x, y]),
    [[40, 10]],
  );
  assert.equal(more.length, 0);
  assert.equal(heard("redraw").length, drawnOnce);
});

test("points that are only expected are never sent", async (t) => {
  const { reader, requests } = await setUp(t);
  reader.input.begin([10, 10, 0], SHOWN);
  reader.input.extend([[200, 10, 8]], SHOWN, [[300, 10, 16]]);
  reader.input.end();
  await until(() => requests.length > 0);
  assert.deepEqual(requests[0].body.strokes, [
    [
      [10, 10, 0],
      [200, 10, 8],
    ],
  ]);
});

test("a pen's pressure is not sent", async (t) => {
  const { reader, requests } = await setUp(t);
  reader.input.begin([10, 10, 0, 0.2], SHOWN);
  reader.input.extend([[200, 10, 8, 0.9]], SHOWN);
  reader.input.end();
  await until(() => requests.length > 0);
  assert.deepEqual(requests[0].body.strokes, [
    [
      [10, 10, 0],
      [200, 10, 8],
    ],
  ]);
});

test("what the model sees is shown while the pen is still down", async (t) => {
  const { reader, heard, requests } = await setUp(t);
  reader.input.begin([10, 10, 0], SHOWN);
  reader.input.extend([[200, 200, 8]], SHOWN);
  await until(() => heard("see").length > 0);
  assert.equal(Math.max(...heard("see").at(-1)[1]), 255);
  assert.equal(requests.length, 0);
});

test("a dot is not sent", async (t) => {
  const { reader, requests, heard, controls } = await setUp(t);
  stroke(reader, [10, 10, 0]);
  await new Promise((done) => setTimeout(done, 30));
  assert.equal(requests.length, 0);
  assert.equal(heard("dot").length, 1);
  const { isInked, canUndo, canPredict, canLabel } = controls();
  assert.deepEqual([isInked, canUndo, canPredict, canLabel], [true, true, false, false]);
});

test("where the server finds the drawing blank, the page asks for a digit", async (t) => {
  const { reader, heard } = await setUp(t, () => refused(400, "blank"));
  stroke(reader, [10, 10, 0], [50, 50, 9]);
  await until(() => heard("dot").length > 0);
  assert.deepEqual(heard("failed"), []);
});

test("a hand at rest leaves no trace", async (t) => {
  const { reader, requests, controls } = await setUp(t);
  reader.input.begin([10, 10, 0], SHOWN);
  reader.input.extend([[90, 90, 8]], SHOWN);
  reader.input.drop();
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
      ? { body: prediction({ digit: null, verdict: "not_a_digit" }) }
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
  assert.deepEqual(
    stored.map(({ body }) => body.label),
    ["1"],
  );
});

test("nothing is stored before somebody answers", async (t) => {
  const page = await setUp(t);
  await drawFour(page);
  page.reader.input.undo();
  page.reader.input.clear();
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
  assert.equal(page.controls().canLabel, true);
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
  page.reader.input.begin([20, 20, 900], SHOWN);
  page.reader.input.extend([[90, 20, 910]], SHOWN);
  assert.equal(page.controls().canLabel, false);
  page.reader.input.end();
  page.reader.confirm();
  assert.ok(page.requests.every(({ path }) => path === "/predict/"));
});

test("buttons do nothing while the pen is down", async (t) => {
  const page = await setUp(t);
  await drawFour(page);
  page.reader.input.begin([20, 20, 900], SHOWN);
  page.reader.input.undo();
  page.reader.input.clear();
  page.reader.label("4");
  page.reader.input.extend([[90, 20, 910]], SHOWN);
  page.reader.input.end();
  const before = page.requests.length;
  await until(() => page.requests.length > before);
  assert.equal(page.requests.at(-1).body.strokes.length, 3);
});

test("clear and undo ask anew for the ink that is left", async (t) => {
  const page = await setUp(t);
  await drawFour(page);
  page.reader.input.clear();
  assert.equal(page.controls().isInked, false);
  page.reader.input.undo();
  await until(() => page.heard("answered").length > 1);
  assert.equal(page.requests.at(-1).body.strokes.length, 2);
  page.reader.input.undo();
  await until(() => page.heard("answered").length > 2);
  assert.equal(page.requests.at(-1).body.strokes.length, 1);
});

test("asked to, it tries a failed reading again", async (t) => {
  const page = await setUp(t, (request, count) =>
    count === 1 ? { status: 502, body: "<h1>Bad gateway</h1>", isForeign: true } : site(request),
  );
  stroke(page.reader, [10, 10, 0], [10, 200, 9]);
  await until(() => page.heard("failed").length > 0);
  page.reader.recognition.predict();
  await until(() => page.heard("answered").length > 0);
});

// --- redo, and reading by a button ---

test("redo brings back what undo took, and asks for it again", async (t) => {
  const page = await setUp(t);
  await drawFour(page);
  page.reader.input.undo();
  assert.equal(page.controls().canRedo, true);
  page.reader.input.redo();
  assert.equal(page.controls().canRedo, false);
  await until(() => page.heard("answered").length > 1);
  assert.equal(page.requests.at(-1).body.strokes.length, 2);
});

test("by the button it is read when somebody asks, once", async (t) => {
  const page = await setUp(t);
  page.reader.recognition.predictOnRelease(false);
  stroke(page.reader, [10, 10, 0], [10, 200, 9]);
  await new Promise((done) => setTimeout(done, 30));
  assert.equal(page.requests.length, 0);
  assert.equal(page.heard("waiting").length, 1);
  assert.equal(page.controls().canPredict, true);
  page.reader.recognition.predict();
  page.reader.recognition.predict();
  await until(() => page.heard("answered").length > 0);
  page.reader.recognition.predict();
  assert.equal(page.requests.length, 1);
  assert.equal(page.controls().canPredict, false);
});

test("there is nothing to predict on an empty sheet, or with the pen down", async (t) => {
  const { reader, requests, heard } = await setUp(t);
  reader.recognition.predict();
  reader.input.begin([10, 10, 0], SHOWN);
  reader.input.extend([[10, 200, 9]], SHOWN);
  reader.recognition.predict();
  await new Promise((done) => setTimeout(done, 30));
  assert.equal(requests.length, 0);
  assert.deepEqual(heard("reading"), []);
});

// --- numbers ---

const ONES = [
  [
    [100, 100, 0],
    [100, 300, 50],
  ],
  [
    [400, 100, 200],
    [400, 300, 250],
  ],
];
const CANVAS = [1000, 1000];
const one = (strokes, confidence) => ({
  ...reading({ digit: 1, confidence }),
  box: [strokes[0][0][0], 100, 0, 200],
  seen: [...normalise(strokes, CANVAS).pixels],
});
const ELEVEN = {
  ...prediction({ digit: null, confidence: 0.9, probabilities: [] }),
  text: "11",
  number: "11",
  signs: [],
  digits: [one(ONES.slice(0, 1), 0.99), one(ONES.slice(1), 0.9)],
  lines: [],
};

/** A Reader on which 11 is drawn and read. */
async function eleven(t) {
  const page = await setUp(t, (request) =>
    request.path === "/predict/" ? { body: ELEVEN } : site(request),
  );
  page.reader.recognition.readNumbers(true);
  for (const points of ONES) stroke(page.reader, ...points);
  await until(() => page.heard("answered").length > 0);
  return page;
}

test("a number is asked for as one, and its least certain digit is looked at", async (t) => {
  const page = await eleven(t);
  assert.equal(page.requests.at(-1).body.number, true);
  assert.deepEqual(page.heard("select").at(-1), ["select", 1]);
  assert.deepEqual(page.heard("see").at(-1)[2], [ONES[1]]);
});

test("one digit of a number is corrected with its own strokes", async (t) => {
  const page = await eleven(t);
  page.reader.recognition.select(0);
  page.reader.label("7");
  await until(() => page.heard("thank").length > 0);
  const { path, body } = page.requests.at(-1);
  assert.deepEqual([path, body.label, body.number], ["/drawings/", "7", undefined]);
  assert.deepEqual(body.strokes, [ONES[0]]);
  assert.deepEqual(page.controls().labels, ["7", null]);
  assert.equal(page.controls().canLabel, false);
  page.reader.recognition.select(1);
  assert.equal(page.controls().canLabel, true);
});

test("a tap on a digit looks at it and leaves no dot", async (t) => {
  const page = await eleven(t);
  const asked = page.requests.length;
  stroke(page.reader, [100, 200, 900]);
  assert.deepEqual(page.heard("select").at(-1), ["select", 0]);
  assert.equal(page.controls().canLabel, true);
  await new Promise((done) => setTimeout(done, 30));
  assert.equal(page.requests.length, asked);
  page.reader.input.undo();
  await until(() => page.requests.length > asked);
  assert.equal(page.requests.at(-1).body.strokes.length, 1); // the tap is not in the history
});

test("a tap elsewhere is a dot", async (t) => {
  const page = await eleven(t);
  stroke(page.reader, [700, 700, 900]);
  await until(() => page.heard("answered").length > 1);
  assert.equal(page.requests.at(-1).body.strokes.length, 3);
});

test("a number that is not read yet has no digit to label", async (t) => {
  const page = await setUp(t, () => refused(503, "no_model"));
  page.reader.recognition.readNumbers(true);
  stroke(page.reader, ...ONES[0]);
  await until(() => page.heard("failed").length > 0);
  assert.equal(page.controls().canLabel, false);
  page.reader.label("1");
  assert.ok(page.requests.every(({ path }) => path === "/predict/"));
});

test("another way of reading reads the same ink anew", async (t) => {
  const page = await setUp(t);
  await drawFour(page);
  page.reader.recognition.readNumbers(true);
  await until(() => page.heard("answered").length > 1);
  assert.equal(page.requests.at(-1).body.number, true);
  page.reader.recognition.readNumbers(false);
  await until(() => page.heard("answered").length > 2);
  assert.equal(page.requests.at(-1).body.number, undefined);
});

test("a label goes with whether the answer was wrong, and the network before it", async (t) => {
  const { alternatives: _, ...network } = reading({ digit: 9, verdict: "unsure" });
  const said = [];
  const page = await setUp(t, (request) =>
    request.path === "/predict/"
      ? { body: prediction({ network, seen: [0, 255] }) }
      : site(request),
  );
  const api = new Api(page.urls);
  const spied = {
    predict: (drawing, signal) => api.predict(drawing, signal),
    label: async (_drawing, label, about) => {
      said.push([label, about]);
      return STORED;
    },
    remove: async () => {},
  };
  const told = [];
  const quiet = new Proxy(
    {},
    {
      get:
        (_target, name) =>
        (...what) =>
          told.push([name, ...what]),
    },
  );
  const reader = new Reader({
    api: spied,
    view: quiet,
    delay: 1,
    requestFrame: (draw) => setTimeout(draw, 1),
  });
  for (const label of ["4", "9"]) {
    stroke(reader, [100, 50, 0], [60, 150, 60], [180, 150, 120]);
    await until(() => told.some(([name]) => name === "answered"));
    told.length = 0;
    reader.label(label);
    await until(() => told.some(([name]) => name === "thank"));
    const [, , thanked] = told.find(([name]) => name === "thank");
    assert.deepEqual(thanked, { label, mends: label === "9", read: "4" });
  }
  assert.deepEqual(
    said.map(([label, { telling, seen }]) => [label, telling, seen]),
    [
      ["4", true, [0, 255]],
      ["9", false, [0, 255]],
    ],
  );
});

// --- a version goes live while the page is open ---

/** A page with an answer by version 1, to a site where 2 is live since, and reads otherwise. */
async function setUpOver(t) {
  const site = { version: 1 };
  const page = await setUp(t, () => {
    const { version: model_version } = site;
    return { body: prediction({ digit: model_version === 1 ? 9 : 4, model_version }) };
  });
  await drawFour(page);
  site.version = 2;
  return page;
}

test("what an older version has answered is read again, and the new answer shown", async (t) => {
  const page = await setUpOver(t);
  const [before, now] = await page.reader.recognition.readBy(2);
  assert.deepEqual([before.digit, now.digit], [9, 4]);
  assert.equal(page.heard("answered").at(-1)[1].digit, 4);
  assert.deepEqual(page.requests.at(-1).body, page.requests.at(-2).body);
  assert.equal(await page.reader.recognition.readBy(2), null);
});

test("an answer to ink that has changed meanwhile is not shown", async (t) => {
  const page = await setUpOver(t);
  const again = page.reader.recognition.readBy(2);
  page.reader.input.begin([10, 10, 900], SHOWN);
  assert.equal(await again, null);
  assert.deepEqual(
    page.heard("answered").map(([, { digit }]) => digit),
    [9],
  );
});

test("an empty sheet is not read again", async (t) => {
  const page = await setUp(t);
  assert.equal(await page.reader.recognition.readBy(2), null);
  assert.equal(page.requests.length, 0);
});

test("what steps aside for the camera cannot be named, and is as it was when it comes again", async (t) => {
  const page = await setUp(t);
  await drawFour(page);
  page.reader.label("4");
  await until(() => page.heard("thank").length === 1);
  page.reader.setAside(true);
  assert.equal(page.controls().said, null);
  assert.equal(page.controls().canLabel, false);
  page.reader.setAside(false);
  assert.deepEqual(page.heard("answered"), [
    ["answered", FOUR],
    ["answered", FOUR],
  ]);
  assert.equal(page.controls().said, "4");
  assert.equal(page.requests.length, 2);
});

test("nothing is said of ink while it stands aside", async (t) => {
  const page = await setUp(t);
  await drawFour(page);
  page.reader.setAside(true);
  page.reader.label("4");
  page.reader.confirm();
  page.reader.setAside(false);
  assert.equal(page.requests.length, 1);
  assert.equal(page.controls().canLabel, true);
});
