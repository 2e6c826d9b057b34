/**
 * Which groups of pieces are which characters: recognizer/segmentation/lattice.py.
 *
 * @import { Box, Glyph } from "../preprocessing/glyph.js"
 * @import { Group } from "./grouping.js"
 *
 * @typedef {{ glyphs: Glyph[], groups: Group[], boxes: Box[], upright: Box[],
 *   traits: number[][], byPen: boolean, certain?: number[], cells?: number[],
 *   unread?: { box: Box, isEmpty: boolean, middle: number }[] }} Lattice a number that is yet to be read: the groups of
 * the glyphs come first, those too low for a digit after them; `boxes` are the groups' as they
 * stand, `upright` those without the number's slant, and `traits` their shape and place
 * (signs.js). `byPen` is false of a picture: its pieces are no strokes. `certain` is how
 * surely each group is one character, as far as it was read with what it touched. `cells` says in which cell
 * of a form each group stands, -1 in none; `unread` are those in which no writing was found
 * @typedef {{ glyph: number | null, text: string, probability: number, box: Box,
 *   middle: number }} Mark a character: `glyph` is a digit's place among the glyphs; `text` the
 * sign, " ", EMPTY of a cell or, of a gap or speck that only may be one, ""; `middle` where it stands in x
 * @typedef {{ taken: Set<number>, score: number, path: number[] }} Path the groups so far, and
 * which later pieces they hold
 */

import { DIGIT, FIRST_SIGN, PART, probabilitiesOf, SIGNS, SURE, UNLIKE_DIGITS } from "./signs.js";
import { spaces, WRITTEN } from "./spacing.js";
import { crowded, weighed } from "./syntax.js";

const PLACE = 0.3; // weight of the log-odds of a group's place
const READING = 3; // and of what it looks like
const MIN_PROBABILITY = 1e-3; // a probability below this says no more than this
const WHOLE = 0.1; // in a picture a group less likely a character than this is doubted,
const INNER = 0.15; // and one with a piece that is a sign as likely as this,
const DOT = 0.2; // of the tallest: what is smaller is rather a point of its own,
const DOT_WITHIN = 0.5; // and a group with it so much less likely one character
const SPECK = 0.04; // and what is passed over unless it is this small beside the tallest
const PASSED_OVER = 0.1; // what is too low and by its look a part counts so much less
const MAX_PATHS = 64; // followed at once

export const EMPTY = "_"; // a cell in which nothing is written
const LOST = 0.5; // that a cell is empty from which ink was taken with the lines

/**
 * What makes up the number, left to right: digits, signs, spaces and empty cells. There is at
 * least one digit unless all cells are empty. `answers` has the network's ten a glyph.
 *
 * @param {Lattice} lattice
 * @param {number[][]} answers
 * @returns {Mark[]}
 */
export function marksOf(lattice, answers) {
  const written = lattice.glyphs.length > 0 ? writtenOf(lattice, answers) : [];
  const cells = (lattice.unread ?? []).map(({ box, isEmpty, middle }) => ({
    glyph: null,
    text: isEmpty ? EMPTY : "",
    probability: isEmpty ? 1 : LOST,
    box,
    middle,
  }));
  return [...written, ...cells].sort((one, other) => one.middle - other.middle);
}

/**
 * The same with doubt where a point may have been lost.
 * @type {(marks: Mark[]) => Mark[]}
 */
function hiding(marks) {
  const row = marks.map(({ glyph, text }) => (glyph === null ? text || " " : "0")).join("");
  const places = crowded(row);
  return marks.map((mark, at) =>
    places.includes(at) ? { ...mark, probability: DOT_WITHIN * mark.probability } : mark,
  );
}

