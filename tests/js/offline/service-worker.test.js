import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";

import { description } from "../helpers/bodies.js";

const SOURCE = readFileSync(
  new URL("../../../static/js/offline/service-worker.js", import.meta.url),
  "utf-8",
);
const ORIGIN = "https://digits.example.org";
const HTML = "<h1>Sign in to this network</h1>";
const PORTAL = () => new Response(HTML, { headers: { "Content-Type": "text/html" } });
const SITE = {
  home: "/",
  version: "v1",
  files: ["/static/js/draw.js", "/static/css/board.css"],
  pages: ["/", "/offline/"],
  language: "en",
  model: "/api/v1/model/",
  modelFiles: "/models/",
};
const OWN = {
  "/static/js/draw.js": ["text/javascript", "draw();"],
  "/static/css/board.css": ["text/css", "p {}"],
  "/": ["text/html; charset=utf-8", "<h1>Draw</h1>"],
  "/offline/": ["text/html; charset=utf-8", "<h1>Offline</h1>"],
  "/about/": ["text/html; charset=utf-8", "<h1>About</h1>"],
  "/api/v1/model/": ["application/json", JSON.stringify(description())],
  "/models/1/abc/network.json": ["application/json", "{}"],
  "/models/1/def/network.bin": ["application/octet-stream", "1234"],
};

const pathOf = (asked) => new URL(asked.url ?? asked, ORIGIN).pathname;

/** What a browser's CacheStorage does, of what the worker uses. */
function cacheStorage() {
  const all = new Map();
  const cacheOf = (entries) => ({
    put: async (key, response) => {
      const body = await response.arrayBuffer();
      entries.set(pathOf(key), [body, { status: response.status, headers: response.headers }]);
    },
    match: async (key) => {
      const found = entries.get(pathOf(key));
      return found && new Response(...found);
    },
    delete: async (key) => entries.delete(pathOf(key)),
    keys: async () => [...entries.keys()].map((path) => ({ url: ORIGIN + path })),
  });
  return {
    all,
    open: async (name) => {
      if (!all.has(name)) all.set(name, new Map());
      return cacheOf(all.get(name));
    },
    match: async (key) => {
      for (const entries of all.values()) {
        const found = await cacheOf(entries).match(key);
        if (found) return found;
      }
    },
    keys: async () => [...all.keys()],
    delete: async (name) => all.delete(name),
  };
}

/** As AbortSignal.timeout, for which Node would not wait. */
function endedAfter(milliseconds) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("Too late.")), milliseconds);
  return controller.signal;
}

/** The site's own answer. */
function own(path, { status = 200, content = OWN[path] } = {}) {
  const [type, body] = content ?? ["text/html", "Not found"];
  const headers = { "Content-Type": type, "X-Digit-Reader": "1" };
  return new Response(body, { status: content ? status : 404, headers });
}

/** A worker whose network is `network.answer(path)`; time runs a hundred times as fast. */
function setUp(caches = cacheStorage(), site = SITE) {
  const listeners = {};
  const network = { answer: own, asked: [] };
  const scope = {
    caches,
    location: new URL(ORIGIN),
    URL,
    Response,
    AbortSignal: { timeout: (milliseconds) => endedAfter(milliseconds / 100) },
    setTimeout: (then, milliseconds) => setTimeout(then, milliseconds / 100),
    fetch: async (asked, { signal } = {}) => {
      const path = pathOf(asked);
      network.asked.push(path);
      const ended = new Promise((_, reject) =>
        signal?.addEventListener("abort", () => reject(signal.reason)),
      );
      return Promise.race([network.answer(path), ended]);
    },
    addEventListener: (name, heard) => (listeners[name] = heard),
    skipWaiting: () => {},
    clients: { claim: async () => {} },
  };
  runInContext(SOURCE, createContext(scope));
  runInContext(`serve(${JSON.stringify(site)})`, scope);
  const extended = async (name) => {
    let work;
    listeners[name]({ waitUntil: (promise) => (work = promise) });
    await work;
  };
  const get = async (path, mode = "cors") => {
    let answer = null;
    const request = { url: ORIGIN + path, method: "GET", mode };
    listeners.fetch({ request, respondWith: (promise) => (answer = promise) });
    return answer;
  };
  return {
    network,
    caches,
    install: () => extended("install"),
    activate: () => extended("activate"),
    get,
    visit: async (path) => (await get(path, "navigate")).text(),
    kept: () => [...caches.all.values()].flatMap((entries) => [...entries.keys()]),
  };
}

async function installed() {
  const worker = setUp();
  await worker.install();
  await worker.activate();
  return worker;
}

const NEVER = () => new Promise((done) => setTimeout(done, 5_000).unref());
const HOSTILE = {
  "a portal's page": PORTAL,
  "an empty 200": () => new Response(""),
  "a proxy's 403": () => new Response(HTML, { status: 403 }),
  "a proxy's 413": () => new Response(HTML, { status: 413 }),
  "a proxy's 502": () => new Response(HTML, { status: 502 }),
  silence: NEVER,
  "no network": async () => {
    throw new TypeError("Failed to fetch");
  },
};

test("it works", async () => {
  const worker = await installed();
  assert.deepEqual(
    worker.kept().sort(),
    Object.keys(OWN)
      .filter((path) => path !== "/about/")
      .sort(),
  );
  assert.equal(await worker.visit("/about/"), "<h1>About</h1>");
});

