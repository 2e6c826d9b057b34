import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError, cookieOf } from "../../static/js/api.js";
import { SiteApi as Api } from "../../static/js/site-api.js";
import {
  description,
  hand,
  memory,
  prediction,
  reading,
  refusal,
  remembered,
  stored,
} from "./helpers/bodies.js";
import { serve } from "./helpers/server.js";

const DRAWING = {
  strokes: [
    [
      [1, 2, 0],
      [3, 4, 8],
    ],
  ],
  canvas: [300, 300],
};

async function refusalOf(promise) {
  const error = await promise.then(
    () => assert.fail("it was granted"),
    (reason) => reason,
  );
  assert.ok(error instanceof ApiError, String(error));
  return error;
}

test("it works", async (t) => {
  const { urls, requests } = await serve(t, () => ({ body: prediction() }));
  assert.deepEqual(await new Api(urls).predict(DRAWING), prediction());
  const [{ method, path, headers, body }] = requests;
  assert.deepEqual([method, path], ["POST", "/predict/"]);
  assert.equal(headers["content-type"], "application/json");
  assert.deepEqual(body, { ...DRAWING, detail: true });
});

test("a picture comes back as one that can be shown; its name goes nowhere", async (t) => {
  const { urls, requests } = await serve(t, () => ({
    body: "a PNG",
    headers: { "Content-Type": "image/png" },
  }));
  const picture = await new Api(urls).picture(new File(["some HEIC"], "at-home.heic"));
  assert.deepEqual([picture.type, await picture.text()], ["image/png", "a PNG"]);
  const [{ method, path, body }] = requests;
  assert.deepEqual([method, path], ["POST", "/pictures/"]);
  assert.match(body, /name="image".*some HEIC/s);
  assert.ok(!body.includes("at-home"));
});

test("what is no picture is no answer", async (t) => {
  const { urls } = await serve(t, () => ({ body: prediction() }));
  const { code } = await refusalOf(new Api(urls).picture(new File(["some HEIC"], "a.heic")));
  assert.equal(code, "network");
});

test("a drawing is stored with its label and the consent", async (t) => {
  const { urls, requests } = await serve(t, () => ({ status: 201, body: stored() }));
  assert.deepEqual(await new Api(urls).label(DRAWING, "not_a_digit"), stored());
  assert.deepEqual(requests[0].body, {
    ...DRAWING,
    label: "not_a_digit",
    source: "ink",
    consent: true,
  });
});

test("a stored drawing is deleted by its receipt", async (t) => {
  const { urls, requests } = await serve(t, () => ({ status: 204 }));
  await new Api(urls).remove({ id: "a-b", receipt: "secret" });
  const [{ method, path, headers }] = requests;
  assert.deepEqual([method, path, headers["x-receipt"]], ["DELETE", "/drawings/a-b/", "secret"]);
});

test("a key and an account go along with a drawing, and a key withdraws it", async (t) => {
  const { urls, requests } = await serve(t, ({ method }) =>
    method === "DELETE" ? { status: 204 } : { status: 201, body: stored() },
  );
  const api = new Api(urls);
  await api.label({ strokes: [] }, "4");
  await api.label({ strokes: [] }, "4", { key: "k1", account: "7" });
  await api.withdraw("k1");
  const told = requests.map(({ method, path, headers }) => [
    method,
    path,
    headers["idempotency-key"],
    headers["x-account"],
  ]);
  assert.deepEqual(told, [
    ["POST", "/drawings/", undefined, undefined],
    ["POST", "/drawings/", "k1", "7"],
    ["DELETE", "/drawings/", "k1", undefined],
  ]);
});

test("the token against forged requests is sent where there is one", async (t) => {
  const { urls, requests } = await serve(t, () => ({ body: description() }));
  await new Api(urls, { cookie: () => "a=b; csrftoken=abc%3D; c=d" }).model();
  await new Api(urls).model();
  assert.equal(requests[0].headers["x-csrftoken"], "abc=");
  assert.ok(!("x-csrftoken" in requests[1].headers));
});

test("each request has an id of its own, for the server's logs", async (t) => {
  const { urls, requests } = await serve(t, () => ({ body: description() }));
  for (let i = 0; i < 2; i++) await new Api(urls).model();
  const ids = requests.map(({ headers }) => headers["x-request-id"]);
  assert.match(ids[0], /^[0-9a-f-]{36}$/);
  assert.notEqual(ids[0], ids[1]);
});

test("a cookie whose name only ends like the token's is not it", () => {
  assert.equal(cookieOf("xcsrftoken=1; other=csrftoken=2", "csrftoken"), null);
});

test("a refusal keeps the code, the sentence and the waiting time", async (t) => {
  const { urls } = await serve(t, () => ({
    status: 429,
    headers: { "Retry-After": "7" },
    body: refusal("throttled", "Too many."),
  }));
  const error = await refusalOf(new Api(urls).predict(DRAWING));
  assert.deepEqual(
    [error.code, error.message, error.status, error.retryAfter, error.passing],
    ["throttled", "Too many.", 429, 7, true],
  );
});

