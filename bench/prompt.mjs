//! The demo's first prompt, from a browser that has never seen the page: how many bytes are sent for it, and how long it takes.
import { join } from "node:path";
import { serve } from "../scripts/serve.mjs";
import { cursorLine } from "../tests/e2e/support/screen.mjs";
import { median } from "./measure.js";

const ROUNDS = 5;

/**
 * @param {import("playwright-core").Browser} browser @param {string} root the repository
 * @returns {Promise<{ promptBytes: number, promptTime: number }>} KB (1,000 bytes) of files as they are sent, and milliseconds
 */
export async function measurePrompt(browser, root) {
  const times = [];
  let bytes = 0;
  const server = await serve({ root: join(root, "target/demo"), served: (_, size) => { bytes += size; } });
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      bytes = 0;
      const context = await browser.newContext();
      const page = await context.newPage();
      const start = performance.now();
      await page.goto(server.url);
      await page.waitForFunction(() => "cobnut" in globalThis);
      await cursorLine(page, /[#$] $/);
      times.push(performance.now() - start);
      await context.close();
    }
  } finally {
    await server.close();
  }
  return { promptBytes: bytes / 1000, promptTime: median(times) };
}
