import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (path) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf-8");

const TAGS = {
  HTMLElement: "\\w+",
  HTMLCanvasElement: "canvas",
  HTMLButtonElement: "button",
  HTMLInputElement: "input",
  HTMLFieldSetElement: "fieldset",
  HTMLDetailsElement: "details",
  HTMLImageElement: "img",
  HTMLVideoElement: "video",
  HTMLTemplateElement: "template",
  HTMLAnchorElement: "a",
  SVGSVGElement: "svg",
};

// What `elementsOf` finds is cast to PageElements: no checker compares that with the template.
test("the page has every element that PageElements names, of its kind", () => {
  const type = read("static/js/ui/elements.js");
  const parts = ["paper", "board", "panels", "texts"].map((name) => `draw/${name}`);
  const page = ["draw", ...parts].map((name) => read(`templates/recognizer/${name}.html`)).join("");
  const alike = [...type.matchAll(/Record<([^<>]+),\s[\s*]*(HTML\w+)>/g)].flatMap(
    ([, names, kind]) => [...names.matchAll(/"(\w+)"/g)].map(([, name]) => [name, kind]),
  );
  const single = [...type.matchAll(/(\w+): ((?:HTML|SVG)\w+)/g)].map(([, name, kind]) => [
    name,
    kind,
  ]);
  assert.ok(alike.length > 30 && single.length === 7, "the type is written in another way");
  for (const [name, kind] of [...alike, ...single])
    assert.match(page, new RegExp(`<${TAGS[kind]}\\s[^>]*\\bid="${name}"`), `${kind} #${name}`);
});
