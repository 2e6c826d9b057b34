import assert from "node:assert/strict";
import { test } from "node:test";
import { Outgoing, randomId } from "../../../static/js/studio/outgoing.js";

/** A tab's storage, and a site that answers with these statuses. */
function site(statuses, kept = {}) {
  const seen = { sent: [], arrived: [], pauses: [], silent: 0, signedOut: 0, kept };
  const ways = {
    send: async (act) => {
      seen.sent.push(act.act);
      return { status: statuses.shift() ?? 200, body: null };
    },
    onArrived: (act, { status }) => seen.arrived.push([act.act, status]),
    onSignedOut: () => seen.signedOut++,
    onSilent: () => seen.silent++,
    pause: async (milliseconds) => void seen.pauses.push(milliseconds),
    storage: {
      getItem: (name) => kept[name] ?? null,
      setItem: (name, text) => Object.assign(kept, { [name]: text }),
      removeItem: (name) => void delete kept[name],
    },
  };
  return { seen, outgoing: new Outgoing("7", ways), ways };
}

const act = (name) => ({ kind: "decide", act: name, drawing: `drawing ${name}`, choice: "4" });
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test("it works", async () => {
  const { seen, outgoing } = site([200, 409]);
  outgoing.add(act("a"));
  outgoing.add(act("b"));
  assert.equal(outgoing.waiting, 2);
  await settled();
  assert.deepEqual(seen.arrived, [
    ["a", 200],
    ["b", 409],
  ]);
  assert.equal(outgoing.waiting, 0);
  assert.deepEqual(seen.kept, {});
});

test("a site that does not answer is asked again, ever more slowly", async () => {
  const { seen, outgoing } = site([0, 503, 429]);
  outgoing.add(act("a"));
  await settled();
  assert.deepEqual(seen.sent, ["a", "a", "a", "a"]);
  assert.deepEqual(seen.pauses, [500, 1000, 2000]);
  assert.deepEqual([seen.silent, seen.arrived.length], [3, 1]);
});

test("after the session's end nothing is sent, and all is kept for the same person", async () => {
  const { seen, outgoing, ways } = site([401]);
  outgoing.add(act("a"));
  await settled();
  outgoing.add(act("b"));
  await settled();
  assert.deepEqual([seen.sent, seen.signedOut], [["a"], 1]);
  const text = JSON.stringify(seen.kept);
  const later = new Outgoing("7", ways);
  assert.deepEqual(
    later.takeKept().map((each) => each.act),
    ["a", "b"],
  );
  assert.deepEqual(later.takeKept(), []);
  Object.assign(seen.kept, JSON.parse(text));
  assert.deepEqual(new Outgoing("8", ways).takeKept(), []);
  assert.deepEqual(seen.kept, {});
});

test("what is kept and no list of acts is dropped", () => {
  for (const text of ["nonsense", "{}", "null", '{"user":"7","acts":4}']) {
    const { outgoing } = site([], { "studio.review.unsent": text });
    assert.deepEqual(outgoing.takeKept(), []);
  }
});

test("ids differ", () => {
  assert.match(randomId(), /^[0-9a-f]{32}$/);
  assert.notEqual(randomId(), randomId());
});
