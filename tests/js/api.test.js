import assert from "node:assert/strict";
import { test } from "node:test";

import { Api, ApiError } from "../../static/js/api.js";
import { cookieOf } from "../../static/js/cookies.js";
import { serve } from "./server.js";

const DRAWING = { strokes: [[[1, 2, 0], [3, 4, 8]]], canvas: [300, 300] };

async function refusalOf(promise) {
  const error = await promise.then(
    () => assert.fail("it was granted"),
    (reason) => reason,
  );
  assert.ok(error instanceof ApiError, String(error));
  return error;
}

test("it works", async (t) => {
  const { urls, requests } = await serve(t, () => ({ body: { digit: 4 } }));
  assert.deepEqual(await new Api(urls).predict(DRAWING), { digit: 4 });
  const [{ method, path, headers, body }] = requests;
  assert.deepEqual([method, path], ["POST", "/predict/"]);
  assert.equal(headers["content-type"], "application/json");
  assert.deepEqual(body, { ...DRAWING, detail: true });
});

test("a drawing is stored with its label and the consent", async (t) => {
  const { urls, requests } = await serve(t, () => ({ status: 201, body: { id: "a" } }));
  assert.deepEqual(await new Api(urls).submit(DRAWING, "not_a_digit"), { id: "a" });
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
  const { urls, requests } = await serve(t, () => ({ status: 201, body: {} }));
  const api = new Api(urls);
  await api.submit({ strokes: [] }, "4");
  await api.submit({ strokes: [] }, "4", { key: "k1", account: "7" });
  await api.withdraw("k1");
  const told = requests.map(({ method, path, headers }) => [
    method, path, headers["idempotency-key"], headers["x-account"],
  ]);
  assert.deepEqual(told, [
    ["POST", "/drawings/", undefined, undefined],
    ["POST", "/drawings/", "k1", "7"],
    ["DELETE", "/drawings/", "k1", undefined],
  ]);
});

test("the token against forged requests is sent where there is one", async (t) => {
  const { urls, requests } = await serve(t, () => ({ body: {} }));
  await new Api(urls, { cookie: () => "a=b; csrftoken=abc%3D; c=d" }).model();
  await new Api(urls).model();
  assert.equal(requests[0].headers["x-csrftoken"], "abc=");
  assert.ok(!("x-csrftoken" in requests[1].headers));
});

test("a cookie whose name only ends like the token's is not it", () => {
  assert.equal(cookieOf("xcsrftoken=1; other=csrftoken=2", "csrftoken"), null);
});

test("a refusal keeps the code, the sentence and the waiting time", async (t) => {
  const { urls } = await serve(t, () => ({
    status: 429,
    headers: { "Retry-After": "7" },
    body: { error: { code: "throttled", message: "Too many.", field: null } },
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
    body: { error: { code: "bad_ink", message: "No.", field: "strokes" } },
  }));
  assert.equal((await refusalOf(new Api(urls).predict(DRAWING))).passing, false);
});

test("a page of a proxy is a problem of the server", async (t) => {
  const { urls } = await serve(t, () => ({ status: 502, body: "<h1>Bad gateway</h1>" }));
  const error = await refusalOf(new Api(urls).predict(DRAWING));
  assert.deepEqual([error.code, error.message, error.passing], ["server", "", true]);
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
