/** A graph model's two files, as training/tfjs.py writes them. */

/** `urls` has topology and weights; promises what GraphModel takes, and rejects without them. */
export async function fetchModel(urls) {
  const [topology, weights] = await Promise.all([
    fetched(urls.topology).then((response) => response.json()),
    fetched(urls.weights).then((response) => response.arrayBuffer()),
  ]);
  return { topology, weights };
}

async function fetched(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answers ${response.status}.`);
  return response;
}
