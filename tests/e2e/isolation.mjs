//! Pages whose host or browser gives less than the kernel wants: no isolation (the API says so, and the demo's service worker mends it), little memory, a
//! content security policy.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { serve } from "../../scripts/serve.mjs";
import { Suite, root } from "./support/suite.mjs";
import { barePageReady, serveBarePage } from "./support/bare.mjs";
import { cursorLine } from "./support/screen.mjs";

const bare = new Suite("a page that is not isolated", { serve: () => serveBarePage({ isolated: false }), ready: barePageReady });
const demo = new Suite("the demo on a host that sends no headers", {
  serve: () => serve({ root: join(root, "target/demo"), isolated: false }),
});

const memory = new Suite("a browser that reserves little memory", { serve: serveBarePage, ready: barePageReady });

const strict = new Suite("a page with a content security policy", { serve: serveBarePage });

export const suites = [bare, demo, memory, strict];

strict.test("what_the_documentation_asks_for_is_enough", async ({ page, url }) => {
  const [, needed] = /policy needs `([^`]*)`/.exec(readFileSync(join(root, "docs/embedding.md"), "utf8"));
  const policy = `default-src 'none'; ${needed}`;
  await page.route(url, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), "content-security-policy": policy } });
  });
  await page.goto(url);
  await barePageReady(page);
  const { stdout } = await page.evaluate(async () => (await globalThis.boot()).exec("echo hello | cat"));
  assert.equal(stdout, "hello\n");
});

for (const [granted, mib] of [[1024, 512], [512, 256], [256, 128]]) {
  memory.test(`with_${granted}_mib_the_kernel_boots_and_files_may_take_half`, async ({ page, url }) => {
    await page.addInitScript((pages) => {
      const { Memory } = WebAssembly;
      WebAssembly.Memory = function (descriptor) {
        if (descriptor.shared && descriptor.maximum > pages) throw new RangeError("could not allocate memory");
        return new Memory(descriptor);
      };
      WebAssembly.Memory.prototype = Memory.prototype;
    }, granted * 16);
    await page.goto(url);
    await barePageReady(page);
    const seen = await page.evaluate(async () => {
      const kernel = await globalThis.boot();
      const { stdout } = await kernel.exec("stat -f -c '%b %S' / && echo hello");
      const small = await globalThis.outcome(() => kernel.exec("head -c 120M /dev/zero | wc -c"));
      return { stdout, small };
    });
    const [[blocks, size], [hello]] = seen.stdout.trim().split("\n").map((line) => line.split(" "));
    assert.equal((blocks * size) / (1 << 20), mib);
    assert.equal(hello, "hello");
    assert.equal(seen.small.value?.stdout, `${120 << 20}\n`);
  });
}

memory.test("a_browser_that_reserves_none_says_so", async ({ page, url }) => {
  await page.addInitScript(() => {
    const { Memory } = WebAssembly;
    WebAssembly.Memory = function (descriptor) {
      if (descriptor.shared) throw new RangeError("could not allocate memory");
      return new Memory(descriptor);
    };
  });
  await page.goto(url);
  await barePageReady(page);
  const { error } = await page.evaluate(() => globalThis.outcome(() => globalThis.cobnut.default()));
  assert.match(error.message, /could not allocate memory/);
});

bare.test("createKernel_throws_an_error_that_says_what_to_do", async ({ page }) => {
  const { isolated, error } = await page.evaluate(async () => {
    const result = await globalThis.outcome(async () => {
      await globalThis.cobnut.default();
      globalThis.cobnut.createKernel({ filesystem: globalThis.cobnut.createInMemoryFileSystem() });
    });
    return { isolated: globalThis.crossOriginIsolated, error: result.error };
  });
  assert.equal(isolated, false);
  assert.equal(error?.isKernelError, true, JSON.stringify(error));
  assert.match(error.message, /isolat/);
  assert.match(error.message, /Cross-Origin-Opener-Policy: same-origin/);
  assert.match(error.message, /Cross-Origin-Embedder-Policy: require-corp/);
});

demo.test("service_worker_isolates_the_page_and_the_shell_starts", async ({ page }) => {
  await page.waitForFunction(() => globalThis.crossOriginIsolated && "cobnut" in globalThis, null, { timeout: 30_000 });
  await cursorLine(page, /[#$] $/);
  assert.equal(await page.evaluate(() => navigator.serviceWorker.controller !== null), true);
});

demo.test("a_browser_that_lacks_something_gets_a_sentence_about_it", async ({ page, url }) => {
  await page.waitForFunction(() => globalThis.crossOriginIsolated, null, { timeout: 30_000 });
  await page.addInitScript(() => { delete Atomics.waitAsync; });
  await page.goto(url);
  await page.waitForSelector("#failure:not([hidden])", { timeout: 30_000 });
  assert.match(await page.textContent("#failure-what"), /lacks Atomics\.waitAsync/);
  assert.match(await page.textContent("#failure-advice"), /current version/);
});