test("a wrong drawing is not worth sending again", async (t) => {
  const { urls } = await serve(t, () => ({
    status: 400,
    body: refusal("bad_ink"),
  }));
  const error = await refusalOf(new Api(urls).predict(DRAWING));
  assert.deepEqual([error.passing, error.isFinal], [false, true]);
});

const RETRIABLE = [401, 403, 408, 425, 429, 500, 503, 507];
for (const status of RETRIABLE) {
  test(`a refusal with ${status} says nothing final of a drawing`, async (t) => {
    const { urls } = await serve(t, () => ({ status, body: refusal("some_code") }));
    const error = await refusalOf(new Api(urls).label(DRAWING, "4"));
    assert.deepEqual([error.status, error.isAway, error.isFinal], [status, false, false]);
  });
}

test("that somebody else is signed in says nothing final of a drawing", async (t) => {
  const { urls } = await serve(t, () => ({ status: 409, body: refusal("other_account") }));
  assert.equal((await refusalOf(new Api(urls).label(DRAWING, "4"))).isFinal, false);
});

// --- what answers in the site's place ---

const HTML = "<h1>Sign in to this network</h1>";
const HOSTILE = {
  "a portal's page": { body: HTML },
  "an empty 200": { body: "" },
  "a proxy's 403": { status: 403, body: HTML },
  "a proxy's 502": { status: 502, body: HTML },
  "a proxy's JSON": { body: prediction() },
  "a proxy's error in our shape": { status: 400, body: refusal("bad_ink") },
};

for (const [name, answer] of Object.entries(HOSTILE)) {
  test(`${name} is no answer`, async (t) => {
    const { urls } = await serve(t, () => ({ ...answer, isForeign: true }));
    const api = new Api(urls);
    const calls = [
      () => api.predict(DRAWING),
      () => api.label(DRAWING, "4"),
      () => api.withdraw("k"),
      () => api.remove({ id: "a", receipt: "r" }),
      () => api.model(),
      () => api.hand(null),
      () => api.changeHand("forget"),
    ];
    for (const call of calls) {
      const error = await refusalOf(call());
      assert.deepEqual([error.code, error.status, error.message], ["network", 0, ""]);
      assert.deepEqual([error.isAway, error.isFinal, error.passing], [true, false, true]);
    }
  });
}

test("a proxy that takes nothing so large is told from no network", async (t) => {
  const { urls } = await serve(t, () => ({ status: 413, body: HTML, isForeign: true }));
  const error = await refusalOf(new Api(urls).label(DRAWING, "4"));
  assert.deepEqual([error.code, error.isAway, error.isFinal], ["proxy_too_large", true, false]);
});

test("a redirect is no answer, wherever it leads", async (t) => {
  const { urls } = await serve(t, ({ path }) =>
    path === "/predict/"
      ? { status: 302, headers: { Location: "/elsewhere/" } }
      : { body: prediction() },
  );
  assert.equal((await refusalOf(new Api(urls).predict(DRAWING))).code, "network");
});

const OTHER_SHAPES = {
  "no JSON": { body: JSON.stringify(prediction()) },
  "broken JSON": { body: "{", headers: { "Content-Type": "application/json" } },
  "no content": { status: 204 },
  "an empty object": { body: {} },
  "a list": { body: [] },
  "nine probabilities": { body: prediction({ probabilities: Array(9).fill(0.1) }) },
  "an unknown verdict": { body: prediction({ verdict: "perhaps" }) },
  "no version": { body: reading() },
  "a number of no digits": { body: { ...prediction(), number: "42" } },
  "a digit without its place": { body: { ...prediction(), number: "4", digits: [reading()] } },
  "a line without its place": {
    body: {
      ...prediction(),
      ...{ text: "4", number: "4", digits: [], signs: [] },
      lines: [{ text: "4", number: "4", digits: [], signs: [] }],
    },
  },
  "an error without a code": { status: 400, body: { error: {} } },
  "a memory of no drawing": { body: prediction({ memory: { ...memory(), drawing: 4 } }) },
  "a network without a verdict": { body: prediction({ network: { digit: 9 } }) },
};

for (const [name, answer] of Object.entries(OTHER_SHAPES)) {
  test(`${name} is no prediction, even with the site's header`, async (t) => {
    const { urls } = await serve(t, () => answer);
    assert.equal((await refusalOf(new Api(urls).predict(DRAWING))).code, "network");
  });
}

// --- one's own hand ---

test("a hand comes with its mark, and only where it is another one", async (t) => {
  const { urls, requests } = await serve(t, ({ headers }) =>
    headers["if-none-match"] === '"7"'
      ? { status: 304 }
      : { body: hand(), headers: { ETag: '"7"' } },
  );
  const api = new Api(urls);
  assert.deepEqual(await api.hand(null), { etag: '"7"', hand: hand() });
  assert.equal(await api.hand('"7"'), null);
  assert.ok(!("if-none-match" in requests[0].headers));
});

