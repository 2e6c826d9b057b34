// All tests of JavaScript in one process: one for each file, as Node starts them otherwise, takes
// nearly twice as long.

import { readdirSync } from "node:fs";

const names = readdirSync(new URL(".", import.meta.url), { recursive: true });
for (const name of names.filter((name) => /\.test\.m?js$/.test(name)).sort()) {
  await import(`./${name}`);
}
