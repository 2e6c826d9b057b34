/**
 * What takes longest, begun before the page's other modules are there: the worker, its files,
 * and the question which version is live.
 */

import { Api } from "../api.js";
import { Settings } from "../settings.js";
import { openLive } from "./opening.js";

const { modelUrl: model } = document.querySelector("#reader").dataset;

export const runtime = { ...document.querySelector("#runtime")?.dataset };

/** What the API says of the live version. */
export const told = new Api({ model }).model();

/** The first network (opening.js); null for those who have chosen the server. */
export const first = new Settings().get("who") === "server" ? null : opened();

function opened() {
  // Into the cache, while the worker starts and the API answers.
  for (const part of ["core", "wasmBackend", "wasmBinary"]) fetchAhead(runtime[part]);
  const live = openLive({ runtime, model: () => told });
  live.catch(() => {}); // it is told where it is waited for
  return live;
}

function fetchAhead(url) {
  // What goes wrong here goes wrong again where it matters.
  if (url) fetch(url).then((response) => response.arrayBuffer()).catch(() => {});
}
