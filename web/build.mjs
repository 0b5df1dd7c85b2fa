// Builds the panel under a name with its content's hash, then the loader that knows this name, into web/dist; and the
// staff console's script and style sheet into web/dist/console.

import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL(".", import.meta.url));
const outDir = `${root}dist`;
const common = { root, configFile: false, publicDir: false, logLevel: "warn" };
// No ECMAScript year among them: Vite would take it for browsers that lack logical properties, and write left and right.
const target = ["safari15", "chrome100", "firefox100"];

rmSync(outDir, { recursive: true, force: true });

const panel = await build({
  ...common,
  build: {
    target,
    outDir,
    emptyOutDir: false,
    modulePreload: false,
    rollupOptions: {
      input: `${root}widget/src/panel/panel.ts`,
      preserveEntrySignatures: "strict",
      output: { entryFileNames: "panel-[hash].js", format: "es" },
    },
  },
});

const file = panel.output[0].fileName;

await build({
  ...common,
  define: { PANEL_FILE: JSON.stringify(file) },
  build: {
    target,
    outDir,
    emptyOutDir: false,
    modulePreload: false,
    // As a library: else Vite adds a helper for preloading, which the one import here has no use for.
    lib: { entry: `${root}widget/src/loader.ts`, formats: ["iife"], name: "pumptalk", fileName: () => "widget.js" },
  },
});

await build({
  ...common,
  build: {
    target,
    outDir: `${outDir}/console`,
    emptyOutDir: false,
    modulePreload: false,
    lib: {
      entry: `${root}console/src/console.ts`,
      formats: ["iife"],
      name: "pumptalkConsole",
      fileName: () => "console.js",
      cssFileName: "console",
    },
  },
});
