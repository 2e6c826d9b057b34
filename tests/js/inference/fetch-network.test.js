import assert from "node:assert/strict";
import { test } from "node:test";

import { fetchNetwork } from "../../../static/js/inference/fetch-network.js";
import { serve } from "../helpers/server.js";

const TOPOLOGY = { format: 2 };

test("the network's two files are fetched", async (t) => {
  const { root } = await served(t, (path) => (path === "/topology" ? TOPOLOGY : "1234"));
  const files = await fetchNetwork({ topology: `${root}topology`, weights: `${root}weights` });
  assert.deepEqual(files.topology, TOPOLOGY);
  assert.equal(Buffer.from(files.weights).toString(), "1234");
});

test("a network that is not there is an error with its address", async (t) => {
  const { root } = await served(t, (path) => (path === "/topology" ? TOPOLOGY : null));
  const urls = { topology: `${root}topology`, weights: `${root}weights` };
  await assert.rejects(fetchNetwork(urls), /weights answers 404/);
});

test("a portal's page is no network", async (t) => {
  const { urls } = await serve(t, () => ({ body: TOPOLOGY, isForeign: true }));
  const { model } = urls;
  await assert.rejects(
    fetchNetwork({ topology: model, weights: model }),
    /not answered by the site/,
  );
});

/** A server that answers each path with `content(path)`; null is not there. */
async function served(t, content) {
  const { urls } = await serve(t, ({ path }) => {
    const body = content(path);
    return body === null ? { status: 404 } : { body };
  });
  return { root: new URL("/", urls.model).href };
}
