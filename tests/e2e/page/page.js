//! What a test finds in the bare page: `cobnut`, the package's exports, and a few helpers.
import * as cobnut from "./pkg/cobnut.js";

/** How many workers a kernel keeps although nothing runs (`WARM` in src/web/pool.rs). */
const WARM_WORKERS = 4;

/** A kernel with the userland and the tests' guests, every one a command by its name. */
globalThis.boot = async (options = {}) => {
  await cobnut.default();
  const kernel = cobnut.createKernel({
    filesystem: cobnut.createInMemoryFileSystem(),
    env: { HOME: "/root", PATH: "/bin:/usr/bin" },
    ...options,
  });
  const names = await (await fetch("./guests/guests.json")).json();
  const commands = Object.fromEntries(names.map((name) => [`guest-${name}`, new URL(`./guests/${name}.wasm`, location.href).href]));
  await kernel.mount(cobnut.createWasmVmRuntime({ commands }));
  return kernel;
};

/** What became of a promise (or of a function's call), in a form that crosses to the test. */
globalThis.outcome = async (work) => {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  try {
    const value = await (typeof work === "function" ? work() : work);
    return { value, seconds: seconds() };
  } catch (error) {
    const { name, code, message, stdout, stderr } = error;
    return {
      error: { name, code, message, stdout, stderr, isKernelError: error instanceof cobnut.KernelError },
      seconds: seconds(),
    };
  }
};

/** Resolves when `condition` holds; rejects after `ms` with what it said last. */
globalThis.until = async (condition, ms, what) => {
  const end = performance.now() + ms;
  for (;;) {
    if (await condition()) return;
    if (performance.now() > end) throw new Error(`${what} did not come true in ${ms} ms`);
    await new Promise((resume) => { setTimeout(resume, 10); });
  }
};

/** Resolves when nobody lives and the workers of the killed are gone. */
globalThis.settled = (kernel, ms) => globalThis.until(() => {
  const { tearingDown, liveProcesses } = kernel.stats();
  return tearingDown === 0 && liveProcesses === 0;
}, ms, "the end of all workers");

/** Resolves when, besides, only the pool's warm workers are left: others that are idle close after a while. */
globalThis.quiet = (kernel, ms) => globalThis.until(() => {
  const { tearingDown, liveProcesses, liveWorkers, idleWorkers } = kernel.stats();
  return tearingDown === 0 && liveProcesses === 0 && liveWorkers === idleWorkers && liveWorkers <= WARM_WORKERS;
}, ms, "the pool's rest");

/**
 * By how many bytes the kernel's memory is above `before`'s, once that is within `limit` or 20 s have passed. What JavaScript
 * holds of the kernel (a handle, a promise) is given back when the garbage collector, which the test lends, has found it.
 */
globalThis.leftOver = async (kernel, before, limit) => {
  const grown = () => kernel.stats().allocatedBytes - before.allocatedBytes;
  const end = performance.now() + 20_000;
  while (grown() > limit && performance.now() < end) {
    await globalThis.collectGarbage();
    await new Promise((resume) => { setTimeout(resume, 50); });
  }
  return grown();
};

/** The live processes' command lines; a process that was reaped is in no table. */
globalThis.alive = (kernel) => [...kernel.processes.values()]
  .filter(({ status }) => status !== "exited")
  .map(({ command, args }) => [command, ...(args ?? [])].join(" "));

globalThis.cobnut = cobnut;
