//! Completes pkg/ after wasm-pack: the hand-written types in the place of the generated ones (wasm-bindgen can't name the
//! API's), the fall-back to a smaller memory, one script instead of eleven, the list of files that npm would publish, and brotli twins for servers
//! that can send them.
import { copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "esbuild";

copyFileSync("src/web/cobnut.d.ts", "pkg/cobnut.d.ts");

// wasm-bindgen makes the memory with the module's maximum and fails where the browser refuses that: src/web/memory.js asks for less.
const glue = "pkg/cobnut.js";
const text = readFileSync(glue, "utf8");
if (!text.includes("makeMemory")) {
  const made = /new WebAssembly\.Memory\(\{initial:(\d+),maximum:16384,shared:true\}\)/;
  const [, snippet] = /import \* as (import\d+) from "[^"]*\/src\/web\/memory\.js"/.exec(text) ?? [];
  if (!made.test(text) || !snippet) throw new Error(`${glue}: wasm-bindgen makes the memory in another way now`);
  const patched = text.replace(made, `${snippet}.makeMemory($1)`);
  writeFileSync(glue, patched);
}

// The page and every worker load the glue with all its snippets: fetched one by one they take most of a worker's start.
const snippets = "pkg/snippets";
if (existsSync(snippets)) {
  await build({ entryPoints: [glue], outfile: glue, allowOverwrite: true, bundle: true, format: "esm", target: "es2022", minify: true, legalComments: "none", logLevel: "warning", logOverride: { "duplicate-object-key": "silent" } });
  rmSync(snippets, { recursive: true });
}

const manifest = JSON.parse(readFileSync("pkg/package.json", "utf8"));
const { sideEffects: _ofSnippets, ...kept } = manifest;
const files = [...new Set([...manifest.files, "cobnut.d.ts", "userland"])].filter((file) => file !== "snippets");
const finished = `${JSON.stringify({ ...kept, files }, null, 2)}\n`;
if (finished !== readFileSync("pkg/package.json", "utf8")) writeFileSync("pkg/package.json", finished);

const kb = (/** @type {string} */ file) => `${Math.round(statSync(file).size / 1000)} KB`;
for (const file of [glue, "pkg/cobnut_bg.wasm"]) {
  const twin = `${file}.br`;
  if (!existsSync(twin) || statSync(twin).mtimeMs < statSync(file).mtimeMs) {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 };
    writeFileSync(twin, brotliCompressSync(readFileSync(file), { params }));
  }
  console.log(`${file}: ${kb(file)}, ${kb(twin)} brotli`);
}
