//! Lays the demo out as a folder that any static host can serve: the page's own files, its compiled module, the package
//! and xterm.js, each with a brotli twin beside it. Every URL in it is relative. What is there already and unchanged is left alone.
//!
//! Usage: node www/layout.mjs [folder, default target/demo]
//! It expects pkg/ (`make build`), target/www/ (wasm-pack build of this folder) and node_modules/.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, extname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const demo = resolve(root, process.argv[2] ?? "target/demo");

/** [from the checkout, into the demo]. */
const FILES = [
  ["www/index.html", "index.html"],
  ["www/style.css", "style.css"],
  ["www/boot.js", "boot.js"],
  ["www/coi-sw.js", "coi-sw.js"],
  ["www/favicon.svg", "favicon.svg"],
  ["target/www/cobnut_www.js", "www/cobnut_www.js"],
  ["target/www/cobnut_www_bg.wasm", "www/cobnut_www_bg.wasm"],
  ["target/www/snippets", "www/snippets", "optional"],
  ["pkg", "pkg"],
  ["node_modules/@xterm/xterm/lib/xterm.mjs", "xterm/xterm.mjs"],
  ["node_modules/@xterm/xterm/css/xterm.css", "xterm/xterm.css"],
  ["node_modules/@xterm/xterm/LICENSE", "xterm/LICENSE"],
  ["node_modules/@xterm/addon-fit/lib/addon-fit.mjs", "xterm/addon-fit.mjs"],
  ["LICENSE", "LICENSE"],
];

/** Every file that belongs in the demo: its path there → its source. */
const wanted = new Map();

/** @param {string} source @param {string} target */
function want(source, target) {
  if (!statSync(source).isDirectory()) {
    wanted.set(target, source);
    return;
  }
  for (const name of readdirSync(source)) if (name !== ".gitignore") want(join(source, name), join(target, name));
}

for (const [from, to, optional] of FILES) {
  const source = join(root, from);
  if (existsSync(source)) want(source, join(demo, to));
  else if (!optional) throw new Error(`${from} is missing: run \`make build\``);
}

let copied = 0;
for (const [target, source] of wanted) {
  const [now, then] = [statSync(source), existsSync(target) ? statSync(target) : undefined];
  // Copied times are whole milliseconds.
  if (then && then.size === now.size && Math.abs(then.mtimeMs - now.mtimeMs) < 2) continue;
  mkdirSync(dirname(target), { recursive: true });
  cpSync(source, target, { preserveTimestamps: true });
  copied += 1;
}

/** Kinds of files that get a packed twin, for servers that can send it. */
const PACKED = new Set([".css", ".html", ".js", ".mjs", ".wasm"]);
const twins = new Set();
for (const target of wanted.keys()) {
  const twin = `${target}.br`;
  if (!PACKED.has(extname(target)) || wanted.has(twin)) continue;
  twins.add(twin);
  // Not older than its file, or it would not be sent.
  if (existsSync(twin) && statSync(twin).mtimeMs >= statSync(target).mtimeMs) continue;
  writeFileSync(twin, brotliCompressSync(readFileSync(target)));
}

/** Removes what an earlier layout left. @param {string} folder @returns {boolean} whether anything is left in it */
function sweep(folder) {
  let left = false;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const keep = entry.isDirectory() ? sweep(path) : wanted.has(path) || twins.has(path);
    if (!keep) rmSync(path, { recursive: true });
    left ||= keep;
  }
  return left;
}
sweep(demo);
console.log(`${relative(root, demo) || demo}: ${wanted.size} files, ${copied} new`);
