/** The pad's style sheet: colours and font are the page's, unless it says otherwise by `::part`. */

const CSS = `
:host { display: inline-block; inline-size: 16rem; max-inline-size: 100%; vertical-align: top; }
:host([hidden]) { display: none; }
:host(:disabled) { opacity: 0.5; pointer-events: none; }
.sheet {
  position: relative; aspect-ratio: 1; container-type: size; border-radius: 0.75rem; background: Field; color: FieldText;
  box-shadow: 0 0 0 1px GrayText;
}
:host(:focus-within) .sheet { box-shadow: 0 0 0 2px Highlight; }
canvas { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; border-radius: inherit; }
.dry {
  outline: none; cursor: crosshair; touch-action: none; user-select: none;
  -webkit-user-select: none; -webkit-touch-callout: none;
}
.wet, .ring, .prompt { pointer-events: none; }
.prompt { position: absolute; inset: 0; display: grid; place-content: center; margin: 0; color: GrayText; }
:host([number]) { inline-size: 24rem; }
:host([number]) .sheet { aspect-ratio: 2; }
.ring { /* on the square in the middle of the sheet, which has the keyboard's places */
  --side: min(100cqw, 100cqh); position: absolute;
  left: calc(50cqw + (var(--x) - 0.525) * var(--side));
  top: calc(50cqh + (var(--y) - 0.525) * var(--side));
  width: calc(0.05 * var(--side)); height: calc(0.05 * var(--side)); box-sizing: border-box; border: 2px solid FieldText; border-radius: 50%;
}
.ring.down { background: FieldText; }
.row { display: flex; align-items: center; gap: 0.5rem; min-block-size: 2.75rem; margin-block-start: 0.5rem; }
.value { flex: 1; min-inline-size: 2ch; font-size: 2rem; line-height: 1; overflow-wrap: anywhere; }
.value.unsure { font-style: italic; }
.others { display: flex; gap: 0.5rem; }
button {
  min-inline-size: 2.75rem; min-block-size: 2.75rem; padding-inline: 0.75rem; font: inherit;
  color: ButtonText; background: ButtonFace; border: 1px solid GrayText; border-radius: 0.5rem;
}
button:disabled { color: GrayText; }
button:focus-visible { outline: 2px solid Highlight; outline-offset: 2px; }
.said { flex: 1; margin: 0; font-size: 0.875rem; }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
[hidden] { display: none; }
`;

/** @type {CSSStyleSheet | null} */
let sheet = null;

/** One for all pads. It is made by script, which a page's policy on styles does not forbid. */
export function styleSheet() {
  if (sheet === null) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
