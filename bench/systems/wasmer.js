//! `@wasmer/sdk`, measured in a worker (on a page's own thread it blocks where a browser doesn't let it). Its shell and pipes
//! come from packages of its registry; here are only the guests that every system runs.
import { Wasmer } from "../vendor/wasmer-sdk/dist/index.js";
import { REPEATS, SPAWNS, WARM_SPAWNS, fileMs, guestNumber, median, printed, sample, timed } from "../measure.js";
import { answer } from "./worker.js";

answer(async (_guests, bytes) => {
  const result = {};
  let wasmer;
  let sandbox;
  result.boot = await timed(async () => {
    wasmer = new Wasmer({ cache: "memory" });
    await wasmer.ready();
    const names = Object.keys(bytes);
    const tools = await wasmer.packages.create({
      modules: Object.fromEntries(names.map((name) => [name, inWorkspace(bytes[name])])),
      commands: Object.fromEntries(names.map((name) => [name, { module: name }])),
      entrypoint: "nop",
      files: { "/tmp/bench/file": new Uint8Array(1024) },
    });
    sandbox = await wasmer.sandboxes.create({ packages: [tools] });
  });

  /** Runs a guest to its end; answers what it wrote. @param {string} name */
  const run = async (name) => (await sandbox.command(name).run()).text();

  result.firstHello = await timed(() => run("hello"));
  result.spawn = median(await sample(SPAWNS, WARM_SPAWNS, () => run("nop")));
  result.fdstat = await guestNumber("fdstat_loop", run);
  result.filestat = await guestNumber("filestat_loop", run);
  const [writes, reads] = await writeAndRead(run);
  result.fileWrite = fileMs(median(writes));
  result.fileRead = fileMs(median(reads));
  await sandbox.close();
  await wasmer.close();
  return result;
});

/** A write follows a read, so that each makes the file anew. */
async function writeAndRead(run) {
  const writes = [];
  const reads = [];
  for (let round = 0; round < REPEATS; round += 1) {
    writes.push(printed(await run("file_write"), "file_write"));
    reads.push(printed(await run("file_read"), "file_read"));
  }
  return [writes, reads];
}

/**
 * Outside of /workspace each command sees files of its own, and file_read would not find what file_write left. So the one
 * path is changed to another of its length; nothing else in the guests is.
 * @param {Uint8Array} guest
 */
function inWorkspace(guest) {
  const [from, to] = ["tmp/bench/big", "workspace/big"].map((path) => new TextEncoder().encode(path));
  const at = guest.findIndex((_, start) => from.every((byte, index) => guest[start + index] === byte));
  if (at === -1) return guest;
  const changed = guest.slice();
  changed.set(to, at);
  return changed;
}