for (const [name, answer] of Object.entries(HOSTILE)) {
  test(`over ${name} the kept page opens, in time, and the network's files are there`, async () => {
    const worker = await installed();
    worker.network.answer = answer;
    const begun = performance.now();
    assert.equal(await worker.visit("/"), "<h1>Draw</h1>");
    assert.ok(
      performance.now() - begun < 1_000,
      "a hundredth of the time that is allowed, and more",
    );
    assert.equal(await worker.visit("/about/"), "<h1>Offline</h1>");
    assert.equal(await (await worker.get("/static/js/draw.js")).text(), "draw();");
    assert.deepEqual(await (await worker.get("/api/v1/model/")).json(), description());
    assert.equal(await (await worker.get("/models/1/def/network.bin")).text(), "1234");
    assert.deepEqual(await (await worker.get("/api/v1/model/")).json(), description());
  });
}

for (const path of [...SITE.files, ...SITE.pages]) {
  for (const [name, answer] of Object.entries(HOSTILE)) {
    if (answer === NEVER) continue;
    test(`${name} for ${path} fails the installation, and the worker before goes on`, async () => {
      const before = await installed();
      const next = setUp(before.caches, { ...SITE, version: "v2" });
      next.network.answer = (asked) => (asked === path ? answer() : own(asked));
      await assert.rejects(next.install());
      before.network.answer = HOSTILE["no network"];
      assert.equal(await before.visit("/"), "<h1>Draw</h1>");
      assert.equal(await (await before.get("/static/js/draw.js")).text(), "draw();");
    });
  }
}

const BROKEN = {
  "an error of the site's": () => own("/", { status: 500 }),
  "a file of another type": () => own("/", { content: ["text/html", HTML] }),
  "a file of no content": () => own("/", { content: ["text/javascript", ""] }),
};
for (const [name, answer] of Object.entries(BROKEN)) {
  test(`${name} is not kept, and is asked for once more`, async () => {
    const worker = setUp();
    let bad = 1;
    worker.network.answer = (path) =>
      path === "/static/js/draw.js" && bad-- > 0 ? answer() : own(path);
    await worker.install();
    assert.equal(await (await worker.get("/static/js/draw.js")).text(), "draw();");
  });
}

test("an error of the site's own is shown, but not in place of a kept page", async () => {
  const worker = await installed();
  worker.network.answer = (path) => own(path, { status: 503 });
  assert.equal(await worker.visit("/"), "<h1>Draw</h1>");
  assert.equal(await worker.visit("/about/"), "<h1>About</h1>");
});

test("a proxy that asks for a password is heard", async () => {
  const worker = await installed();
  worker.network.answer = () => new Response("Password?", { status: 401 });
  assert.equal(await worker.visit("/about/"), "Password?");
});

// --- the live version -----------------------------------------------------------------

const SECOND = description({
  version: 2,
  browser: {
    topology: { url: "/models/2/abc/network.json" },
    weights: { url: "/models/2/def/network.bin" },
  },
});
const PROMOTED = {
  "/api/v1/model/": ["application/json", JSON.stringify(SECOND)],
  "/models/2/abc/network.json": ["application/json", "{}"],
  "/models/2/def/network.bin": ["application/octet-stream", "5678"],
};

test("a new version takes the old one's place once its files are there", async () => {
  const worker = await installed();
  worker.network.answer = (path) => own(path, { content: PROMOTED[path] });
  assert.equal((await (await worker.get("/api/v1/model/")).json()).version, 2);
  const models = worker.kept().filter((path) => path.startsWith("/models/"));
  assert.deepEqual(models.sort(), ["/models/2/abc/network.json", "/models/2/def/network.bin"]);
});

test("a new version whose files cannot be had leaves the old one readable", async () => {
  const worker = await installed();
  worker.network.answer = (path) =>
    path.endsWith(".bin") ? PORTAL() : own(path, { content: PROMOTED[path] });
  assert.equal((await (await worker.get("/api/v1/model/")).json()).version, 1);
  worker.network.answer = HOSTILE["no network"];
  assert.equal((await (await worker.get("/api/v1/model/")).json()).version, 1);
  assert.equal(await (await worker.get("/models/1/def/network.bin")).text(), "1234");
});

for (const body of ["{", "[]", "{}", '{"version": 2, "browser": {"weights": {}}}']) {
  test(`${body} is no version`, async () => {
    const worker = await installed();
    worker.network.answer = (path) => own(path, { content: ["application/json", body] });
    assert.equal((await (await worker.get("/api/v1/model/")).json()).version, 1);
  });
}

test("what an older worker kept of a portal is fetched anew", async () => {
  const worker = await installed();
  const cache = await worker.caches.open("model");
  await cache.put("/models/1/def/network.bin", PORTAL());
  assert.equal(await (await worker.get("/models/1/def/network.bin")).text(), "1234");
});

test("only the server answers what is not kept", async () => {
  const worker = await installed();
  assert.equal(await worker.get("/api/v1/versions/"), null);
});

test("below a path of its own it leaves alone what others on the origin keep", async () => {
  const caches = cacheStorage();
  const others = ["files-abc", "model", "/other/ model", "somebody else's"];
  for (const name of [...others, "/digits/ files-v0"]) await caches.open(name);
  const worker = setUp(caches, { ...SITE, home: "/digits/" });
  await worker.install();
  await worker.activate();
  assert.deepEqual(
    new Set(await caches.keys()),
    new Set([...others, "/digits/ files-v1", "/digits/ model"]),
  );
});

test("at the root it leaves alone what is kept for a path", async () => {
  const caches = cacheStorage();
  for (const name of ["files-v0", "/digits/ files-v0"]) await caches.open(name);
  const worker = setUp(caches);
  await worker.install();
  await worker.activate();
  assert.deepEqual(
    new Set(await caches.keys()),
    new Set(["/digits/ files-v0", "files-v1", "model"]),
  );
});
