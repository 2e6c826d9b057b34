/** The answer in the reader's own hand: digits as strokes, written when they change. */

const SVG = "http://www.w3.org/2000/svg";
const NONE = "–"; // what stands for no digit

/** A digit, or what is none, as strokes; another character as it is. @type {(character: string) => Element} */
export function glyph(character) {
  const name = character === NONE || character === "?" ? "none" : character;
  const symbol = document.getElementById(`glyph-${name}`);
  if (symbol === null) return plain(character);
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", symbol.getAttribute("viewBox") ?? "");
  picture.setAttribute("class", "glyph");
  picture.setAttribute("aria-hidden", "true");
  picture.append(...[...symbol.children].map((path) => path.cloneNode(true)));
  return picture;
}

function plain(/** @type {string} */ character) {
  const element = document.createElement("span");
  element.className = "character";
  element.textContent = character;
  return element;
}

export class Hero {
  #place;
  #shown = "";

  constructor(/** @type {HTMLElement} */ place) {
    this.#place = place;
  }

  /**
   * `text` large; beside it, smaller, a `second` guess, or struck out what it `was` taken for.
   * Without `strokes` the text is there for those who ask for it, and something else is seen.
   *
   * @type {(text: string, how?: { second?: string, was?: string, strokes?: boolean }) => void}
   */
  show(text, { second = "", was = "", strokes = true } = {}) {
    const shown = [text, second, was, strokes].join("\n");
    if (shown === this.#shown) return;
    this.#shown = shown;
    const words = document.createElement("span");
    words.className = "unseen";
    words.textContent = text;
    this.#place.replaceChildren(words);
    if (!strokes) return;
    if (was !== "") this.#place.append(marked("was", was));
    this.#place.append(marked(second === "" ? "first" : "first of-two", text));
    if (second !== "") this.#place.append(marked("second", second));
  }
}

/** @type {(name: string, text: string) => Element} */
function marked(name, text) {
  const group = document.createElement("span");
  group.className = name;
  group.append(...[...text].map(glyph));
  return group;
}
