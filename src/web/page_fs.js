// A `VirtualFileSystem` of the page's own, as the kernel calls it: sync or async, complete or not.
//
// Each operation is a generator that yields what the object's methods answer. It runs through at once as long as they answer values, and
// goes on asynchronously from the first promise. Methods that are missing are made of others where that is possible, and are ENOSYS
// otherwise. What is thrown has its errno in `code`; anything else is EIO.
import { bytesOf } from "./api.js";

/** Whether `object` can be taken for a file system at all. */
export const isFileSystem = (object) =>
  typeof object === "object" && object !== null && ["stat", "lstat", "readFile", "readDir"].some((name) => typeof object[name] === "function");

class Missing extends Error {
  code = "ENOSYS";
}

const has = (fs, name) => typeof fs[name] === "function";
const call = (fs, name, ...args) => {
  if (!has(fs, name)) throw new Missing(name);
  return fs[name](...args);
};

const S_IFDIR = 0o040000;
const S_IFLNK = 0o120000;
const S_IFREG = 0o100000;
const S_IFMT = 0o170000;

/** [mode, size, nlink, uid, gid, atime, mtime, ctime, birthtime], times in ms. */
const statParts = (stat) => {
  const kind = stat.isSymbolicLink ? S_IFLNK : stat.isDirectory ? S_IFDIR : S_IFREG;
  const mode = (Number(stat.mode ?? 0) & ~S_IFMT) || (stat.isDirectory ? 0o755 : 0o644);
  const number = (value, fallback) => (Number.isFinite(Number(value)) ? Math.max(0, Number(value)) : fallback);
  const mtime = number(stat.mtimeMs, 0);
  return [
    kind | (mode & 0o7777), number(stat.size, 0), number(stat.nlink, 1), number(stat.uid, 0), number(stat.gid, 0),
    number(stat.atimeMs, mtime), mtime, number(stat.ctimeMs, mtime), number(stat.birthtimeMs, mtime),
  ];
};

function* lstat(fs, path) {
  const stat = yield has(fs, "lstat") ? fs.lstat(path) : call(fs, "stat", path);
  if (typeof stat !== "object" || stat === null) throw new TypeError("stat answered no object");
  return statParts(stat);
}

function* content(fs, path) {
  return bytesOf(yield call(fs, "readFile", path));
}

/** The file with `data` at `offset`, zeros before it where it was shorter. */
const patched = (old, offset, data) => {
  const all = new Uint8Array(Math.max(old.length, offset + data.length));
  all.set(old);
  all.set(data, offset);
  return all;
};

/** Makes something, then sets its mode where the file system has modes. */
function* made(fs, path, mode, making) {
  yield making;
  if (has(fs, "chmod")) yield fs.chmod(path, mode);
  return yield* lstat(fs, path);
}

const OPERATIONS = {
  lstat,
  *readDir(fs, path) {
    if (has(fs, "readDirWithTypes")) {
      const entries = yield fs.readDirWithTypes(path);
      return [...entries].map(({ name, isDirectory, isSymbolicLink }) => [name, isSymbolicLink ? S_IFLNK : isDirectory ? S_IFDIR : S_IFREG]);
    }
    const named = [];
    for (const name of yield call(fs, "readDir", path)) {
      const [mode] = yield* lstat(fs, `${path === "/" ? "" : path}/${name}`);
      named.push([name, mode & S_IFMT]);
    }
    return named;
  },
  *readlink(fs, path) {
    return bytesOf(yield call(fs, "readlink", path));
  },
  *pread(fs, path, offset, length) {
    if (has(fs, "pread")) return bytesOf(yield fs.pread(path, offset, length));
    return (yield* content(fs, path)).slice(offset, offset + length);
  },
  *pwrite(fs, path, offset, data) {
    if (has(fs, "pwrite")) yield fs.pwrite(path, offset, data);
    else yield call(fs, "writeFile", path, patched(yield* content(fs, path), offset, data));
  },
  *create(fs, path, mode) {
    return yield* made(fs, path, mode, call(fs, "writeFile", path, new Uint8Array(0)));
  },
  *mkdir(fs, path, mode) {
    return yield* made(fs, path, mode, has(fs, "mkdir") ? fs.mkdir(path) : call(fs, "createDir", path));
  },
  *symlink(fs, target, path) {
    yield call(fs, "symlink", target, path);
    return yield* lstat(fs, path);
  },
  *link(fs, old, path) {
    yield call(fs, "link", old, path);
  },
  *removeFile(fs, path) {
    yield call(fs, "removeFile", path);
  },
  *removeDir(fs, path) {
    yield call(fs, "removeDir", path);
  },
  *rename(fs, old, path) {
    yield call(fs, "rename", old, path);
  },
  *chmod(fs, path, mode) {
    yield call(fs, "chmod", path, mode);
  },
  *chown(fs, path, uid, gid) {
    yield call(fs, "chown", path, uid, gid);
  },
  *utimes(fs, path, atimeMs, mtimeMs) {
    yield call(fs, "utimes", path, atimeMs, mtimeMs);
  },
  *truncate(fs, path, length) {
    if (has(fs, "truncate")) yield fs.truncate(path, length);
    else yield call(fs, "writeFile", path, patched((yield* content(fs, path)).slice(0, length), length, new Uint8Array(0)));
  },
};

const isPromise = (value) => typeof value?.then === "function";
const failed = (error) => ({ code: typeof error?.code === "string" ? error.code : "EIO" });

/** Runs `steps` from `value` on, until it ends or yields a promise. */
const run = (steps, resume) => {
  for (let step = resume(); ; ) {
    if (step.done) return { value: step.value };
    const { value } = step;
    if (isPromise(value)) {
      return Promise.resolve(value).then(
        (settled) => guarded(() => run(steps, () => steps.next(settled))),
        (error) => guarded(() => run(steps, () => steps.throw(error))),
      );
    }
    step = steps.next(value);
  }
};

const guarded = (work) => {
  try {
    return work();
  } catch (error) {
    return failed(error);
  }
};

/** { value } or { code }, or a promise of it. */
export const perform = (fs, operation, args) =>
  guarded(() => {
    const steps = OPERATIONS[operation](fs, ...args);
    return run(steps, () => steps.next());
  });
