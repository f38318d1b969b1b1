// The part of the public API that is JavaScript by nature: the error class, constants, permission presets, the description of
// the WasmVM driver, and what must work even when the kernel's memory is broken.

/** An error of a kernel call. `code` is the errno's name; `message` is "EBADF: bad file descriptor". */
export class KernelError extends Error {
  constructor(code, message) {
    super(message ? `${code}: ${message}` : code);
    this.name = "KernelError";
    this.code = code;
  }
}

/** Makes an error with further properties (`stdout` and `stderr` of a command that timed out). */
export const kernelError = (code, message, more) => Object.assign(new KernelError(code, message), more ?? {});

// What waits for the kernel: rejected at once when the kernel dies, without asking it.
const pending = new Set();
let death;

/** `promise`, or a rejection when the kernel dies first. */
export const orDeath = (promise) => {
  if (death) return Promise.reject(death);
  return new Promise((resolve, reject) => {
    pending.add(reject);
    promise.finally(() => pending.delete(reject)).then(resolve, reject);
  });
};

/** The kernel has panicked: every pending promise rejects. */
export const die = (text) => {
  death ??= new KernelError("EIO", `input/output error: kernel panicked: ${text}`);
  for (const reject of pending) reject(death);
  pending.clear();
};

/** Throws if the kernel has died. */
export const throwIfDead = () => {
  if (death) throw death;
};

export const SIGHUP = 1;
export const SIGINT = 2;
export const SIGQUIT = 3;
export const SIGKILL = 9;
export const SIGPIPE = 13;
export const SIGALRM = 14;
export const SIGTERM = 15;
export const SIGCHLD = 17;
export const SIGCONT = 18;
export const SIGSTOP = 19;
export const SIGTSTP = 20;
export const SIGWINCH = 28;

export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_TRUNC = 0o1000;
export const O_APPEND = 0o2000;

export const SEEK_SET = 0;
export const SEEK_CUR = 1;
export const SEEK_END = 2;

// WASI preview 1's numbers.
export const FILETYPE_UNKNOWN = 0;
export const FILETYPE_BLOCK_DEVICE = 1;
export const FILETYPE_CHARACTER_DEVICE = 2;
export const FILETYPE_DIRECTORY = 3;
export const FILETYPE_REGULAR_FILE = 4;
export const FILETYPE_SOCKET_DGRAM = 5;
export const FILETYPE_SOCKET_STREAM = 6;
export const FILETYPE_SYMBOLIC_LINK = 7;

/** Terminal attributes as a new terminal has them. */
export const defaultTermios = () => ({
  icanon: true,
  echo: true,
  isig: true,
  cc: { vintr: 0x03, vquit: 0x1c, vsusp: 0x1a, veof: 0x04, verase: 0x7f },
});

/** File systems over others, before a kernel mounts them: src/web/mounts.rs makes what they describe. */
export class OverlayFileSystem {
  constructor(lower, upper) {
    Object.assign(this, { lower, upper });
    Object.freeze(this);
  }
}

export const createOverlayFileSystem = (options) => {
  const { lower, upper } = options ?? {};
  if (typeof lower !== "object" || lower === null) throw new KernelError("EINVAL", "the option lower is no file system");
  return new OverlayFileSystem(lower, upper);
};

/** [lower, upper] of an overlay; undefined for anything else. */
export const layersOf = (fs) => (fs instanceof OverlayFileSystem ? [fs.lower, fs.upper] : undefined);

const allow = () => ({ allow: true });
// Functions of their own, as permissions.js knows them by identity and never calls them.
export const allowAllFs = (_request) => allow();
export const allowAllNetwork = (_request) => allow();
export const allowAllChildProcess = (_request) => allow();
export const allowAllEnv = (_request) => allow();
export const allowAll = Object.freeze({
  fs: allowAllFs,
  network: allowAllNetwork,
  childProcess: allowAllChildProcess,
  env: allowAllEnv,
});

/** The driver of WebAssembly commands, before it is mounted. */
export class WasmVmRuntime {
  name = "wasmvm";
  commands = [];
  #options;

  constructor(options) {
    this.#options = options;
  }

  /**
   * Fetches and compiles the userland (from `base` unless the options say where) and the user's own guests.
   * Resolves to [{ module, bytes?, commands }].
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
  const modules = Object.entries(manifest.modules);
  const total = modules.reduce((sum, [, { size }]) => sum + size, 0);
  let loaded = 0;
  const count = (bytes) => {
    loaded = Math.min(loaded + bytes, total);
    onProgress?.({ loaded, total });
  };
  onProgress?.({ loaded, total });
  return Promise.all(
    modules.map(async ([file, { commands, size }]) => {
      const bytes = await body(await fetched(new URL(file, base)), size, count);
      return { module: await compile(file, bytes), bytes, commands };
    }),
  );
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

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** UTF-8 text of `chunks`, Uint8Arrays. */
export const textOf = (chunks) => decoder.decode(joined(chunks));

/** `chunks` in one array. */
export const joined = (chunks) => {
  if (chunks.length === 1) return chunks[0];
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
};

/** A copy of `data` (text, bytes) as bytes. */
export const bytesOf = (data) => {
  if (typeof data === "string") return encoder.encode(data);
  if (data instanceof ArrayBuffer) return new Uint8Array(data.slice(0));
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  throw new KernelError("EINVAL", "invalid argument: expected a string or a Uint8Array");
};

/** The bytes of a "binary string", one a character (xterm.js' onBinary). */
export const bytesOfBinary = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** A file's attributes. */
export const makeStat = (mode, size, times, ids) => {
  const [atimeMs, mtimeMs, ctimeMs, birthtimeMs] = times;
  const [ino, nlink, uid, gid, blocks, dev, rdev] = ids;
  const kind = mode & 0o170000;
  return {
    mode,
    size,
    isDirectory: kind === 0o040000,
    isSymbolicLink: kind === 0o120000,
    atimeMs,
    mtimeMs,
    ctimeMs,
    birthtimeMs,
    ino,
    nlink,
    uid,
    gid,
    blocks,
    dev,
    rdev,
  };
};
