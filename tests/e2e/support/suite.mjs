//! A small runner: named tests, each in a page of its own, one after another, and a closing line that can be counted.
//!
//! Not `node:test`: a test here gets a fresh page, leaves a screenshot and the page's console when it fails, and the last
//! line is always `N passed, N failed`.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Where screenshots go. */
export const output = join(root, "target/e2e");

/**
 * @typedef {object} Context
 * @property {import("playwright-core").Page} page a fresh page at the suite's start
 * @property {string} url the address of the suite's folder, with a slash at its end
 */
/** @typedef {{ name: string, limitMs: number, body: (context: Context) => Promise<void> }} Test */

/** No test waits longer; most say sooner what they waited for. */
const LIMIT_MS = 60_000;

/** A named group of tests that share a server. */
export class Suite {
  /** @type {Test[]} */
  tests = [];

  /**
   * @param {string} name
   * @param {{ serve: () => Promise<{ url: string, close: () => Promise<unknown> }>, path?: string, context?: import("playwright-core").BrowserContextOptions, ready?: (page: import("playwright-core").Page) => Promise<unknown> }} options
   * `ready` waits for the page after it was opened.
   */
  constructor(name, options) {
    this.name = name;
    this.options = options;
  }

  /** Adds a test. @param {string} name a sentence about behaviour @param {Test["body"]} body */
  test(name, body, { limitMs = LIMIT_MS } = {}) {
    this.tests.push({ name, body, limitMs });
  }
}

/** Runs the suites' tests whose name contains `only`; answers how many failed.
 * @param {Suite[]} suites @param {import("playwright-core").Browser} browser @param {string} only */
export async function runSuites(suites, browser, only = "") {
  mkdirSync(output, { recursive: true });
  const count = { passed: 0, failed: 0 };
  for (const suite of suites) {
    const tests = suite.tests.filter(({ name }) => `${suite.name}: ${name}`.includes(only));
    if (tests.length === 0) continue;
    console.log(`\n${suite.name}`);
    const server = await suite.options.serve();
    try {
      for (const test of tests) {
        const passed = await runTest(suite, test, browser, `${server.url}/`);
        count[passed ? "passed" : "failed"] += 1;
      }
    } finally {
      await server.close();
    }
  }
  console.log(`\n${count.passed} passed, ${count.failed} failed`);
  return count.failed;
}

/** @param {Suite} suite @param {Test} test @param {import("playwright-core").Browser} browser @param {string} url */
async function runTest(suite, test, browser, url) {
  const start = performance.now();
  const context = await browser.newContext(suite.options.context);
  const page = await context.newPage();
  /** @type {string[]} */
  const said = [];
  page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => said.push(`uncaught: ${error.stack ?? error.message}`));
  try {
    await within(test.limitMs, async () => {
      await page.goto(url + (suite.options.path ?? ""));
      await suite.options.ready?.(page);
      await test.body({ page, url });
    });
    console.log(`  ok    ${test.name} (${elapsed(start)})`);
    return true;
  } catch (error) {
    console.log(`  FAIL  ${test.name} (${elapsed(start)})`);
    const picture = join(output, `failed-${`${suite.name} ${test.name}`.replace(/\W+/g, "-").slice(0, 80)}.png`);
    const taken = await within(5000, () => page.screenshot({ path: picture })).then(() => picture, () => "none");
    console.log(indent([shortened(error), ...said.slice(-20), `picture: ${taken}`].join("\n")));
    return false;
  } finally {
    // A page whose workers spin may be slow to close; the next test has a context of its own.
    await within(10_000, () => context.close()).catch(() => {});
  }
}

/** The message, and the test's own frames only. */
function shortened(error) {
  const text = error.stack ?? String(error);
  return text.split("\n").filter((row) => !/^\s+at /.test(row) || row.includes("/tests/e2e/")).slice(0, 60).join("\n");
}

const elapsed = (start) => `${((performance.now() - start) / 1000).toFixed(2)} s`;
const indent = (text) => text.replace(/^/gm, "        ");

/** Rejects if `action` takes longer than `ms`. @template T @param {number} ms @param {() => Promise<T>} action @returns {Promise<T>} */
async function within(ms, action) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([action(), late]);
  } finally {
    clearTimeout(timer);
  }
}
