// The WasmVM driver before it is mounted, and how modules come over the network: the shell and the smallest commands at once, the others
// when they are first called.
import { KernelError } from "./api.js";

/** The driver of WebAssembly commands, before it is mounted. */
export class WasmVmRuntime {
  name = "wasmvm";
  commands = [];
  #options;

  constructor(options) {
    this.#options = options;
  }

  /**
   * The userland (from `base` unless the options say where) and the user's own guests: [{ module, bytes?, commands }] for those that are
   * compiled now, with { url, size, commands } for those that [`loadModule`] gets when they are first called.
   */
  async load(base) {
    const { wasmBinaryPath, commands = {}, commandDirs = [], onProgress } = this.#options;
    const where = wasmBinaryPath === undefined ? base : new URL(ending(String(wasmBinaryPath)), pageUrl());
    const userland = await loadUserland(where, onProgress);
    const own = await Promise.all(Object.entries(commands).map(([name, guest]) => loadGuest(name, guest)));
    const others = await Promise.all(commandDirs.map(loadDirectory));
    const programs = [...userland, ...others.flat(), ...own];
    this.commands = [...new Set(programs.flatMap((program) => program.commands))];
    return programs;
  }

  async init() {}
  async dispose() {}
}

export const createWasmVmRuntime = (options) => new WasmVmRuntime(options ?? {});

/** Whether it is a driver that Cobnut itself brings. */
export const isWasmVmRuntime = (driver) => driver instanceof WasmVmRuntime;

const pageUrl = () => globalThis.document?.baseURI ?? globalThis.location?.href;
const ending = (path) => (path.endsWith("/") ? path : `${path}/`);

const fetched = async (url) => {
  let response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new KernelError("EIO", `input/output error: could not load ${url}: ${error.message}`);
  }
  if (!response.ok) throw new KernelError("ENOENT", `no such file or directory: could not load ${url}: ${response.status} ${response.statusText}`);
  return response;
};

const loadUserland = async (base, onProgress) => {
  const manifest = await (await fetched(new URL("manifest.json", base))).json();
  const modules = Object.entries(manifest.modules).map(([file, about]) => ({ ...about, url: new URL(file, base).href }));
  const atOnce = modules.filter(({ preload }) => preload);
  const total = atOnce.reduce((sum, { size }) => sum + size, 0);
  let loaded = 0;
  const count = (bytes) => {
    loaded = Math.min(loaded + bytes, total);
    onProgress?.({ loaded, total });
  };
  onProgress?.({ loaded, total });
  const load = async ({ url, size, commands }) => ({ ...(await loadModule(url, size, count)), commands });
  return [...(await Promise.all(atOnce.map(load))), ...modules.filter(({ preload }) => !preload)];
};

/** { module, bytes }. `size` is a hint; `count` hears of each piece. */
export const loadModule = async (url, size, count = () => {}) => {
  const bytes = await body(await fetched(url), size, count);
  return { module: await compile(url, bytes), bytes };
};

const loadGuest = async (name, guest) => {
  if (guest instanceof WebAssembly.Module) return { module: guest, commands: [name] };
  const bytes =
    typeof guest === "string" || guest instanceof URL
      ? new Uint8Array(await (await fetched(new URL(guest, pageUrl()))).arrayBuffer())
      : copied(name, guest);
  return { module: await compile(name, bytes), bytes, commands: [name] };
};

/** The guests in a folder whose files are called as their commands: those that are named, or else all that its `manifest.json`, a list of names, has. */
const loadDirectory = async (directory) => {
  const { url = directory, commands } = directory;
  if (typeof url !== "string" && !(url instanceof URL)) throw new KernelError("EINVAL", "invalid argument: one of commandDirs is neither a URL nor { url, commands }");
  const base = new URL(ending(String(url)), pageUrl());
  const names = commands ?? (await (await fetched(new URL("manifest.json", base))).json());
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string")) {
    throw new KernelError("EINVAL", `invalid argument: the commands of ${base} are no list of names`);
  }
  return Promise.all(names.map((name) => loadGuest(name, new URL(encodeURIComponent(name), base))));
};

const copied = (name, guest) => {
  if (guest instanceof ArrayBuffer) return new Uint8Array(guest.slice(0));
  if (ArrayBuffer.isView(guest)) return new Uint8Array(guest.buffer, guest.byteOffset, guest.byteLength).slice();
  throw new KernelError("EINVAL", `invalid argument: the command ${name} is neither a URL, nor bytes, nor a WebAssembly.Module`);
};

/** The body in one array; `count` hears of each piece. `size` is a hint. */
const body = async (response, size, count) => {
  let bytes = new Uint8Array(size);
  let length = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return bytes.subarray(0, length);
    if (length + value.length > bytes.length) {
      const longer = new Uint8Array(Math.max(2 * bytes.length, length + value.length));
      longer.set(bytes.subarray(0, length));
      bytes = longer;
    }
    bytes.set(value, length);
    length += value.length;
    count(value.length);
  }
};

const compile = async (name, bytes) => {
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw new KernelError("ENOEXEC", `exec format error: ${name}: ${error.message}`);
  }
};

/** What can be known of a module without its bytes: imports as [module, name, kind], and the exports' names. */
export const describeModule = (module) => ({
  imports: WebAssembly.Module.imports(module).map(({ module, name, kind }) => [module, name, kind]),
  exports: WebAssembly.Module.exports(module).map(({ name }) => name),
});
