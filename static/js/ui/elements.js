/**
 * The drawing page's elements by their ids, as templates/recognizer/draw.html has them.
 *
 * @typedef {Record<"drawing" | "stage" | "boxes" | "ring" | "voice" | "digit" | "words" | "version"
 *   | "by" | "away" | "coming" | "told" | "queue" | "digits" | "notice" | "thanks" | "because" | "help" | "more"
 *   | "steps" | "camera" | "sighted" | "likened" | "remembered" | "hand"
 *   | "reason", HTMLElement>
 *   & Record<"sheet" | "wet" | "seen" | "sight" | "xray", HTMLCanvasElement>
 *   & Record<"undo" | "redo" | "eraser" | "clear" | "closer" | "predict" | "look" | "freeze"
 *   | "turn" | "leave" | "memory" | "takeback" | "again" | "forget" | "fresh"
 *   | "back", HTMLButtonElement>
 *   & Record<"file" | "capture", HTMLInputElement>
 *   & Record<"feedback" | "runners" | "remembers", HTMLFieldSetElement>
 *   & { yours: SVGSVGElement, kept: HTMLAnchorElement, refused: HTMLDetailsElement,
 *     photo: HTMLImageElement, video: HTMLVideoElement, texts: HTMLTemplateElement,
 *     reader: HTMLElement & { dataset: { serviceWorker: string, rest: string,
 *     home: string } } }} PageElements
 */

/** @type {(root: ParentNode) => PageElements} */
export function elementsOf(root) {
  const named = [...root.querySelectorAll("[id]")].map((element) => [element.id, element]);
  return Object.fromEntries(named);
}
