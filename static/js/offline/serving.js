/**
 * The service worker: the site's own files, for when there is no network.
 *
 * A classic script, since not every browser runs modules as service workers. The site
 * sends a few lines that load it and call `serve` (recognizer/views_offline.py).
 */

const MODEL = "model";

/**
 * `files` never change under their address; `pages` are what navigations get without a
 * network, by path and in the `language`, the last one for all others; `model` is the API's
 * address of the live version. Another `version` of the site fetches everything anew.
 */
function serve({ version, files, pages, language, model, modelFiles }) {
  const own = `files-${version}`;
  const isFile = new Set(files);

  addEventListener("install", (event) => {
    skipWaiting();
    event.waitUntil(Promise.all([keepFiles(), refreshModel().catch(() => {})]));
  });
  addEventListener("activate", (event) => event.waitUntil(dropOthers().then(() => clients.claim())));
  addEventListener("fetch", (event) => {
    const answer = answerTo(event.request);
    if (answer !== null) event.respondWith(answer);
  });

  /** null for everything that only the server can answer. */
  function answerTo(request) {
    const { origin, pathname } = new URL(request.url);
    if (request.method !== "GET" || origin !== location.origin) return null;
    if (request.mode === "navigate") return fetch(request).catch(() => page(pathname));
    if (pathname === model) return refreshModel().catch(() => caches.match(model).then(orError));
    if (isFile.has(pathname)) return kept(own, request);
    return pathname.startsWith(modelFiles) ? kept(MODEL, request) : null;
  }

  async function keepFiles() {
    const cache = await caches.open(own);
    await cache.addAll(files);
    // Without cookies: what is kept is the same for all who read this language.
    const options = { credentials: "omit", headers: { "Accept-Language": language } };
    for (const path of pages) await cache.put(path, await fetch(path, options));
  }

  async function page(path) {
    return orError(await caches.match(pages.includes(path) ? path : pages.at(-1)));
  }

  /** The live version as the server names it; another version's files are dropped. */
  async function refreshModel() {
    const response = await fetch(model, { headers: { Accept: "application/json" } });
    if (!response.ok) return response;
    const cache = await caches.open(MODEL);
    await cache.put(model, response.clone());
    const { browser } = await response.clone().json();
    const wanted = Object.values(browser ?? {}).map(({ url }) => url);
    for (const request of await cache.keys()) {
      const { pathname } = new URL(request.url);
      if (pathname !== model && !wanted.includes(pathname)) await cache.delete(request);
    }
    await Promise.all(wanted.map((url) => kept(MODEL, url)));
    return response;
  }

  async function dropOthers() {
    const others = (await caches.keys()).filter((name) => ![own, MODEL].includes(name));
    await Promise.all(others.map((name) => caches.delete(name)));
  }
}

/** From the cache, and from the network into the cache. */
async function kept(name, request) {
  const cache = await caches.open(name);
  const found = await cache.match(request);
  if (found) return found;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

function orError(response) {
  return response ?? Response.error();
}
