//! Cobnut, measured through its public API from the page, as an application would use it.
import init, { createInMemoryFileSystem, createKernel, createWasmVmRuntime } from "../pkg/cobnut.js";
import { REPEATS, SPAWNS, WARM_SPAWNS, fileMs, guestNumber, median, printed, sample, timed } from "../measure.js";
import { measureUserland } from "./userland.js";

/** How far ahead the start of a measurement is that processes begin together: by then they run, and are warm. */
const START_MS = 500;

/** @param {import("./worker.js").Guests} guests @returns {Promise<Record<string, number>>} */
export async function measureCobnut(guests) {
  const result = {};
  let kernel;
  result.boot = await timed(async () => {
    await init();
    kernel = createKernel({ filesystem: createInMemoryFileSystem(), env: { PATH: "/bin" } });
    await kernel.mount(createWasmVmRuntime({ commands: guests }));
  });
  await kernel.mkdir("/tmp/bench");
  for (const name of ["file", "file0", "file1"]) await kernel.writeFile(`/tmp/bench/${name}`, new Uint8Array(1024));

  /** Runs a guest to its end; answers what it wrote. @param {string} name @param {string[]} args */
  const run = async (name, args = []) => {
    const decoder = new TextDecoder();
    let output = "";
    const keep = (bytes) => { output += decoder.decode(bytes, { stream: true }); };
    const status = await kernel.spawn(name, args, { onStdout: keep, onStderr: keep }).wait();
    if (status !== 0) throw new Error(`${name} ended with status ${status}: ${output}`);
    return output;
  };
  /** Runs a command line whose guest prints its number on standard error. @param {string} command */
  const shell = async (command) => {
    const { exitCode, stderr } = await kernel.exec(command);
    if (exitCode !== 0) throw new Error(`${command} ended with status ${exitCode}: ${stderr}`);
    return stderr;
  };

  /** Measures into `result`; one that fails leaves the others their turn. */
  const attempt = async (key, measure) => {
    try {
      result[key] = await measure();
    } catch (error) {
      (result.failures ??= {})[key] = error?.message ?? String(error);
    }
  };
  await attempt("firstHello", () => timed(() => run("hello")));
  await attempt("spawn", async () => median(await sample(SPAWNS, WARM_SPAWNS, () => kernel.spawn("nop", []).wait())));
  await attempt("echo", async () => median(await sample(SPAWNS, WARM_SPAWNS, async () => {
    const { stdout } = await kernel.exec("echo hi");
    if (stdout !== "hi\n") throw new Error(`echo hi answered ${JSON.stringify(stdout)}`);
  })));
  await attempt("fdstat", () => guestNumber("fdstat_loop", run));
  await attempt("filestat", () => guestNumber("filestat_loop", run));
  await attempt("filestatPair", async () => {
    /** Calls a second of all of `count` processes in one and the same second, each on a file of its own. @param {number} count */
    const rate = async (count) => {
      const start = String(Date.now() + START_MS);
      const one = async (_, file) => printed(await run("filestat_second", [start, String(file)]), "filestat_second");
      const rates = await Promise.all(Array.from({ length: count }, one));
      return rates.reduce((sum, each) => sum + each);
    };
    // One after the other, so that a slower spell of the machine is in both.
    const ratios = [];
    for (let round = 0; round < REPEATS; round += 1) {
      const alone = await rate(1);
      ratios.push((await rate(2)) / alone);
    }
    return median(ratios);
  });
  await attempt("roundTrip", () => guestNumber("ring", run));
  await attempt("throughput", () => guestNumber("pipe_write | pipe_read", shell));
  // A write follows a read, so that each makes the file anew.
  const writes = [];
  const reads = [];
  await attempt("fileWrite", async () => {
    for (let round = 0; round < REPEATS; round += 1) {
      writes.push(printed(await run("file_write"), "file_write"));
      reads.push(printed(await run("file_read"), "file_read"));
    }
    return fileMs(median(writes));
  });
  await attempt("fileRead", async () => fileMs(median(reads)));
  await measureUserland(kernel, attempt);
  await kernel.dispose();
  return result;
}
