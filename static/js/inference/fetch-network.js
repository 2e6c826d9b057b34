/**
 * A network's two files, as training/export/browser_network.py writes them.
 *
 * @import { NetworkFiles } from "./network.js"
 * @import { WeightSpec } from "./weights.js"
 *
 * @typedef {{ topology: string, weights: string }} NetworkUrls
 */

import { isOwn } from "../exchange.js";
import { Downloads } from "./downloads.js";
import { bytesOf } from "./weights.js";

/**
 * Promises what Network takes, and rejects without it. Of the `downloads` the weights are one.
 *
 * @param {NetworkUrls} urls
 * @param {Downloads} [downloads]
 * @returns {Promise<NetworkFiles>}
 */
export async function fetchNetwork(urls, downloads = new Downloads()) {
  const [topology, weights] = await Promise.all([
    fetched(urls.topology, fetch).then(async (response) => {
      /** @type {{ weights: WeightSpec[] }} */
      const topology = await response.json();
      downloads.expect(urls.weights, bytesOf(topology.weights ?? []));
      return topology;
    }),
    fetched(urls.weights, (url) => downloads.get(url)).then((response) => response.arrayBuffer()),
  ]);
  return /** @type {NetworkFiles} */ ({ topology, weights });
}

/** @type {(url: string, get: (url: string) => Promise<Response>) => Promise<Response>} */
async function fetched(url, get) {
  const response = await get(url);
  if (!response.ok) throw new Error(`${url} answers ${response.status}.`);
  if (!isOwn(response)) throw new Error(`${url} is not answered by the site.`);
  return response;
}
