/**
 * What stands beside each group of pieces, once it is known what each is taken for by itself:
 * recognizer/segmentation/context.py in JavaScript, where the reasons stand.
 */

const MANY = 4;
const FURTHEST = 1.5;
const NONE = 1e-6;

/**
 * Of those of the path that share no piece with a group: how many are of each class, what the next
 * one to the left and to the right is, how far the group is from the mean of each of a few kinds,
 * and how many are of the first one. `likes` are how likely each group is of such a kind, `looks`
 * how it looks.
 * @param {number[][]} ofKind
 * @param {number[][]} likes
 * @param {number[][]} looks
 * @param {number[][]} groups
 * @param {number[]} path
 * @param {number[]} middles
 * @returns {number[][]}
 */
export function contextOf(ofKind, likes, looks, groups, path, middles) {
  const nothing = ofKind[0].map(() => 0);
  const holding = new Map(path.flatMap((at, place) => groups[at].map((piece) => [piece, place])));
  return groups.map((pieces, at) => {
    const own = new Set(pieces.flatMap((piece) => holding.get(piece) ?? []));
    const others = path.filter((_, place) => !own.has(place));
    /** @type {(value: (other: number) => number) => number} */
    const sum = (value) => others.reduce((total, other) => total + value(other), 0);
    let after = path.findIndex((other) => middles[other] >= middles[at]);
    if (after < 0) after = path.length;
    let before = after - 1;
    while (own.has(before)) before--;
    while (own.has(after)) after++;
    const many = likes[at].map((_, kind) => sum((other) => likes[other][kind]));
    const apart = many.flatMap((count, kind) =>
      looks[at].map((look, feature) => {
        const mean = sum((it) => likes[it][kind] * looks[it][feature]) / Math.max(count, NONE);
        return Math.min(Math.max(look - mean, -FURTHEST), FURTHEST) * Math.min(count, 1);
      }),
    );
    return [
      ...nothing.map(
        (_, kind) =>
          Math.min(
            sum((other) => ofKind[other][kind]),
            MANY,
          ) / 2,
      ),
      ...(ofKind[path[before]] ?? nothing),
      ...(ofKind[path[after]] ?? nothing),
      ...apart,
      Math.min(many[0], MANY) / 2,
    ];
  });
}
