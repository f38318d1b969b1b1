// Copies the built guest modules into the package and writes userland/manifest.json for the runtime:
//   { "modules": { "sh.wasm": { "commands": ["sh", "bash"], "size": 123, "preload": true }, … } }
// userland/commands.toml names the modules and their commands; a module that it names and that was not built is an error,
// and so are two modules that serve one command. Files that are the same already are left alone.
// Usage: install-userland.mjs <folder with the built modules> <folder in the package>
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { parse } from "smol-toml";

const [built, target] = process.argv.slice(2);
const { modules } = parse(readFileSync("userland/commands.toml", "utf8"));
mkdirSync(target, { recursive: true });

function writeIfChanged(path, bytes) {
  if (existsSync(path) && readFileSync(path).equals(bytes)) return false;
  writeFileSync(path, bytes);
  return true;
}

const servedBy = new Map();
const manifest = { modules: {} };
const expected = new Set(["manifest.json"]);
for (const [name, { commands, preload = false }] of Object.entries(modules)) {
  const file = `${name}.wasm`;
  const source = join(built, file);
  if (!existsSync(source)) throw new Error(`userland/commands.toml names ${name}, but ${source} was not built`);
  for (const command of commands) {
    if (servedBy.has(command)) throw new Error(`${command} is served by both ${servedBy.get(command)} and ${name}`);
    servedBy.set(command, name);
  }
  const bytes = readFileSync(source);
  manifest.modules[file] = { commands, size: bytes.length, preload };
  // Web servers that can send it save three quarters of the download.
  const packed = join(target, `${file}.br`);
  if (writeIfChanged(join(target, file), bytes) || !existsSync(packed)) {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 };
    writeFileSync(packed, brotliCompressSync(bytes, { params }));
  }
  expected.add(file).add(`${file}.br`);
}
for (const stale of readdirSync(target)) if (!expected.has(stale)) rmSync(join(target, stale), { recursive: true });
writeIfChanged(join(target, "manifest.json"), Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
const total = Object.values(manifest.modules).reduce((sum, { size }) => sum + size, 0);
console.log(`${servedBy.size} commands in ${expected.size >> 1} modules, ${(total / 1e6).toFixed(1)} MB`);