/** @type {(lattice: Lattice, answers: number[][]) => Mark[]} */
function writtenOf(lattice, answers) {
  const { glyphs, groups, boxes, upright, byPen, certain = [], cells = [] } = lattice;
  /** @type {(at: number) => number} */
  const middle = (at) => upright[at].x + upright[at].width / 2;
  const ofKind = probabilitiesOf(
    lattice,
    answers,
    groups.map((_, at) => middle(at)),
    (kinds) => pathOf(lattice, answers, kinds).path,
  );
  const within = signsWithin(
    lattice,
    ofKind.map((row) => Math.max(...row.slice(FIRST_SIGN))),
  );
  const { path, passed } = pathOf(lattice, answers, ofKind);
  const kinds = path.map((at) => {
    const row = ofKind[at].filter((_, kind) => kind !== PART);
    return at < glyphs.length ? row : [0, ...row.slice(1)];
  });
  const rows = withDigit(weighed(kinds), (at) => path[at] < glyphs.length);
  const tallest = Math.max(...upright.map(({ height }) => height));
  const dots = groups.flatMap(({ pieces }, at) => {
    const isSmall = Math.max(upright[at].width, upright[at].height) < DOT * tallest;
    return pieces.length === 1 && isSmall && !isCut(lattice, at) ? pieces : [];
  });
  // That it is no part of another, and no piece of it a sign by itself.
  /** @type {(at: number) => number} */
  const whole = (at) => {
    const { pieces } = groups[at];
    const part = ofKind[at][PART];
    if (byPen) return (1 - part) * (1 - within[at]);
    // Cut pieces look like parts: only what is clear counts.
    const hasDot = pieces.length > 1 && pieces.some((piece) => dots.includes(piece));
    const inner = Math.max(within[at] >= INNER ? within[at] : 0, hasDot ? DOT_WITHIN : 0);
    return (part > 1 - WHOLE ? 1 - part : 1) * (1 - inner) * (certain[at] ?? 1);
  };
  const marks = path.map((at, place) => {
    const best = rows[place].indexOf(Math.max(...rows[place]));
    const text = best === 0 ? "" : SIGNS[best - 1];
    const isRead = text !== "" && UNLIKE_DIGITS.includes(text) && at < glyphs.length;
    const agreed = isRead ? 1 - Math.max(...answers[at]) : 1;
    return {
      glyph: best === 0 ? at : null,
      text,
      probability: rows[place][best] * whole(at) * agreed,
      box: boxes[at],
      middle: middle(at),
    };
  });
  // What is left out, where it may well be a sign.
  /** @type {(at: number) => boolean} */
  const isNothing = (at) =>
    byPen
      ? ofKind[at][PART] >= SURE
      : Math.max(upright[at].width, upright[at].height) < SPECK * tallest;
  const doubtful = passed
    .filter((at) => !isNothing(at))
    .map((at) => ({
      glyph: null,
      text: "",
      probability: ofKind[at][PART],
      box: boxes[at],
      middle: middle(at),
    }));
  // What is between two cells is no space.
  const walls = path.map((at, place) => {
    const before = cells[path[place - 1]] ?? -1;
    return before >= 0 && cells[at] >= 0 && before !== cells[at];
  });
  const spaced = withSpaces(
    marks,
    path.map((at) => upright[at]),
    walls,
  );
  return [...(byPen ? spaced : hiding(spaced)), ...doubtful];
}

/**
 * The groups of the likeliest path, left to right, and those that are passed over.
 * @type {(lattice: Lattice, answers: number[][], ofKind: number[][]) => { path: number[], passed: number[] }}
 */
function pathOf({ glyphs, groups, upright }, answers, ofKind) {
  const signs = ofKind.map((row) => Math.max(...row.slice(FIRST_SIGN)));
  const others = ofKind.map((row, at) =>
    at < glyphs.length ? row[DIGIT] * Math.max(...answers[at]) : PASSED_OVER * row[PART],
  );
  /** @type {(at: number) => number} */
  const middle = (at) => upright[at].x + upright[at].width / 2;
  const every = likeliest(
    groups,
    signs.map((sign, at) => Math.max(sign, others[at])),
  ).sort((one, other) => middle(one) - middle(other));
  /** @type {(at: number) => boolean} */
  const isPassed = (at) => at >= glyphs.length && others[at] >= signs[at];
  return { path: every.filter((at) => !isPassed(at)), passed: every.filter(isPassed) };
}

/**
 * For each group of several pieces how likely one of them is a sign by itself: of strokes what is
 * too low for a digit, of a picture what was not cut.
 * @type {(lattice: Lattice, signs: number[]) => number[]}
 */
