// The README's circle by the TypeScript client: openapi-fetch, with the types that
// openapi-typescript makes of the schema. Started with the site's address, an admin's token and a
// picture of a 7; `schema.d.ts` lies beside it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.d.ts";

type Label = components["schemas"]["Label"];

const [address = "", token = "", picture = ""] = process.argv.slice(2);
const visitor = createClient<paths>({ baseUrl: address });
const staff = createClient<paths>({
  baseUrl: address,
  headers: { Authorization: `Bearer ${token}` },
});

/** The data of an answer, which must be a good one. */
function good<T>({ data, error }: { data?: T; error?: unknown }): T {
  assert.equal(error, undefined);
  assert.ok(data !== undefined);
  return data;
}

/** The error of an answer, which must be one. */
function wrong<T>({ error }: { error?: T }): T {
  assert.ok(error !== undefined);
  return error;
}

// Read: strokes in each of their forms, a picture, several at once.
const four = {
  strokes: [
    [[120, 50], [90, 150], [200, 152]],
    [[170, 60], [168, 240]],
  ],
  canvas: [280, 280],
};
const read = good(await visitor.POST("/api/v1/predict/", { body: four }));
assert.equal(read.digit, 4);
assert.equal(read.verdict, "sure");
assert.equal(read.probabilities.length, 10);
const seven = [{ x: 80, y: 60 }, { x: 190, y: 62 }, { x: 150, y: 150 }, { x: 120, y: 240 }];
for (const strokes of [[seven], [{ points: seven }]]) {
  assert.equal(good(await visitor.POST("/api/v1/predict/", { body: { strokes } })).digit, 7);
}
const image = readFileSync(picture).toString("base64");
const number = good(await visitor.POST("/api/v1/predict/", { body: { image, number: true } }));
assert.equal(number.number, "7");
assert.equal(number.digits?.[0]?.box.length, 4);
const batch = good(
  await visitor.POST("/api/v1/predict/batch/", { body: { items: [four, { strokes: [] }] } }),
);
const [first, second] = batch.items;
assert.ok(first && "digit" in first && first.digit === 4);
assert.ok(second && "error" in second && second.error.field === "strokes");

// Store, label, read back.
const stored = good(await visitor.POST("/api/v1/drawings/", { body: four }));
assert.equal(stored.label, null);
assert.equal(stored.review, "unlabelled");
const path = { id: stored.id };
const own = { path, header: { "X-Receipt": stored.receipt } };
const nobodys = await visitor.GET("/api/v1/drawings/{id}/", { params: { path } });
assert.equal(wrong(nobodys).error.code, "not_found");
const label: Label = "4";
const labelled = good(
  await visitor.POST("/api/v1/drawings/{id}/label/", { params: own, body: { label } }),
);
assert.equal(labelled.review, "pending");
const fate = good(await visitor.GET("/api/v1/drawings/{id}/", { params: own }));
assert.equal(fate.label, label);
assert.equal(fate.now?.digit, 4);
assert.deepEqual(good(await staff.GET("/api/v1/hand/")).drawings, []);

// Review.
const accept = { params: { path }, body: { decision: "accept" } } as const;
const refused = await visitor.POST("/api/v1/drawings/{id}/review/", accept);
assert.equal(wrong(refused).error.code, "not_authenticated");
const reviewed = good(await staff.POST("/api/v1/drawings/{id}/review/", accept));
assert.equal(reviewed.review, "accepted");
assert.equal(reviewed.accepted_label, label);

// Ask for a run, watch it, cancel it.
const run = good(await staff.POST("/api/v1/runs/", { body: { mode: "warm", epochs: 1 } }));
assert.equal(run.status, "queued");
assert.equal(run.candidate, null);
const another = await staff.POST("/api/v1/runs/", {});
assert.equal(wrong(another).error.code, "run_active");
const runs = good(await staff.GET("/api/v1/runs/", { params: { query: { limit: 1 } } }));
assert.deepEqual(runs.results, [run]);
const params = { path: { id: run.id } };
assert.deepEqual(good(await staff.GET("/api/v1/runs/{id}/", { params })), run);
const cancelled = good(await staff.POST("/api/v1/runs/{id}/cancel/", { params }));
assert.equal(cancelled.status, "cancelled");

// Versions.
const versions = good(await staff.GET("/api/v1/versions/"));
assert.equal(versions.next, null);
const live = versions.results.find((version) => version.live);
assert.ok(live);
assert.equal(good(await visitor.GET("/api/v1/model/")).version, live.number);
const again = await staff.POST("/api/v1/versions/{number}/promote/", {
  params: { path: { number: live.number } },
  body: { reason: "again" },
});
assert.equal(wrong(again).error.code, "already_live");

// Delete.
const gone = await visitor.DELETE("/api/v1/drawings/{id}/", { params: own });
assert.equal(gone.response.status, 204);
