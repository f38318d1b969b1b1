//! The bare page of the API's tests: nothing but the package, the guests of tests/guests and bench/guests, and the example with a page.
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serve } from "../../../scripts/serve.mjs";
import { compileGuests } from "./guests.mjs";
import { root } from "./suite.mjs";

const site = join(root, "target/e2e/site");

/** Lays the page out in target/e2e/site. */
async function layOut() {
  mkdirSync(join(site, "guests"), { recursive: true });
  cpSync(join(root, "tests/e2e/page"), site, { recursive: true, preserveTimestamps: true });
  cpSync(join(root, "examples/toy-language"), join(site, "toy-language"), { recursive: true, preserveTimestamps: true });
  cpSync(join(root, "pkg"), join(site, "pkg"), { recursive: true, preserveTimestamps: true });
  // Snippets of the package's script, which tests call by themselves.
  for (const name of ["api.js", "permissions.js"]) cpSync(join(root, "src/web", name), join(site, "snippets", name), { preserveTimestamps: true });
  // Other people's binaries, as they were published.
  for (const name of ["sh", "cat", "ls", "echo", "wc"]) {
    cpSync(join(root, "node_modules/@rivet-dev/agent-os-coreutils/wasm", name), join(site, "published", name), { dereference: true, preserveTimestamps: true });
  }
  const guests = new Map([
    ...(await compileGuests(join(root, "bench/guests"))),
    ...(await compileGuests(join(root, "tests/guests"))),
  ]);
  for (const [name, bytes] of guests) writeFileSync(join(site, "guests", `${name}.wasm`), bytes);
  writeFileSync(join(site, "guests/guests.json"), JSON.stringify([...guests.keys()]));
}

/** Serves the page. @param {{ isolated?: boolean }} [options] */
export async function serveBarePage({ isolated = true } = {}) {
  await layOut();
  return serve({ root: site, isolated });
}

/** What a page is asked to have done before a test starts. @param {import("playwright-core").Page} page */
export const barePageReady = (page) => page.waitForFunction(() => "cobnut" in globalThis);

/** Lends the page the browser's garbage collector, as `collectGarbage`. @param {import("playwright-core").Page} page */
export const lendCollector = (page) => page.exposeFunction("collectGarbage", () => page.requestGC());
