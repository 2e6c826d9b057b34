/**
 * Puts a text into an element, unless it is there already: what is set is laid out anew, and
 * where somebody listens, read out again.
 */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
