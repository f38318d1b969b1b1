//! Modules of the userland that are fetched when they are first called.
import assert from "node:assert/strict";
import { Suite } from "./support/suite.mjs";
import { barePageReady, serveBarePage } from "./support/bare.mjs";

const modules = new Suite("modules on demand", { serve: serveBarePage, ready: barePageReady });

export const suites = [modules];

const COREUTILS = "**/userland/coreutils.wasm";

/** Lets `answer` deal with the requests for coreutils' module, and counts them. */
const intercept = async (page, answer) => {
  const requests = { count: 0 };
  await page.route(COREUTILS, (route) => {
    requests.count++;
    return answer(route, requests.count);
  });
  return requests;
};

modules.test("a_module_is_fetched_at_the_first_call_and_only_once", async ({ page }) => {
  const requests = await intercept(page, (route) => route.continue());
  const before = await page.evaluate(async () => {
    globalThis.kernel = await boot();
    return (await kernel.exec("echo ready; type seq")).stdout;
  });
  assert.equal(before, "ready\nseq is /bin/seq\n");
  assert.equal(requests.count, 0);
  const outputs = await page.evaluate(async () => {
    const all = await Promise.all([1, 2, 3, 4].map((n) => kernel.exec(`seq ${n} | tr '\\n' ' '`)));
    return [...all, await kernel.exec("exec seq 2")].map(({ stdout }) => stdout);
  });
  assert.deepEqual(outputs, ["1 ", "1 2 ", "1 2 3 ", "1 2 3 4 ", "1\n2\n"]);
  assert.equal(requests.count, 1);
});

modules.test("exec_waits_for_a_module_too", async ({ page }) => {
  const requests = await intercept(page, (route) => route.continue());
  const result = await page.evaluate(async () => (await boot()).exec("exec seq 3"));
  assert.deepEqual([result.stdout, result.exitCode, requests.count], ["1\n2\n3\n", 0, 1]);
});

modules.test("what_cannot_be_fetched_is_126_with_the_reason_and_is_tried_again", async ({ page }) => {
  await intercept(page, (route, count) => (count <= 2 ? route.fulfill({ status: 503, body: "" }) : route.continue()));
  const [first, replaced, then] = await page.evaluate(async () => {
    const kernel = await boot();
    return [await kernel.exec("seq 1"), await kernel.exec("exec seq 1"), await kernel.exec("seq 1")];
  });
  for (const { exitCode, stderr } of [first, replaced]) {
    assert.equal(exitCode, 126);
    assert.match(stderr, /could not load http.*coreutils\.wasm: 503/);
  }
  assert.deepEqual([then.exitCode, then.stdout], [0, "1\n"]);
});

modules.test("a_module_that_is_none_is_126", async ({ page }) => {
  await intercept(page, (route) => route.fulfill({ status: 200, body: "not wasm", contentType: "application/wasm" }));
  const { exitCode, stderr } = await page.evaluate(async () => (await boot()).exec("seq 1"));
  assert.equal(exitCode, 126);
  assert.match(stderr, /exec format error/);
});

modules.test("a_process_that_waits_for_its_module_can_be_killed", async ({ page }) => {
  let go;
  const allowed = new Promise((resolve) => (go = resolve));
  await intercept(page, async (route) => {
    await allowed;
    await route.continue();
  });
  const status = await page.evaluate(async () => {
    globalThis.kernel = await boot();
    globalThis.waiting = kernel.spawn("seq", ["1"]);
    const other = await kernel.exec("echo alive");
    waiting.kill(9);
    return [other.stdout, await waiting.wait()];
  });
  assert.deepEqual(status, ["alive\n", 137]);
  go();
  assert.equal(await page.evaluate(async () => (await kernel.exec("seq 1")).stdout), "1\n");
});

modules.test("a_terminal_tells_what_is_loaded", async ({ page }) => {
  let go;
  const allowed = new Promise((resolve) => (go = resolve));
  await intercept(page, async (route) => {
    await allowed;
    await route.continue();
  });
  await page.evaluate(async () => {
    globalThis.kernel = await boot();
    globalThis.shell = kernel.openShell();
    globalThis.screen = "";
    shell.onData = (bytes) => (screen += new TextDecoder().decode(bytes));
    shell.write("seq 41 42\n");
  });
  await page.waitForFunction(() => /loading coreutils \(\d\.\d MB\)…/.test(screen));
  go();
  await page.waitForFunction(() => /\r\x1b\[K41\r\n42\r\n/.test(screen));
});

/** Lets no request for coreutils' module be answered, and tells when one has come. */
const holdBack = async (page) => {
  let came;
  let go;
  const requested = new Promise((resolve) => (came = resolve));
  const allowed = new Promise((resolve) => (go = resolve));
  await intercept(page, async (route) => {
    came();
    await allowed;
    await route.continue();
  });
  return { requested, go };
};

modules.test("a_process_whose_exec_waits_for_a_module_can_be_killed", async ({ page }) => {
  const { requested, go } = await holdBack(page);
  await page.evaluate(async () => {
    globalThis.kernel = await boot();
    globalThis.waiting = kernel.spawn("sh", ["-c", "exec seq 1"]);
  });
  await requested;
  const status = await page.evaluate(async () => {
    waiting.kill(9);
    return [await waiting.wait(), (await kernel.exec("echo alive")).stdout];
  });
  assert.deepEqual(status, [137, "alive\n"]);
  go();
  assert.equal(await page.evaluate(async () => (await kernel.exec("exec seq 1")).stdout), "1\n");
  // Its worker's slot has been given back.
  await page.waitForFunction(() => kernel.stats().liveProcesses === 0);
});

modules.test("dispose_does_not_wait_for_modules", async ({ page }) => {
  const { requested, go } = await holdBack(page);
  await page.evaluate(async () => {
    globalThis.kernel = await boot();
    globalThis.waiting = [kernel.spawn("sh", ["-c", "exec seq 1"])];
  });
  await requested;
  const statuses = await page.evaluate(async () => {
    waiting.push(kernel.spawn("seq", ["1"]));
    await kernel.dispose();
    return Promise.all(waiting.map((process) => process.wait()));
  });
  assert.deepEqual(statuses, [143, 143]);
  go();
});
