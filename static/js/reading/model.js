/** A graph model's two files, as training/browser.py writes them. */

/** `urls` has topology and weights. Returns what tf.loadGraphModel takes; rejects without them. */
export async function fetchModel(urls) {
  const [described, weightData] = await Promise.all([
    fetched(urls.topology).then((response) => response.json()),
    fetched(urls.weights).then((response) => response.arrayBuffer()),
  ]);
  const { modelTopology, signature, weightsManifest } = described;
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  return { load: async () => ({ modelTopology, signature, weightSpecs, weightData }) };
}

async function fetched(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answers ${response.status}.`);
  return response;
}
