/**
 * The service worker: the site's own files, for when there is no network, or one that answers in
 * the site's place. Only the site's good answers are kept.
 *
 * A classic script, since not every browser runs modules as service workers. The site
 * sends a few lines that load it and call `serve` (recognizer/web/offline.py).
 */

const QUICK = 1_500; // ms; for what is kept as well: it shall be there within 2 s
const PATIENCE = 20_000; // ms; for what is not
const LONG = 60_000; // ms; for a whole file
const scope = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (globalThis));

// What a file is, by how its name ends.
/** @type {Record<string, string>} */
const TYPES = {
  js: "text/javascript",
  css: "text/css",
  svg: "image/svg+xml",
  png: "image/png",
  wasm: "application/wasm",
  json: "application/json",
  bin: "application/octet-stream",
};

/**
 * @typedef {object} Site
 * @property {string} home
 * @property {string} version
 * @property {string[]} files
 * @property {string[]} pages
 * @property {string} language
 * @property {string} model
 * @property {string} modelFiles
 */

/**
 * `files` never change under their address; `pages` are what navigations get without a
 * network, by path and in the `language`, the last one for all others; `model` is the API's
 * address of the live version. Another `version` of the site fetches everything anew.
 *
 * @param {Site} site
 */
// biome-ignore lint/correctness/noUnusedVariables: the lines that load this script call it.
function serve({ home, version, files, pages, language, model, modelFiles }) {
  // Caches are the origin's: below a path other sites may have some beside this one's.
  const below = home === "/" ? "" : `${home} `;
  const own = `${below}files-${version}`;
  const ownModel = `${below}model`;
  const isFile = new Set(files);

  scope.addEventListener("install", (event) => {
    scope.skipWaiting();
    event.waitUntil(Promise.all([keepFiles(), refreshModel().catch(() => {})]));
  });
  scope.addEventListener("activate", (event) =>
    event.waitUntil(dropOthers().then(() => scope.clients.claim())),
  );
  scope.addEventListener("fetch", (event) => {
    const answer = answerTo(event.request);
    if (answer !== null) event.respondWith(answer);
  });

  /**
   * null for everything that only the server can answer.
   * @type {(request: Request) => Promise<Response> | null}
   */
  function answerTo(request) {
    const { origin, pathname } = new URL(request.url);
    if (request.method !== "GET" || origin !== location.origin) return null;
    if (request.mode === "navigate") return navigated(request, pathname);
    if (pathname === model) return refreshModel().catch(() => caches.match(model).then(orError));
    if (isFile.has(pathname)) return kept(own, pathname);
    return pathname.startsWith(modelFiles) ? kept(ownModel, pathname) : null;
  }

  /**
   * One file that cannot be had fails the installation: the worker before stays, with its own.
   */
  async function keepFiles() {
    const cache = await caches.open(own);
    // Without cookies: what is kept is the same for all who read this language.
    /** @type {RequestInit} */
    const options = { credentials: "omit", headers: { "Accept-Language": language } };
    await Promise.all([
      ...files.map(async (path) => cache.put(path, await good(path))),
      ...pages.map(async (path) => cache.put(path, await good(path, "text/html", options))),
    ]);
  }

  /**
   * A page of the site, or the kept one where none comes in time. Of other pages' redirects nobody
   * can see here whose they are: they are followed, and asked about again.
   *
   * @type {(request: Request, path: string) => Promise<Response>}
   */
  async function navigated(request, path) {
    const isKept = pages.includes(path);
    const answer = fetch(request);
    /** @type {Response | null} */
    const response = await Promise.race([answer, silence(isKept ? QUICK : PATIENCE)]).catch(
      () => null,
    );
    if (response !== null && isShown(response, isKept)) return response;
    return (await caches.match(isKept ? path : pages[pages.length - 1])) ?? answer;
  }

  /**
   * The live version as the server names it, once its files are kept; another version's are
   * dropped. Rejects, and all stays as it was, where one of them cannot be had.
   */
  async function refreshModel() {
    const isKept = (await caches.match(model)) !== undefined;
    const response = await asked(model, isKept ? QUICK : PATIENCE, {
      headers: { Accept: "application/json" },
    });
    if (!response.ok) return response;
    const wanted = filesOf(await response.clone().json());
    await Promise.all(wanted.map((path) => kept(ownModel, path)));
    const cache = await caches.open(ownModel);
    await cache.put(model, response.clone());
    for (const request of await cache.keys()) {
      const { pathname } = new URL(request.url);
      if (pathname !== model && !wanted.includes(pathname)) await cache.delete(request);
    }
    return response;
  }

  async function dropOthers() {
    const ours = (await caches.keys()).filter((name) =>
      below === "" ? !name.startsWith("/") : name.startsWith(below),
    );
    const others = ours.filter((name) => ![own, ownModel].includes(name));
    await Promise.all(others.map((name) => caches.delete(name)));
  }
}

