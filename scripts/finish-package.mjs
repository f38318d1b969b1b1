//! Completes pkg/ after wasm-pack: the hand-written types in the place of the generated ones (wasm-bindgen can't name the
//! API's), the fall-back to a smaller memory, the list of files that npm would publish, and a brotli twin of the module for servers that can send it.
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";

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

const manifest = JSON.parse(readFileSync("pkg/package.json", "utf8"));
const files = [...new Set([...manifest.files, "cobnut.d.ts", "snippets", "userland"])];
if (files.length !== manifest.files.length) {
  writeFileSync("pkg/package.json", `${JSON.stringify({ ...manifest, files }, null, 2)}\n`);
}

const module = "pkg/cobnut_bg.wasm";
const twin = `${module}.br`;
if (!existsSync(twin) || statSync(twin).mtimeMs < statSync(module).mtimeMs) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 };
  writeFileSync(twin, brotliCompressSync(readFileSync(module), { params }));
}
const kb = (/** @type {string} */ file) => `${Math.round(statSync(file).size / 1000)} KB`;
console.log(`${module}: ${kb(module)}, ${kb(twin)} brotli`);
