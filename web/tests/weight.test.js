// The promise to pages that include the widget: what it weighs on the wire. Reads web/dist, so build first.

import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";

const dist = new URL("../dist/", import.meta.url);
const weight = (name) => gzipSync(readFileSync(new URL(name, dist)), { level: 9 }).length;
const panels = readdirSync(dist).filter((name) => name.startsWith("panel-"));

it("the loader weighs at most 5 KB", () => {
  expect(weight("widget.js")).toBeLessThanOrEqual(5 * 1024);
});

it("the one panel weighs at most 30 KB and is the one that the loader asks for", () => {
  expect(panels).toHaveLength(1);
  expect(weight(panels[0] ?? "")).toBeLessThanOrEqual(30 * 1024);
  expect(readFileSync(new URL("widget.js", dist), "utf8")).toContain(panels[0]);
});

it("nothing in it calls another server or builds code from text", () => {
  for (const name of ["widget.js", ...panels]) {
    const code = readFileSync(new URL(name, dist), "utf8").replaceAll("http://www.w3.org/", "");
    expect(code).not.toMatch(/https?:\/\/[a-z]/);
    expect(code).not.toMatch(/\beval\(|new Function\(/);
  }
});