/**
 * From the cache, and from the network into the cache if it is good. What was kept before answers
 * were marked may be anybody's.
 *
 * @type {(name: string, path: string) => Promise<Response>}
 */
async function kept(name, path) {
  const cache = await caches.open(name);
  const found = await cache.match(path);
  if (found && isOwn(found)) return found;
  const response = await good(path);
  await cache.put(path, response.clone());
  return response;
}

/**
 * A whole file or page of the site's, of the type that its name tells. Where the browser's own
 * cache holds something else, the network is asked once more.
 *
 * @type {(path: string, type?: string, options?: RequestInit) => Promise<Response>}
 */
async function good(path, type = TYPES[path.slice(path.lastIndexOf(".") + 1)], options = {}) {
  try {
    return await whole(path, type, options);
  } catch {
    return whole(path, type, { ...options, cache: "reload" });
  }
}

/** @type {(path: string, type: string, options: RequestInit) => Promise<Response>} */
async function whole(path, type, options) {
  const response = await asked(path, LONG, options);
  const told = response.headers.get("Content-Type")?.split(";")[0];
  const content = await response.clone().arrayBuffer(); // rejects where it breaks off
  if (!response.ok || told !== type || content.byteLength === 0)
    throw new Error(`${path} is not what it should be.`);
  if (type === TYPES.json) await response.clone().json();
  return response;
}

/**
 * An answer of the site's, its content too within so many ms.
 * @type {(path: string, milliseconds: number, options: RequestInit) => Promise<Response>}
 */
async function asked(path, milliseconds, options) {
  const signal = AbortSignal.timeout(milliseconds);
  const response = await fetch(path, { ...options, redirect: "error", signal });
  if (!isOwn(response)) throw new Error(`${path} is not answered by the site.`);
  return response;
}

/** As digitsite/http/headers.py marks it. @type {(response: Response) => boolean} */
function isOwn(response) {
  return response.headers.get("X-Digit-Reader") === "1";
}

/**
 * Whether a navigation's answer is shown: the site's, unless it is broken and there is a page in
 * its place. A proxy that asks for a password must be heard. Pages that are kept never redirect.
 *
 * @type {(response: Response, isKept: boolean) => boolean}
 */
function isShown(response, isKept) {
  if (response.type === "opaqueredirect") return !isKept;
  if (isOwn(response)) return !(isKept && response.status >= 500);
  return response.status === 401;
}

/**
 * The paths of a version's files. Throws where this describes none.
 * @type {(description: { version: number, browser: Record<string, { url: string }> | null }) => string[]}
 */
function filesOf({ version, browser }) {
  if (typeof version !== "number" || browser === undefined) throw new Error("This is no version.");
  return Object.values(browser ?? {}).map(({ url }) => new URL(url, location.origin).pathname);
}

/** @type {(milliseconds: number) => Promise<null>} */
function silence(milliseconds) {
  return new Promise((resolve) => setTimeout(() => resolve(null), milliseconds));
}

/** @type {(response: Response | undefined) => Response} */
function orError(response) {
  return response ?? Response.error();
}
