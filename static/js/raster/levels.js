/** Where depths stop being paper and begin to be ink; part of recognizer/sheet.py. */

const FAINTEST = 20;
const CLEAREST = 4.5;
const EDGE = 0.45;

/** [level, darkest]: the depth where ink begins and that of the darkest ink; null for an empty sheet. */
export function levelsOf(depths) {
  const histogram = new Array(256).fill(0);
  for (const depth of depths.data) histogram[depth]++;
  const otsu = otsuOf(histogram);
  const paper = histogram.slice(0, otsu + 1);
  const ink = histogram.slice(otsu + 1);
  const inkCount = sum(ink);
  if (inkCount === 0) return null;
  const median = quantile(paper, 0.5);
  const contrast = otsu + 1 + sum(ink.map((count, step) => count * step)) / inkCount - median;
  const noise = (median - quantile(paper, 0.25)) / 0.674;
  if (contrast < Math.max(FAINTEST, CLEAREST * noise)) return null;
  const darkest = otsu + 1 + quantile(ink, 0.98);
  return [Math.max(otsu, EDGE * darkest), darkest];
}

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** The level up to which depths are paper: the two classes' means are then farthest apart. */
function otsuOf(histogram) {
  const all = sum(histogram);
  const allMass = sum(histogram.map((count, depth) => count * depth));
  let [count, mass, best, most] = [0, 0, 0, 0];
  histogram.forEach((here, depth) => {
    count += here;
    mass += here * depth;
    const apart = mass * all - count * allMass;
    const score = (apart * apart) / Math.max(count * (all - count), 1);
    if (score > most) [best, most] = [depth, score];
  });
  return best;
}

function quantile(histogram, share) {
  const goal = share * sum(histogram);
  let reach = 0;
  return histogram.findIndex((count) => (reach += count) >= goal);
}
