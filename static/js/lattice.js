/** Which groups of pieces are the digits: the choosing half of recognizer/grouping.py. */

const READING = 3; // weight of the network's log-probability beside a group's kinship
const FAINTEST = 1e-3; // a probability below this says no more than this
const MOST_WAYS = 64; // followed at once

/**
 * The numbers of the groups that together hold every piece once and are likeliest.
 *
 * The first groups have a reading each, the probability of the digit it most looks
 * like; the others are passed over. Every piece must be a group by itself as well.
 */
export function likeliest(groups, probabilities) {
  const scores = groups.map(({ kinship }, number) =>
    number < probabilities.length
      ? kinship + READING * Math.log(Math.max(probabilities[number], FAINTEST))
      : kinship,
  );
  const pieces = [...new Set(groups.map((group) => group.pieces[0]))].sort((a, b) => a - b);
  let ways = [{ taken: new Set(), score: 0, way: [] }];
  for (const piece of pieces) {
    ways = shortlisted(ways.flatMap((way) => extended(way, piece, groups, scores)));
  }
  return ways[0].way;
}

/** A way with every group whose first piece this one is, or as it is where it holds it. */
function extended({ taken, score, way }, piece, groups, scores) {
  if (taken.has(piece)) {
    return [{ taken: new Set([...taken].filter((one) => one !== piece)), score, way }];
  }
  return groups.flatMap(({ pieces: [first, ...later] }, number) =>
    first === piece && !later.some((one) => taken.has(one))
      ? [{ taken: new Set([...taken, ...later]), score: score + scores[number], way: [...way, number] }]
      : [],
  );
}

/** The best way to each set of pieces taken, and of these the best. */
function shortlisted(ways) {
  const best = new Map();
  for (const way of ways) {
    const key = [...way.taken].sort((a, b) => a - b).join();
    if (!(best.get(key)?.score >= way.score)) best.set(key, way);
  }
  return [...best.values()].sort((a, b) => b.score - a.score).slice(0, MOST_WAYS);
}
