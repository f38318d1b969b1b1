//! Many processes: at once, one after another, and killed; and what they leave behind.
import assert from "node:assert/strict";
import { Suite } from "./support/suite.mjs";
import { barePageReady, lendCollector, serveBarePage } from "./support/bare.mjs";

const load = new Suite("many processes", { serve: serveBarePage, ready: barePageReady });

export const suites = [load];

const MINUTES = 60_000;
/** What a long run may leave allocated in the kernel. */
const LEFT_OVER_BYTES = 1 << 20;

load.test("100_processes_at_once_all_end_with_their_own_status", async ({ page }) => {
  const statuses = await page.evaluate(async () => {
    const kernel = await globalThis.boot();
    const started = Array.from({ length: 100 }, (_, number) => kernel.spawn("guest-status", [String(number)]));
    for (const process of started) process.closeStdin();
    return Promise.all(started.map((process) => process.wait()));
  });
  assert.deepEqual(statuses, Array.from({ length: 100 }, (_, number) => number));
}, { limitMs: 2 * MINUTES });

load.test("of_200_at_once_those_beyond_the_limit_get_EAGAIN_and_nothing_hangs", async ({ page }) => {
  const { statuses, refused, after } = await page.evaluate(async () => {
    const kernel = await globalThis.boot();
    const started = [];
    const errors = [];
    for (let number = 0; number < 200; number += 1) {
      try {
        started.push([number, kernel.spawn("guest-status", [String(number)])]);
      } catch (error) {
        errors.push(error.code);
      }
    }
    for (const [, process] of started) process.closeStdin();
    const ended = await Promise.all(started.map(async ([number, process]) => [number, await process.wait()]));
    return { statuses: ended, refused: errors, after: await kernel.exec("echo still here") };
  });
  assert.equal(statuses.length + refused.length, 200);
  assert.ok(statuses.length >= 90 && statuses.length <= 100, `${statuses.length} were started`);
  assert.deepEqual([...new Set(refused)], ["EAGAIN"]);
  for (const [number, status] of statuses) assert.equal(status, number);
  assert.equal(after.stdout, "still here\n");
}, { limitMs: 2 * MINUTES });

load.test("script_that_starts_200_jobs_gets_through_by_retrying", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await globalThis.boot();
    return kernel.exec("for i in $(seq 200); do (sleep 0.2; echo $i) & done > /tmp/out; wait; wc -l < /tmp/out");
  });
  assert.equal(result.exitCode, 0, result.stderr);
  assert.equal(result.stdout.trim(), "200", result.stderr);
}, { limitMs: 3 * MINUTES });

load.test("2000_one_after_another_leave_no_worker_and_no_memory", async ({ page }) => {
  await lendCollector(page);
  const { statuses, before, after, grown } = await page.evaluate(async (limit) => {
    const kernel = await globalThis.boot();
    const seen = {};
    const run = async (count) => {
      for (let number = 0; number < count; number += 1) {
        const status = await kernel.spawn("guest-exit42", []).wait();
        seen[status] = (seen[status] ?? 0) + 1;
      }
    };
    await run(50);
    await globalThis.quiet(kernel, 10_000);
    const start = await kernel.stats();
    await run(2000);
    await globalThis.quiet(kernel, 10_000);
    const grown = await globalThis.leftOver(kernel, start, limit);
    return { statuses: seen, before: start, after: kernel.stats(), grown };
  }, LEFT_OVER_BYTES);
  assert.deepEqual(statuses, { 42: 2050 });
  leavesNothing(before, after, grown);
}, { limitMs: 3 * MINUTES });

load.test("300_spinning_ones_killed_leave_no_worker_and_no_memory", async ({ page }) => {
  await lendCollector(page);
  const { statuses, before, after, grown } = await page.evaluate(async (limit) => {
    const kernel = await globalThis.boot();
    const seen = {};
    /** Starts one, waiting while the limit is reached: those being torn down count. */
    const start = async () => {
      for (;;) {
        try {
          return kernel.spawn("guest-spin", []);
        } catch (error) {
          if (error.code !== "EAGAIN") throw error;
          await new Promise((resume) => { setTimeout(resume, 20); });
        }
      }
    };
    const batch = async (size) => {
      const started = [];
      for (let number = 0; number < size; number += 1) started.push(await start());
      for (const process of started) process.kill(9);
      for (const status of await Promise.all(started.map((process) => process.wait()))) seen[status] = (seen[status] ?? 0) + 1;
    };
    await batch(10);
    await globalThis.quiet(kernel, 10_000);
    const first = await kernel.stats();
    for (let round = 0; round < 30; round += 1) await batch(10);
    await globalThis.quiet(kernel, 10_000);
    const grown = await globalThis.leftOver(kernel, first, limit);
    return { statuses: seen, before: first, after: kernel.stats(), grown };
  }, LEFT_OVER_BYTES);
  assert.deepEqual(statuses, { 137: 310 });
  leavesNothing(before, after, grown);
}, { limitMs: 5 * MINUTES });

/** Nobody lives, and the kernel's memory is what it was. */
function leavesNothing(before, after, grown) {
  assert.equal(after.liveProcesses, 0);
  assert.equal(after.tearingDown, 0);
  assert.equal(after.liveWorkers, after.idleWorkers);
  assert.ok(grown <= LEFT_OVER_BYTES, `${grown} bytes more are allocated: ${JSON.stringify(before)} → ${JSON.stringify(after)}`);
}
