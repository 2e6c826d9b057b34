/**
 * Where an arrow key leads from one square to another; squares wrap into rows, rows into groups.
 *
 * @param {{ left: number, top: number }[]} places of all squares, in their order
 * @param {number} at
 * @param {string} key
 * @returns {number} where it leads; `at` where there is nothing that way
 */
export function arrowTo(places, at, key) {
  if (key === "ArrowRight") return Math.min(at + 1, places.length - 1);
  if (key === "ArrowLeft") return Math.max(at - 1, 0);
  const { left, top } = places[at];
  const way = key === "ArrowDown" ? 1 : -1;
  const beyond = places
    .map((place, number) => ({ ...place, number }))
    .filter((place) => (place.top - top) * way > 1);
  if (!beyond.length) return at;
  const nearest = Math.min(...beyond.map((place) => Math.abs(place.top - top)));
  const row = beyond.filter((place) => Math.abs(place.top - top) - nearest <= 1);
  row.sort((one, other) => Math.abs(one.left - left) - Math.abs(other.left - left));
  return row[0].number;
}