function signsWithin(lattice, signs) {
  const { groups, glyphs, byPen } = lattice;
  const alone = new Map(
    groups.flatMap(({ pieces }, at) => {
      const counts = byPen ? at >= glyphs.length : !isCut(lattice, at);
      return pieces.length === 1 && counts ? [[pieces[0], signs[at]]] : [];
    }),
  );
  return groups.map(({ pieces }) =>
    pieces.length > 1 ? Math.max(...pieces.map((piece) => alone.get(piece) ?? 0)) : 0,
  );
}

/** Whether pieces of a group were cut from others. @type {(lattice: Lattice, at: number) => boolean} */
function isCut({ traits }, at) {
  return (traits[at].at(-1) ?? 0) > 0;
}

/**
 * Where none of the characters is a digit the likeliest is taken for one.
 * @type {(rows: number[][], isRead: (at: number) => boolean) => number[][]}
 */
function withDigit(rows, isRead) {
  if (rows.some((row) => row[0] === Math.max(...row))) return rows;
  const likely = rows.map((row, at) => (isRead(at) ? row[0] : -1));
  const digit = likely.indexOf(Math.max(...likely));
  return rows.map((row, at) => (at === digit ? row.map((share, kind) => (kind ? 0 : share)) : row));
}

/** @type {(marks: Mark[], upright: Box[], walls: boolean[]) => Mark[]} */
function withSpaces(marks, upright, walls) {
  const likely = spaces(
    upright,
    marks.map(({ box }) => box),
    marks.map(({ text }) => text),
  );
  return marks.flatMap((mark, at) => {
    const probability = at === 0 || walls[at] ? 0 : likely[at - 1];
    if (probability <= 1 - SURE) return [mark];
    const isSpace = probability >= WRITTEN;
    const certain = isSpace ? probability : 1 - probability;
    const box = gapOf(marks[at - 1].box, mark.box);
    const middle = (marks[at - 1].middle + mark.middle) / 2;
    return [{ glyph: null, text: isSpace ? " " : "", probability: certain, box, middle }, mark];
  });
}

/** What lies between two boxes. @type {(before: Box, after: Box) => Box} */
function gapOf(before, after) {
  const x = before.x + before.width;
  const y = Math.min(before.y, after.y);
  const foot = Math.max(before.y + before.height, after.y + after.height);
  return { x, y, width: Math.max(after.x - x, 0), height: foot - y };
}

/**
 * The numbers of the groups that together hold every piece once and are likeliest.
 *
 * `probabilities` are of what each most looks like. Every piece must be a group by itself as
 * well.
 *
 * @param {Group[]} groups
 * @param {number[]} probabilities
 * @returns {number[]}
 */
export function likeliest(groups, probabilities) {
  const scores = groups.map(({ affinity }, number) => {
    const share = Math.min(Math.max(probabilities[number], MIN_PROBABILITY), 1 - MIN_PROBABILITY);
    return PLACE * affinity + READING * Math.log(share / (1 - share));
  });
  const pieces = [...new Set(groups.map((group) => group.pieces[0]))].sort((a, b) => a - b);
  /** @type {Path[]} */
  let paths = [{ taken: new Set(), score: 0, path: [] }];
  for (const piece of pieces) {
    paths = shortlisted(paths.flatMap((path) => extended(path, piece, groups, scores)));
  }
  return paths[0].path;
}

/**
 * A path with every group whose first piece this one is, or as it is where it holds it.
 * @type {(path: Path, piece: number, groups: Group[], scores: number[]) => Path[]}
 */
function extended({ taken, score, path }, piece, groups, scores) {
  if (taken.has(piece)) {
    return [{ taken: new Set([...taken].filter((one) => one !== piece)), score, path }];
  }
  return groups.flatMap(({ pieces: [first, ...later] }, number) =>
    first === piece && !later.some((one) => taken.has(one))
      ? [
          {
            taken: new Set([...taken, ...later]),
            score: score + scores[number],
            path: [...path, number],
          },
        ]
      : [],
  );
}

/**
 * The best path to each set of pieces taken, and of these the best.
 * @type {(paths: Path[]) => Path[]}
 */
function shortlisted(paths) {
  /** @type {Map<string, Path>} */
  const best = new Map();
  for (const path of paths) {
    const key = [...path.taken].sort((a, b) => a - b).join();
    if ((best.get(key)?.score ?? -Infinity) < path.score) best.set(key, path);
  }
  return [...best.values()].sort((a, b) => b.score - a.score).slice(0, MAX_PATHS);
}
