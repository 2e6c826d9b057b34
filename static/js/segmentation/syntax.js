/**
 * What may stand beside what in a number: recognizer/segmentation/syntax.py in JavaScript, where
 * the reasons stand.
 */

// Rows: the beginning, a digit, then the signs; columns: a digit, the signs, the end.
const FOLLOWING = [
  "0142442040449",
  "0000000102000",
  "0442444141432",
  "0343444243443",
  "0132443323231",
  "0134443333441",
  "0233443343443",
  "0342444141443",
  "0142441241444",
  "1011111122210",
  "0141443244443",
  "3121131313410",
  "0142442141441",
];
const OPENING = 7;
const CLOSING = 8;
const UNPAIRED = 3;
const SIGN = 1.2;
const CROWDED = /,(?=0{5})/g;

const KINDS = FOLLOWING[0].length - 1;
const STATES = 2 * KINDS; // a character while no bracket is open, and while one is
const ALONE = 10 ** (-UNPAIRED / 2);

/** @type {(after: number, kind: number) => number} */
const weight = (after, kind) => 10 ** (-Number(FOLLOWING[after][kind]) / 2);

/** How likely it is to come to a state. @type {(after: number, isOpen: boolean) => number[]} */
function stepsFrom(after, isOpen) {
  const steps = new Array(STATES).fill(0);
  for (let kind = 0; kind < KINDS; kind++) {
    let [opens, times] = [isOpen, 1];
    if (kind === OPENING) [opens, times] = [true, isOpen ? ALONE : 1];
    else if (kind === CLOSING) [opens, times] = [false, isOpen ? 1 : ALONE];
    steps[opens ? KINDS + kind : kind] = weight(after, kind) * times;
  }
  return steps;
}

const START = stepsFrom(0, false);
const BETWEEN = Array.from({ length: STATES }, (_, at) => stepsFrom((at % KINDS) + 1, at >= KINDS));
const END = Array.from(
  { length: STATES },
  (_, at) => weight((at % KINDS) + 1, KINDS) * (at < KINDS ? 1 : ALONE),
);

/**
 * How likely each character is a digit or a sign by itself -> in its row.
 * @param {number[][]} likeliness twelve for each
 * @returns {number[][]}
 */
export function weighed(likeliness) {
  const count = likeliness.length;
  if (count === 0) return [];
  /** @type {(at: number, state: number) => number} */
  const seen = (at, state) => likeliness[at][state % KINDS] * (state % KINDS === 0 ? 1 : SIGN);
  const ahead = [shares(START.map((step, state) => step * seen(0, state)))];
  for (let at = 1; at < count; at++) {
    const sums = BETWEEN[0].map((_, to) =>
      ahead[at - 1].reduce((sum, share, from) => sum + share * BETWEEN[from][to], 0),
    );
    ahead.push(shares(sums.map((sum, state) => sum * seen(at, state))));
  }
  let back = shares(END);
  const both = [ahead[count - 1].map((share, state) => share * back[state])];
  for (let at = count - 2; at >= 0; at--) {
    const after = back;
    back = shares(
      BETWEEN.map((steps) =>
        steps.reduce((sum, step, to) => sum + step * after[to] * seen(at + 1, to), 0),
      ),
    );
    both.unshift(ahead[at].map((share, state) => share * back[state]));
  }
  return both.map((row) =>
    shares(row.slice(0, KINDS).map((share, kind) => share + row[KINDS + kind])),
  );
}

/**
 * Where commas are that more digits follow than one has; all digits are 0 in the row.
 * @param {string} row
 */
export const crowded = (row) => [...row.matchAll(CROWDED)].map(({ index }) => index);

/** @type {(values: number[]) => number[]} */
function shares(values) {
  const total = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => (total > 0 ? value / total : 1 / values.length));
}
