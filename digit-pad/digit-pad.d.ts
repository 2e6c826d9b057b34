/** What was read, as the digit reader's API answers it. */
export interface Reading {
  /** null where it is none, and of a number of several characters */
  digit: number | null;
  /** 0 to 1 */
  confidence: number;
  /** of the ten digits; empty of a number of several characters */
  probabilities: number[];
  verdict: "sure" | "unsure" | "not_a_digit";
  /** the likeliest first */
  alternatives: { digit: number; probability: number }[];
}

export interface Prediction extends Reading {
  model_version: number;
  /** a number as it is written, such as "5/27" */
  text?: string;
  /** its digits; null where there is more between them than spaces and hyphens */
  number?: string | null;
  /** boxes are [x, y, width, height] on a sheet of 1000 by 1000 */
  digits?: (Reading & { box: [number, number, number, number] })[];
  signs?: { text: string; verdict: Reading["verdict"]; box: [number, number, number, number] }[];
}

/** The words, with places for values, such as {value}. */
export type PadTexts = Record<
  | "digit"
  | "number"
  | "sheet"
  | "keys"
  | "required"
  | "undo"
  | "clear"
  | "reads"
  | "read"
  | "unsure"
  | "entered"
  | "others"
  | "other"
  | "missing"
  | "notADigit"
  | "notANumber"
  | "unread"
  | "penAt"
  | "penDown"
  | "penUp",
  string
>;

/** A form field that one draws in; `input` and `change` tell of its value. */
export class DigitPad extends HTMLElement {
  static readonly formAssociated: true;

  /** a digit, of a `number` all of its digits, or "" */
  value: string;
  defaultValue: string;
  name: string;
  required: boolean;
  disabled: boolean;
  /** whether it takes whole numbers */
  number: boolean;
  /** the address of the digit reader that reads */
  site: string;
  /** what was read; null where nobody has drawn, or somebody typed */
  readonly prediction: Prediction | null;
  get texts(): PadTexts;
  /** in place of the words in the language of the element or the page: English, French, Hebrew */
  set texts(texts: Partial<PadTexts>);

  readonly type: "digit-pad";
  readonly form: HTMLFormElement | null;
  readonly labels: NodeList;
  readonly validity: ValidityState;
  readonly validationMessage: string;
  readonly willValidate: boolean;
  checkValidity(): boolean;
  reportValidity(): boolean;
}

declare global {
  interface HTMLElementTagNameMap {
    "digit-pad": DigitPad;
  }
}
