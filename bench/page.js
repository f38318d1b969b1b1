//! The bench's page: measures each system in turn, alone. `run.mjs` opens it and waits for `globalThis.bench`.
//!
//! `?systems=cobnut,@wasmer/sdk` measures only those named.
import { SYSTEMS } from "./metrics.js";

const log = document.getElementById("log");
const say = (line) => { log.textContent += `${line}\n`; };

/** @returns {Promise<{ guests: Record<string, WebAssembly.Module>, bytes: Record<string, Uint8Array> }>} */
async function loadGuests() {
  const names = await (await fetch("./guests/guests.json")).json();
  const bytes = {};
  const guests = {};
  await Promise.all(names.map(async (name) => {
    bytes[name] = new Uint8Array(await (await fetch(`./guests/${name}.wasm`)).arrayBuffer());
    guests[name] = await WebAssembly.compile(bytes[name]);
  }));
  return { guests, bytes };
}

/** Runs a peer in a worker of its own and ends the worker. */
async function measureInWorker(script, message) {
  const worker = new Worker(new URL(script, import.meta.url), { type: "module" });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => ("result" in data ? resolve(data.result) : reject(new Error(data.error)));
      worker.onerror = (event) => reject(new Error(event.message ?? "the worker could not be loaded"));
      worker.postMessage(message);
    });
  } finally {
    worker.terminate();
  }
}

const MEASURE = {
  "cobnut": async ({ guests }) => (await import("./systems/cobnut.js")).measureCobnut(guests),
  "@wasmer/sdk": (all) => measureInWorker("./systems/wasmer.js", portable(all)),
  "@bjorn3/browser_wasi_shim": (all) => measureInWorker("./systems/shim.js", portable(all)),
};

/** Without the guests that only Cobnut can run. */
function portable({ guests, bytes }) {
  const names = Object.keys(guests).filter((name) =>
    WebAssembly.Module.imports(guests[name]).every(({ module }) => module === "wasi_snapshot_preview1"));
  const only = (all) => Object.fromEntries(names.map((name) => [name, all[name]]));
  return { guests: only(guests), bytes: only(bytes) };
}

async function main() {
  const wanted = new URL(location.href).searchParams.get("systems")?.split(",") ?? SYSTEMS;
  const all = await loadGuests();
  const results = {};
  for (const system of SYSTEMS.filter((name) => wanted.includes(name))) {
    say(`${system} …`);
    try {
      results[system] = await MEASURE[system](all);
    } catch (error) {
      results[system] = { error: error?.stack ?? String(error) };
    }
    say(JSON.stringify(results[system], null, 2));
  }
  return results;
}

globalThis.bench = main();