const NO_HANDS = {
  "without a tag": { ...hand(), tag: undefined },
  "of a drawing without anything to see": hand({ drawings: [remembered({ strokes: undefined })] }),
  "of strokes that are no lists": hand({ drawings: [remembered({ strokes: [[1, 2]] })] }),
  "that says only perhaps whether it counts": hand({ remembers: "perhaps" }),
};

for (const [name, body] of Object.entries(NO_HANDS)) {
  test(`a hand ${name} is none`, async (t) => {
    const { urls } = await serve(t, () => ({ body }));
    assert.equal((await refusalOf(new Api(urls).hand(null))).code, "network");
  });
}

test("pictures are remembered as pixels", async (t) => {
  const { strokes: _, canvas: __, ...rest } = remembered({ pixels: "AAA=" });
  const { urls } = await serve(t, () => ({ body: hand({ drawings: [rest] }) }));
  assert.deepEqual((await new Api(urls).hand(null)).hand.drawings, [rest]);
});

test("a hand is changed by its name and what goes with it", async (t) => {
  const { urls, requests } = await serve(t, () => ({ body: hand() }));
  const api = new Api(urls);
  await api.changeHand("forget", { drawing: "d1" });
  await api.changeHand("settings", { remembers: false });
  await api.changeHand("fresh");
  assert.deepEqual(
    requests.map(({ method, path, body }) => [method, path, body]),
    [
      ["POST", "/hand/forget/", { drawing: "d1" }],
      ["POST", "/hand/settings/", { remembers: false }],
      ["POST", "/hand/fresh/", {}],
    ],
  );
});

test("whose hand could count in an answer is heard", async (t) => {
  const headers = [{ "X-Hand": "3-abc" }, {}, { "X-Hand": "0" }];
  const { urls } = await serve(t, (_, count) => ({
    body: prediction(),
    headers: headers[count - 1],
  }));
  const heard = [];
  const api = new Api(urls, { heard: (tag) => heard.push(tag) });
  for (const _ of headers) await api.predict(DRAWING);
  assert.deepEqual(heard, ["3-abc", "0"]);
});

test("an answer with memory is one", async (t) => {
  const { alternatives: _, ...network } = reading({ digit: 9, verdict: "unsure" });
  const body = prediction({ network, memory: memory() });
  const { urls } = await serve(t, () => ({ body }));
  assert.deepEqual(await new Api(urls).predict(DRAWING), body);
});

test("a number's answer is one", async (t) => {
  const digits = [{ ...reading(), box: [0, 0, 9, 9], seen: [0, 255] }];
  const signs = [{ text: "/", box: [9, 0, 3, 9], verdict: "unsure" }];
  const said = { text: "4/?", number: null, digits, signs };
  const whole = { ...said, lines: [{ ...said, box: [0, 0, 12, 9] }] };
  const body = { ...prediction({ digit: null, probabilities: [] }), ...whole };
  const { urls } = await serve(t, () => ({ body }));
  assert.deepEqual(await new Api(urls).predict(DRAWING), body);
});

test("a drawing without its receipt is not stored, and a 200 does not delete one", async (t) => {
  const { receipt: _, ...body } = stored();
  const { urls } = await serve(t, () => ({ body }));
  assert.equal((await refusalOf(new Api(urls).label(DRAWING, "4"))).code, "network");
  assert.equal((await refusalOf(new Api(urls).withdraw("k"))).code, "network");
});

test("a version need not have files for browsers, but one that has them has both", async (t) => {
  const bodies = [description({ browser: null }), description({ browser: { topology: {} } })];
  const { urls } = await serve(t, (_, count) => ({ body: bodies[count - 1] }));
  assert.equal((await new Api(urls).model()).browser, null);
  assert.equal((await refusalOf(new Api(urls).model())).code, "network");
});

test("a server that is not there is an error of the network", async () => {
  const urls = { predict: "http://127.0.0.1:1/" };
  const error = await refusalOf(new Api(urls).predict(DRAWING));
  assert.deepEqual([error.code, error.status, error.passing], ["network", 0, true]);
});

test("a server that stays silent is given up", async (t) => {
  const { urls } = await serve(t, () => ({ delay: 3000 }));
  const error = await refusalOf(new Api(urls, { patience: 30 }).predict(DRAWING));
  assert.equal(error.code, "network");
});

test("a request that is called off is no error of the network", async (t) => {
  const { urls } = await serve(t, () => ({ delay: 3000 }));
  const controller = new AbortController();
  const asked = new Api(urls).predict(DRAWING, controller.signal);
  setTimeout(() => controller.abort(), 20);
  await assert.rejects(asked, { name: "AbortError" });
});
