//! 64 processes at a time for a minute, doing pipes, files, spawns and kills at random; and what they leave behind.
import assert from "node:assert/strict";
import { Suite } from "./support/suite.mjs";
import { barePageReady, lendCollector, serveBarePage } from "./support/bare.mjs";

const stress = new Suite("a minute of everything", { serve: serveBarePage, ready: barePageReady });

export const suites = [stress];

/** How long it goes on, ms. */
const DURATION_MS = Number(process.env.STRESS_SECONDS ?? 60) * 1000;
/** How many processes are kept alive. */
const PROCESSES = 64;
/** Which kinds of work are done: all, where none is named. */
const KINDS = (process.env.STRESS_KINDS ?? "").split(",").filter(Boolean);
/** What it may leave allocated in the kernel. */
const LEFT_OVER_BYTES = 1 << 20;
/** The run's choices; a failure names it, and STRESS_SEED repeats it as far as timing allows. */
const seed = Number(process.env.STRESS_SEED ?? Date.now() % 1_000_000);

stress.test("leaves_no_process_no_worker_no_file_and_no_memory", async ({ page }) => {
  await lendCollector(page);
  const result = await page.evaluate(async ({ first, durationMs, processes, only, limit }) => {
    const kernel = await globalThis.boot();
    const text = new TextDecoder();

    // mulberry32
    let state = first;
    const random = (below) => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
    };
    const pause = (ms) => new Promise((resume) => { setTimeout(resume, ms); });

    const wrong = [];
    const counts = {};
    let number = 0;

    /** Starts a process; waits while the limit is reached, as a program would. */
    const start = async (command, args, options) => {
      for (;;) {
        try {
          return kernel.spawn(command, args, options);
        } catch (error) {
          if (error.code !== "EAGAIN") throw error;
          counts.EAGAIN = (counts.EAGAIN ?? 0) + 1;
          await pause(20);
        }
      }
    };
    /** A shell script, its exit code and what it printed. */
    const script = async (line) => {
      let out = "";
      let err = "";
      const shell = await start("sh", ["-c", line], { onStdout: (bytes) => { out += text.decode(bytes); }, onStderr: (bytes) => { err += text.decode(bytes); } });
      shell.closeStdin();
      return { code: await shell.wait(), out, err };
    };
    /** What must come out of a script. */
    const expect = async (line, expected) => {
      const { code, out, err } = await script(line);
      if (code !== 0 || out !== expected) wrong.push({ line, code, out: out.slice(0, 200), err: err.slice(0, 200), expected: expected.slice(0, 200) });
    };

    const work = {
      async pipes() {
        const top = 100 + random(5000);
        await expect(`seq ${top} | sort -rn | tail -n 1; seq ${top} | wc -l`, `1\n${top}\n`);
      },
      async files() {
        const at = `/tmp/stress-${number += 1}`;
        const lines = 1 + random(3000);
        await expect(`mkdir ${at} && cd ${at} && seq ${lines} > a && cp a b && mv b c && ln -s c d && cat d >> a && wc -l < a && rm -r ${at}`, `${2 * lines}\n`);
      },
      async substitutions() {
        await expect("echo $(echo $(echo $(echo deep)))", "deep\n");
      },
      async jobs() {
        const jobs = 2 + random(5);
        await expect(`for i in $(seq ${jobs}); do (read x; exit $i) < /dev/null & done; wait; echo done`, "done\n");
      },
      async fifo() {
        const at = `/tmp/fifo-${number += 1}`;
        await expect(`mkfifo ${at} && { seq 100 > ${at} & wc -l < ${at}; wait; rm ${at}; }`, "100\n");
      },
      async stdin() {
        const size = 1 + random(200_000);
        let count = "";
        const process = await start("wc", ["-c"], { onStdout: (bytes) => { count += text.decode(bytes); } });
        for (let sent = 0; sent < size; sent += 50_000) process.writeStdin(new Uint8Array(Math.min(50_000, size - sent)));
        process.closeStdin();
        const code = await process.wait();
        if (code !== 0 || Number(count) !== size) wrong.push({ stdin: size, code, count });
      },
      async spinner() {
        const process = await start("guest-spin", []);
        await pause(random(200));
        process.kill(9);
        const code = await process.wait();
        if (code !== 137) wrong.push({ spinner: code });
      },
      async sleepers() {
        const process = await start("sh", ["-c", "sleep 100 & sleep 100 | cat & wait"]);
        const pid = process.pid;
        await pause(50 + random(2000));
        process.kill([1, 2, 9, 15][random(4)]);
        const code = await process.wait();
        if (![129, 130, 137, 143].includes(code)) wrong.push({ sleepers: code });
        // The shell's children are of its group still.
        for (const info of kernel.processes.values()) {
          if (info.pgid === pid && info.status !== "exited") await script(`kill -9 ${info.pid} 2>/dev/null; true`);
        }
      },
      async trap() {
        const process = await start("guest-trap", []);
        const code = await process.wait();
        if (code !== 134) wrong.push({ trap: code });
      },
      async timeout() {
        try {
          await kernel.exec("while true; do sleep 0.01; done | cat", { timeout: 50 + random(300) });
          wrong.push({ timeout: "did not come" });
        } catch (error) {
          if (error.code !== "ETIMEDOUT" && error.code !== "EAGAIN") wrong.push({ timeout: String(error) });
        }
      },
      async broken() {
        await expect("yes | head -n 1000 | tail -n 1", "y\n");
      },
    };
    const kinds = Object.keys(work).filter((kind) => only.length === 0 || only.includes(kind));

    /** Runs everything at random until `until`, with about so many processes alive. */
    const round = async (until) => {
      const running = new Set();
      let live = [];
      while (performance.now() < until) {
        const alive = kernel.stats().liveProcesses;
        live.push(alive);
        if (alive < processes && running.size < processes) {
          const kind = kinds[random(kinds.length)];
          counts[kind] = (counts[kind] ?? 0) + 1;
          const task = work[kind]().catch((error) => wrong.push({ kind, error: `${error.code ?? ""} ${error.message}` })).finally(() => running.delete(task));
          running.add(task);
          // A turn of the event loop, so that what was started counts.
          await pause(0);
        } else {
          await Promise.race([...running, pause(20)]);
        }
      }
      await Promise.all(running);
      return live;
    };

    // Each kind first, and as many at once as later: what is loaded once stays, and so do the tables' rooms.
    for (const kind of kinds) await work[kind]();
    await round(performance.now() + durationMs / 6);
    await globalThis.quiet(kernel, 60_000);
    await globalThis.collectGarbage();
    const before = kernel.stats();
    const live = await round(performance.now() + durationMs);
    await globalThis.quiet(kernel, 60_000);
    const leftOver = await globalThis.leftOver(kernel, before, limit);
    live.sort((a, b) => a - b);
    return {
      wrong: wrong.slice(0, 10), counts, leftOver, before, after: kernel.stats(), rows: [...kernel.processes.values()], median: live[live.length >> 1], files: await kernel.readdir("/tmp"),
      works: await kernel.exec("echo still here"),
    };
  }, { first: seed, durationMs: DURATION_MS, processes: PROCESSES, only: KINDS, limit: LEFT_OVER_BYTES });

  const what = `seed ${seed}: ${JSON.stringify(result)}`;
  console.log(`        seed ${seed}, ${result.median} processes at the median, ${JSON.stringify(result.counts)}, ${result.leftOver >> 10} KiB left over`);
  assert.deepEqual(result.wrong, [], what);
  assert.deepEqual(result.rows, [], what);
  assert.deepEqual(result.files, [], what);
  assert.equal(result.works.stdout, "still here\n", what);
  assert.ok(result.median >= PROCESSES / 2, what);
  const { after } = result;
  assert.deepEqual([after.liveProcesses, after.tearingDown, after.liveWorkers - after.idleWorkers], [0, 0, 0], what);
  assert.ok(result.leftOver <= LEFT_OVER_BYTES, what);
}, { limitMs: DURATION_MS + 4 * 60_000 });
