// What is packed beside this folder's own files: dist/digit-pad.js, made of ../static/js/digit-pad.js
// and readable, for the bundler that takes it; and the licence.

import { copyFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  entryPoints: [at("../static/js/digit-pad.js")],
  outfile: at("dist/digit-pad.js"),
  bundle: true,
  format: "esm",
  target: "es2022",
  logLevel: "error",
});
await copyFile(at("../LICENSE"), at("LICENSE"));
