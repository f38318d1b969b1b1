//! `@bjorn3/browser_wasi_shim`, measured in a worker of its own: guests run on the worker's thread, so there is nothing to
//! spawn and there are no pipes. A "spawn" is the instance and its run.
import {
  Directory, File, OpenFile, PreopenDirectory, ConsoleStdout, WASI,
} from "../vendor/browser_wasi_shim/index.js";
import { SPAWNS, WARM_SPAWNS, fileMs, guestNumber, median, printed, sample, timed } from "../measure.js";
import { answer } from "./worker.js";

answer(async (guests) => {
  const result = {};
  /** @type {PreopenDirectory} */
  let root;
  result.boot = await timed(async () => {
    const bench = new Directory([["file", new File(new Uint8Array(1024))]]);
    root = new PreopenDirectory("/", [["tmp", new Directory([["bench", bench]])]]);
  });

  /** Runs a guest to its end; answers what it wrote. @param {string} name */
  const run = async (name) => {
    let output = "";
    const decoder = new TextDecoder();
    const sink = new ConsoleStdout((bytes) => { output += decoder.decode(bytes, { stream: true }); });
    const wasi = new WASI([name], [], [new OpenFile(new File([])), sink, sink, root]);
    const instance = await WebAssembly.instantiate(guests[name], { wasi_snapshot_preview1: wasi.wasiImport });
    const status = wasi.start(instance);
    if (status !== 0) throw new Error(`${name} ended with status ${status}`);
    return output;
  };

  result.firstHello = await timed(() => run("hello"));
  result.spawn = median(await sample(SPAWNS, WARM_SPAWNS, () => run("nop")));
  result.fdstat = await guestNumber("fdstat_loop", run);
  result.filestat = await guestNumber("filestat_loop", run, 2);
  // Growing a file costs it a copy of all that is there: seconds, so once.
  result.fileWrite = fileMs(printed(await run("file_write"), "file_write"));
  result.fileRead = fileMs(await guestNumber("file_read", run));
  return result;
});
