// The part of the public API that is JavaScript by nature: the error class, constants, permission presets, and what must work even
// when the kernel's memory is broken.

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
