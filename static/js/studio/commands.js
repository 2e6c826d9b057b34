/**
 * The commands that fit what somebody has written, the best first.
 *
 * All words must be found; a command that begins with what was written comes before one
 * with a word that does, and that before one where it stands inside of a word.
 *
 * @template {{ name: string }} C
 * @param {C[]} commands
 * @param {string} written
 * @returns {C[]}
 */
export function fitting(commands, written) {
  const wanted = fold(written).split(/\s+/).filter(Boolean);
  return commands
    .map((command) => ({ command, rank: rankOf(fold(command.name), wanted) }))
    .filter(({ rank }) => rank < Number.POSITIVE_INFINITY)
    .sort((one, other) => one.rank - other.rank)
    .map(({ command }) => command);
}

/** @type {(name: string, wanted: string[]) => number} */
function rankOf(name, wanted) {
  const ranks = wanted.map((word) => {
    if (name.startsWith(word)) return 0;
    if (name.includes(` ${word}`)) return 1;
    return name.includes(word) ? 2 : Number.POSITIVE_INFINITY;
  });
  return ranks.reduce((sum, rank) => sum + rank, 0);
}

/** Without case and accents. @type {(text: string) => string} */
function fold(text) {
  return text
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .toLowerCase();
}
