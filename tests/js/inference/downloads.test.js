import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { Downloads } from "../../../static/js/inference/downloads.js";
import { serve } from "../helpers/server.js";

const LARGE = Buffer.alloc(300_000, "digits ").toString();
const SMALL = "a small file";

/** Two files of a real server, which sends them packed, and what `report` hears of them. */
async function setUp(t) {
  const { createServer } = await import("node:http");
  const files = { "/large": LARGE, "/small": SMALL };
  const server = createServer(({ url }, response) => {
    const packed = gzipSync(files[url] ?? "");
    const headers = { "Content-Encoding": "gzip", "Content-Length": packed.length };
    response.writeHead(url in files ? 200 : 404, headers);
    response.end(packed);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => server.close());
  const heard = [];
  const root = `http://127.0.0.1:${server.address().port}`;
  const bytes = gzipSync(LARGE).length + gzipSync(SMALL).length;
  return { downloads: new Downloads((progress) => heard.push(progress)), heard, root, bytes };
}

test("it works", async (t) => {
  const { downloads, heard, root, bytes } = await setUp(t);
  const got = await Promise.all([
    downloads.get(`${root}/large`, LARGE.length),
    downloads.get(`${root}/small`, SMALL.length),
  ]);
  assert.deepEqual(await Promise.all(got.map((response) => response.text())), [LARGE, SMALL]);
  const shares = heard.map(({ share }) => share);
  assert.ok(shares.length > 1);
  assert.deepEqual(
    shares,
    shares.toSorted((one, other) => one - other),
  );
  assert.equal(shares.at(-1), 1);
  assert.deepEqual(new Set(heard.map((one) => one.bytes)), new Set([bytes]), "as they are sent");
});

test("nothing is told before it is known how much there is to come", async (t) => {
  const { downloads, heard, root } = await setUp(t);
  const response = await downloads.get(`${root}/large`);
  await downloads.get(`${root}/small`, SMALL.length).then((small) => small.text());
  assert.deepEqual(heard, []);
  downloads.expect(`${root}/large`, LARGE.length);
  await response.text();
  assert.equal(heard.at(-1).share, 1);
});

test("what is not there is answered so", async (t) => {
  const { downloads, root } = await setUp(t);
  const { status } = await downloads.get(`${root}/other`, 10);
  assert.equal(status, 404);
});

test("an answer keeps its headers", async (t) => {
  const { urls } = await serve(t, () => ({ body: "1234" }));
  const response = await new Downloads().get(urls.model, 4);
  assert.equal(response.headers.get("X-Digit-Reader"), "1");
});
