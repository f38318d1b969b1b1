//! Runs the bench in headless Chromium: lays its page out in target/bench/, measures Cobnut and its peers on it, prints the
//! table and writes target/bench.json.
//!
//! Usage: node bench/run.mjs [system …]   (default: all; names as in metrics.js)
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "../scripts/serve.mjs";
import { launch } from "../tests/e2e/support/browser.mjs";
import { compileGuests } from "../tests/e2e/support/guests.mjs";
import { METRICS, SYSTEMS } from "./metrics.js";
import { measureNative, writeLines } from "./native.mjs";
import { measurePrompt } from "./prompt.mjs";
import { reached, table } from "./table.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const site = join(root, "target/bench");
const LIMIT_MS = 10 * 60 * 1000;

async function layOut() {
  rmSync(site, { recursive: true, force: true });
  mkdirSync(join(site, "guests"), { recursive: true });
  for (const file of ["index.html", "page.js", "metrics.js", "measure.js", "systems"]) {
    cpSync(join(root, "bench", file), join(site, file), { recursive: true });
  }
  cpSync(join(root, "node_modules/@bjorn3/browser_wasi_shim/dist"), join(site, "vendor/browser_wasi_shim"), { recursive: true });
  for (const part of ["dist", "pkg"]) {
    cpSync(join(root, "node_modules/@wasmer/sdk", part), join(site, "vendor/wasmer-sdk", part), { recursive: true });
  }
  if (existsSync(join(root, "pkg"))) cpSync(join(root, "pkg"), join(site, "pkg"), { recursive: true });
  const guests = await compileGuests(join(root, "bench/guests"));
  for (const [name, bytes] of guests) writeFileSync(join(site, "guests", `${name}.wasm`), bytes);
  writeFileSync(join(site, "guests/guests.json"), JSON.stringify([...guests.keys()]));
  writeLines(join(site, "lines.txt"));
}

/** How many times as long as the machine's own Cobnut's commands take. @param {Record<string, number>} own */
function toNative(own) {
  const native = measureNative(join(site, "lines.txt"));
  for (const [name, ms] of Object.entries(native)) if (ms === undefined) console.error(`no native ${name} here to compare with`);
  return { sort: own.sortMs / native.sort, awk: own.awkMs / native.awk };
}

/** @param {string[]} systems */
async function measure(systems) {
  const server = await serve({ root: site });
  const browser = await launch();
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(LIMIT_MS);
    page.on("pageerror", (error) => console.error(`page: ${error.message}`));
    await page.goto(`${server.url}/?systems=${encodeURIComponent(systems.join(","))}`);
    await page.waitForFunction(() => "bench" in globalThis);
    const results = await page.evaluate(() => globalThis.bench);
    await page.close();
    if (results.cobnut && !("error" in results.cobnut)) {
      Object.assign(results.cobnut, toNative(results.cobnut), await measurePrompt(browser, root));
    }
    return { results, browser: browser.version() };
  } finally {
    await browser.close();
    await server.close();
  }
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : SYSTEMS;
const unknown = wanted.filter((name) => !SYSTEMS.includes(name));
if (unknown.length > 0) throw new Error(`no such system: ${unknown.join(", ")} (known: ${SYSTEMS.join(", ")})`);
await layOut();
const { results, browser } = await measure(wanted);

const goals = Object.fromEntries(
  METRICS.filter((metric) => metric.goal !== undefined || metric.beats)
    .map((metric) => [metric.key, { goal: metric.goal ?? "beats both peers", reached: reached(metric, results) ?? null }]),
);
const report = { date: new Date().toISOString(), browser, cpu: cpus()[0]?.model, cores: cpus().length, metrics: METRICS, results, goals };
writeFileSync(join(root, "target/bench.json"), `${JSON.stringify(report, null, 2)}\n`);
console.log(`Chromium ${browser}, ${cpus().length} cores (${cpus()[0]?.model})\n`);
console.log(table(results));
const failed = Object.entries(results).filter(([, result]) => "error" in result);
for (const [system, { error }] of failed) console.error(`\n${system} failed: ${error}`);
const lost = Object.entries(results.cobnut?.failures ?? {});
for (const [key, message] of lost) console.error(`\ncobnut, ${key} failed: ${message}`);
process.exitCode = failed.length + lost.length > 0 ? 1 : 0;
