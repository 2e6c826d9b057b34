/**
 * The pad's words, in English; a page in another language gives its own (`pad.texts = { ... }`).
 *
 * @typedef {Record<keyof typeof TEXTS, string>} PadTexts with places for values, such as {value}
 */
export const TEXTS = {
  digit: "Draw a digit",
  number: "Draw a number",
  sheet: "Sheet to draw on, with mouse, finger, pen or keyboard",
  keys: "Arrow keys move the pen, space puts it down and lifts it. Or type what you mean.",
  required: "Required.",
  undo: "Undo",
  clear: "Clear",
  reads: "It is being read; a moment, please.",
  read: "Read as {value}.",
  unsure: "Read as {value}, but not for sure.",
  entered: "{value} it is.",
  others: "Or rather",
  other: "It is {value}",
  missing: "Draw it here, or type it.",
  notADigit: "This is read as no digit. Draw it again, or type it.",
  notANumber: "There is more than digits in it. Draw it again, or type it.",
  unread: "It could not be read. Try again, or type it.",
  penAt: "Column {column}, row {row}",
  penDown: "Pen down at column {column}, row {row}",
  penUp: "Pen up at column {column}, row {row}",
};
