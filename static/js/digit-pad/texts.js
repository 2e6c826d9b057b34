/**
 * The pad's words, in the site's languages; a page in another gives its own (`pad.texts = {...}`).
 * They are here and not in locale/, as the pad comes to other sites' pages in one file.
 *
 * @typedef {Record<keyof typeof ENGLISH, string>} PadTexts with places for values, such as {value}
 */

const ENGLISH = {
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

/** @type {PadTexts} */
const FRENCH = {
  digit: "Dessinez un chiffre",
  number: "Dessinez un nombre",
  sheet: "Feuille pour dessiner, à la souris, au doigt, au stylo ou au clavier",
  keys: "Les flèches déplacent le stylo, la barre d’espace le pose et le lève. Ou tapez ce que vous voulez dire.",
  required: "Obligatoire.",
  undo: "Annuler",
  clear: "Effacer",
  reads: "Lecture en cours ; un instant, s’il vous plaît.",
  read: "Lu : {value}.",
  unsure: "Lu : {value}, mais sans certitude.",
  entered: "C’est {value}.",
  others: "Ou plutôt",
  other: "C’est {value}",
  missing: "Dessinez-le ici, ou tapez-le.",
  notADigit: "Ce n’est pas lu comme un chiffre. Dessinez-le à nouveau, ou tapez-le.",
  notANumber: "Il y a autre chose que des chiffres. Dessinez-le à nouveau, ou tapez-le.",
  unread: "La lecture a échoué. Réessayez, ou tapez-le.",
  penAt: "Colonne {column}, ligne {row}",
  penDown: "Stylo posé, colonne {column}, ligne {row}",
  penUp: "Stylo levé, colonne {column}, ligne {row}",
};

/** @type {PadTexts} */
const HEBREW = {
  digit: "ציירו ספרה",
  number: "ציירו מספר",
  sheet: "דף לציור בעכבר, באצבע, בעט או במקלדת",
  keys: "מקשי החצים מזיזים את העט, מקש הרווח מניח אותו ומרים אותו. או הקלידו את מה שהתכוונתם.",
  required: "שדה חובה.",
  undo: "ביטול",
  clear: "ניקוי",
  reads: "בקריאה; רגע, בבקשה.",
  read: "נקרא: {value}.",
  unsure: "נקרא: {value}, אבל לא בטוח.",
  entered: "זה {value}.",
  others: "או דווקא",
  other: "זה {value}",
  missing: "ציירו כאן, או הקלידו.",
  notADigit: "זה לא נקרא כספרה. ציירו שוב, או הקלידו.",
  notANumber: "יש כאן לא רק ספרות. ציירו שוב, או הקלידו.",
  unread: "הקריאה נכשלה. נסו שוב, או הקלידו.",
  penAt: "עמודה {column}, שורה {row}",
  penDown: "העט למטה בעמודה {column}, שורה {row}",
  penUp: "העט למעלה בעמודה {column}, שורה {row}",
};

/** @type {Record<string, PadTexts>} by the code of their language */
export const TEXTS = { en: ENGLISH, fr: FRENCH, he: HEBREW };

/** The words for a language tag such as "fr-CA"; English where there are none. */
export function textsIn(/** @type {string} */ language) {
  const code = language.toLowerCase().split("-")[0];
  return Object.hasOwn(TEXTS, code) ? TEXTS[code] : ENGLISH;
}
