/**
 * Picture files that browsers cannot show, by how they begin: the site can read some of them.
 *
 * @typedef {"readable" | "document"} Foreign
 */

const BEGINNING = 1024; // bytes; programs may put something before a PDF

/**
 * "readable" for HEIC, AVIF and TIFF, "document" for a PDF, null for all else, which goes nowhere.
 * @param {Blob} file
 * @returns {Promise<Foreign | null>}
 */
export async function foreignKind(file) {
  const bytes = new Uint8Array(await file.slice(0, BEGINNING).arrayBuffer());
  const text = String.fromCharCode(...bytes);
  if (text.includes("%PDF-")) return "document";
  const isHeic = /^.{4}ftyp(?=.{0,240}(?:hei[cxms]|hev[cxms]|mif1|msf1|avi[fs]))/s.test(text);
  return isHeic || /^(?:II\*\0|MM\0\*)/.test(text) ? "readable" : null;
}
