// A kernel's files as a `VirtualFileSystem`: each method is a call into the kernel, with the kernel's permissions.

const METHODS = [
  "readFile", "readTextFile", "readDir", "readDirWithTypes", "writeFile", "createDir", "mkdir", "exists", "stat", "lstat", "removeFile", "removeDir",
  "rename", "realpath", "symlink", "readlink", "link", "chmod", "chown", "utimes", "truncate", "pread", "pwrite",
];

/** `call(method, args)` answers a promise. */
export class KernelFileSystem {
  constructor(call) {
    for (const method of METHODS) {
      Object.defineProperty(this, method, { value: (...args) => call(method, args), enumerable: true });
    }
  }
}
