/**
 * The types of Cobnut's public API. They are written by hand, as wasm-bindgen can't name them; `make build` installs them
 * as `pkg/cobnut.d.ts`.
 */

// ---------------------------------------------------------------------------------------------------------- loading

/** What `init` takes instead of fetching `cobnut_bg.wasm` from beside this file. */
export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOptions {
  /** The module, or where it is. */
  module_or_path?: InitInput | Promise<InitInput>;
  /** The shared memory to use; by default one of at most 1 GiB is made, of 512 or 256 MiB where the browser refuses. */
  memory?: WebAssembly.Memory;
  /** Bytes of the stack of this thread. */
  thread_stack_size?: number;
}

export interface InitOutput {
  readonly memory: WebAssembly.Memory;
}

/** Loads the kernel's module. Await it once before anything else. */
export default function init(options?: InitOptions): Promise<InitOutput>;

/** The same at once, with a compiled module. */
export function initSync(options: { module: BufferSource | WebAssembly.Module; memory?: WebAssembly.Memory }): InitOutput;

// ----------------------------------------------------------------------------------------------------------- kernel

export interface KernelOptions {
  /**
   * Backing filesystem: one of `createInMemoryFileSystem()`'s or `createOverlayFileSystem()`'s, or any object with (some of) the methods of
   * `VirtualFileSystem`, sync or async, which then answers on the page. A new one in memory if it is missing.
   */
  filesystem?: MountableFileSystem;
  /** Access control. Default: allow all. */
  permissions?: Permissions;
  /** Whose the processes are. Default 0, root; for others mode bits, owners and the sticky bit count. */
  uid?: number;
  gid?: number;
  /** What the kernel allows at most; numbers above its defaults are cut to those. */
  limits?: KernelLimits;
  /** Initial environment variables. */
  env?: Record<string, string>;
  /** Initial working directory, made if it is missing. Default "/". */
  cwd?: string;
}

export interface KernelLimits {
  /** Live processes. Default 100: EAGAIN beyond. */
  processes?: number;
  /** Descriptors of a process. Default 256: EMFILE beyond. */
  openFiles?: number;
  /** Open file descriptions of all processes together. Default 8192: ENFILE beyond. */
  openDescriptions?: number;
  /** Pipes, and FIFOs that are open, of all processes together; each may hold 64 KiB. Default 1024: ENFILE beyond. */
  pipes?: number;
  /** Terminals. Default 256: ENOSPC beyond. */
  terminals?: number;
  /** Bytes of memory with which a guest may begin, or be cloned. Default 4 GiB. One that wants more is not started (126). */
  guestMemory?: number;
  /** Bytes of the files of a kernel without the option `filesystem`. Default: half of the shared memory. ENOSPC beyond. */
  fileBytes?: number;
}

/**
 * Creates a new kernel.
 * @throws KernelError in a page that is not cross-origin isolated; its message says what to do.
 */
export function createKernel(options?: KernelOptions): Kernel;

export interface ExecOptions {
  /** Kill the command, and all that it started, after this many ms: the promise rejects with `ETIMEDOUT`. */
  timeout?: number;
  /** Environment variables (merged with the kernel's). */
  env?: Record<string, string>;
  /** Working directory override. */
  cwd?: string;
  /** Data to write to stdin, then close. */
  stdin?: string | Uint8Array;
}

export interface ExecResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

export interface SpawnOptions {
  /** Callback for stdout chunks; without it output goes where the parent's goes, or is thrown away if there is none. */
  onStdout?: (data: Uint8Array) => void;
  /** The same for stderr. */
  onStderr?: (data: Uint8Array) => void;
  /** Environment variables, beside the parent's or the kernel's. */
  env?: Record<string, string>;
  /** Working directory. Default: the parent's, or the kernel's. */
  cwd?: string;
  /** Parent PID: the process is its child, in its group and session. */
  ppid?: number;
  /** A descriptor of the parent's to be standard input, instead of what `writeStdin` gives. */
  stdinFd?: number;
  /** A descriptor of the parent's to be standard output. */
  stdoutFd?: number;
  /** A descriptor of the parent's to be standard error. */
  stderrFd?: number;
}

export interface OpenShellOptions {
  /** Shell command. Default "sh". */
  command?: string;
  /** Arguments to pass to the shell. */
  args?: string[];
  /** Environment variables for the shell. */
  env?: Record<string, string>;
  /** Working directory. */
  cwd?: string;
  /** Initial terminal columns. Default 80. */
  cols?: number;
  /** Initial terminal rows. Default 24. */
  rows?: number;
}

/** What is used of an xterm.js `Terminal`. */
export interface TerminalLike {
  readonly cols: number;
  readonly rows: number;
  write(data: string | Uint8Array, callback?: () => void): void;
  onData(listener: (data: string) => void): { dispose(): void };
  onBinary?(listener: (data: string) => void): { dispose(): void };
  onResize?(listener: (size: { cols: number; rows: number }) => void): { dispose(): void };
}

export interface ConnectTerminalOptions extends OpenShellOptions {
  /** The page's terminal. A page has no terminal of its own: give this, or `onData`. */
  terminal?: TerminalLike;
  /** Custom output handler, which gets the output instead of the terminal. */
  onData?: (data: Uint8Array) => void;
}

export interface ProcessInfo {
  pid: number;
  ppid: number;
  pgid: number;
  sid: number;
  /** The name of the driver that runs it. */
  driver: string;
  command: string;
  args: string[];
  status: "running" | "stopped" | "exited";
  exitCode: number | null;
  /** ms since 1970. */
  startTime: number;
  /** ms. */
  cpuTime: number;
}

/** Numbers for tests and benches. */
export interface KernelStats {
  /** Bytes of the kernels' memory that are allocated. */
  allocatedBytes: number;
  /** Process workers that are not known to be gone. */
  liveWorkers: number;
  /** Those that wait for work. */
  idleWorkers: number;
  /** Those that were stopped and are not known to be gone. */
  tearingDown: number;
  /** Live processes, those being torn down counted. */
  liveProcesses: number;
}

export interface Kernel {
  /** Registers a runtime driver. Resolves when its commands are there; the last-mounted driver of a command wins. */
  mount(driver: RuntimeDriver): Promise<void>;
  /** Executes a shell command string. */
  exec(command: string, options?: ExecOptions): Promise<ExecResult>;
  /** Spawns a process directly. */
  spawn(command: string, args?: string[], options?: SpawnOptions): ManagedProcess;
  /** Opens an interactive shell on a PTY. */
  openShell(options?: OpenShellOptions): ShellHandle;
  /** Runs a shell on the page's terminal; resolves to its exit code. */
  connectTerminal(options?: ConnectTerminalOptions): Promise<number>;
  /** SIGTERM, one second of grace, SIGKILL; then disposes the drivers in reverse order. All later calls throw "disposed". */
  dispose(): Promise<void>;

  writeFile(path: string, content: string | Uint8Array): Promise<void>;
  readFile(path: string): Promise<Uint8Array>;
  mkdir(path: string, options?: { recursive?: boolean }): Promise<void>;
  readdir(path: string): Promise<string[]>;
  stat(path: string): Promise<VirtualStat>;
  exists(path: string): Promise<boolean>;

  /** Mounts a file system at a directory, which is made if it is missing. EBUSY if something is mounted there. */
  mountFs(path: string, fs: MountableFileSystem): Promise<void>;
  /** Takes away what is mounted at a directory. Who has files of it open keeps them. */
  unmountFs(path: string): Promise<void>;

  /** Command name → driver name. */
  readonly commands: Map<string, string>;
  /** Pid → process info. */
  readonly processes: Map<number, ProcessInfo>;
  stats(): KernelStats;
}

export interface ManagedProcess {
  /** Process ID in the kernel's process table. */
  readonly pid: number;
  /** Writes to the process's stdin; what does not fit yet is queued. */
  writeStdin(data: Uint8Array | string): void;
  /** Closes stdin (sends EOF). */
  closeStdin(): void;
  /** Sends a signal. Default SIGTERM (15). */
  kill(signal?: number): void;
  /** Waits for exit, returns the exit code (128 + the signal for death by signal). */
  wait(): Promise<number>;
}

export interface ShellHandle {
  /** PID of the shell process. */
  readonly pid: number;
  /** Writes to the shell (through the PTY's line discipline). */
  write(data: Uint8Array | string): void;
  /** Callback for shell output data. */
  onData: ((data: Uint8Array) => void) | null;
  /** Notifies of a resize: SIGWINCH to the foreground group. */
  resize(cols: number, rows: number): void;
  /** Sends the shell a signal. Default SIGTERM (15); to a shell that ignores it, as an interactive one does, SIGHUP. */
  kill(signal?: number): void;
  /** Waits for exit, returns the exit code. */
  wait(): Promise<number>;
}

// ---------------------------------------------------------------------------------------------------------- drivers

/** A pluggable execution engine: `createWasmVmRuntime()`'s, or one of your own, whose processes run in the page. See docs/drivers.md. */
export interface RuntimeDriver {
  name: string;
  commands: string[];
  init(kernel: KernelInterface): Promise<void>;
  spawn(command: string, args: string[], ctx: ProcessContext): DriverProcess;
  dispose(): Promise<void>;
}

export interface WasmVmRuntimeOptions {
  /** The URL of the folder with `manifest.json` and the userland's modules. Default: `userland/` beside this file. */
  wasmBinaryPath?: string | URL;
  /** Guests of your own, by command name. */
  commands?: Record<string, string | URL | Uint8Array | ArrayBuffer | WebAssembly.Module>;
  /**
   * Folders of guests whose files are called as their commands, such as the reference system's. A web server lists no folders: name the
   * commands, or put a `manifest.json` there, a list of names. They come after the userland's and before `commands`.
   */
  commandDirs?: (string | URL | { url: string | URL; commands: string[] })[];
  /** Hears how much has been loaded of the modules that are to be there before the first command; the others come when they are first called. */
  onProgress?: (progress: { loaded: number; total: number }) => void;
}

/** The driver of WebAssembly commands: the shell and its userland. */
export function createWasmVmRuntime(options?: WasmVmRuntimeOptions): RuntimeDriver;

/** What a driver is told of a process that it is to run. Its descriptors 0, 1 and 2 are open before `spawn` is called. */
export interface ProcessContext {
  pid: number;
  ppid: number;
  env: Record<string, string>;
  cwd: string;
  fds: { stdin: number; stdout: number; stderr: number };
  /** Prints on descriptor 1, as `fdWriteAll` does. */
  onStdout?: (data: Uint8Array) => void;
  onStderr?: (data: Uint8Array) => void;
}

export interface DriverProcess {
  /**
   * Gets what comes on descriptor 0, piece by piece; the next waits for a promise that it answers. One that is declared without a
   * parameter is never called: that driver reads descriptor 0 itself, with `fdRead`.
   */
  writeStdin(data: Uint8Array): void | Promise<void>;
  closeStdin(): void;
  /** A signal that would end the process, or SIGWINCH. SIGKILL has ended it already. */
  kill(signal: number): void;
  /** Resolves to the exit code. The process ends with this or with `onExit`, whichever comes first. */
  wait(): Promise<number>;
  /** Set by the kernel, to be called by the driver. */
  onExit: ((code: number) => void) | null;
  onStdout: ((data: Uint8Array) => void) | null;
  onStderr: ((data: Uint8Array) => void) | null;
}

export interface FDStat {
  filetype: number;
  flags: number;
  rights: bigint;
}

/**
 * What a driver gets of the kernel. Calls that change a process's descriptors, group or session are for processes of drivers like this
 * one (EPERM for others); calls that use a descriptor take any process. Failures are `KernelError`s, thrown or rejected.
 */
export interface KernelInterface {
  /** Over files of the page's own that take their time it answers at once; the first use of the descriptor tells what went wrong. */
  fdOpen(pid: number, path: string, flags?: number, mode?: number): number;
  /** Waits for something to read. A regular file gives all of `length` that it has. Empty at the end. */
  fdRead(pid: number, fd: number, length: number): Promise<Uint8Array>;
  /** How many bytes were taken: fewer than all on a pipe that is getting full, EAGAIN when it takes none. */
  fdWrite(pid: number, fd: number, data: Uint8Array | string): number;
  /** Writes all, however long that takes. Not in the reference. */
  fdWriteAll(pid: number, fd: number, data: Uint8Array | string): Promise<number>;
  fdSeek(pid: number, fd: number, offset: bigint, whence: number): Promise<bigint>;
  fdPread(pid: number, fd: number, length: number, offset: bigint): Promise<Uint8Array>;
  fdPwrite(pid: number, fd: number, data: Uint8Array, offset: bigint): Promise<number>;
  fdClose(pid: number, fd: number): void;
  fdDup(pid: number, fd: number): number;
  fdDup2(pid: number, oldFd: number, newFd: number): void;
  fdStat(pid: number, fd: number): FDStat;
  /** Starts a process of any driver. With `ppid`: its child. */
  spawn(command: string, args?: string[], options?: SpawnOptions): ManagedProcess;
  /** Resolves to the exit code when it has ended. */
  waitpid(pid: number): Promise<{ pid: number; status: number }>;
  /** Of a process, or with a negative number of a group. Default SIGTERM (15); 0 only asks. */
  kill(pid: number, signal?: number): void;
  pipe(pid: number): { readFd: number; writeFd: number };
  getpgid(pid: number): number;
  setpgid(pid: number, pgid: number): void;
  setsid(pid: number): number;
  getsid(pid: number): number;
  openpty(pid: number): { masterFd: number; slaveFd: number; path: string };
  isatty(pid: number, fd: number): boolean;
  ptySetDiscipline(pid: number, fd: number, config: { canonical?: boolean; echo?: boolean; isig?: boolean }): void;
  ptySetForegroundPgid(pid: number, fd: number, pgid: number): void;
  tcgetattr(pid: number, fd: number): Termios;
  tcsetattr(pid: number, fd: number, termios: Partial<Termios>): void;
  tcsetpgrp(pid: number, fd: number, pgid: number): void;
  tcgetpgrp(pid: number, fd: number): number;
  devFdReadDir(pid: number): string[];
  devFdStat(pid: number, fd: number): Promise<VirtualStat>;
  readonly vfs: VirtualFileSystem;
}

// ------------------------------------------------------------------------------------------------------ file systems

export interface VirtualStat {
  /** With Linux's S_IF bits. */
  mode: number;
  size: number;
  isDirectory: boolean;
  isSymbolicLink: boolean;
  atimeMs: number;
  mtimeMs: number;
  ctimeMs: number;
  birthtimeMs: number;
  ino: number;
  nlink: number;
  uid: number;
  gid: number;
  blocks?: number;
  dev?: number;
  rdev?: number;
}

export interface VirtualDirEntry {
  name: string;
  isDirectory: boolean;
  isSymbolicLink?: boolean;
}

export interface VirtualFileSystem {
  readFile(path: string): Promise<Uint8Array>;
  readTextFile(path: string): Promise<string>;
  readDir(path: string): Promise<string[]>;
  readDirWithTypes(path: string): Promise<VirtualDirEntry[]>;
  writeFile(path: string, content: string | Uint8Array): Promise<void>;
  createDir(path: string): Promise<void>;
  mkdir(path: string, options?: { recursive?: boolean }): Promise<void>;
  exists(path: string): Promise<boolean>;
  stat(path: string): Promise<VirtualStat>;
  lstat(path: string): Promise<VirtualStat>;
  removeFile(path: string): Promise<void>;
  removeDir(path: string): Promise<void>;
  rename(oldPath: string, newPath: string): Promise<void>;
  realpath(path: string): Promise<string>;
  symlink(target: string, linkPath: string): Promise<void>;
  readlink(path: string): Promise<string>;
  link(oldPath: string, newPath: string): Promise<void>;
  chmod(path: string, mode: number): Promise<void>;
  chown(path: string, uid: number, gid: number): Promise<void>;
  utimes(path: string, atimeMs: number, mtimeMs: number): Promise<void>;
  truncate(path: string, length: number): Promise<void>;
  pread(path: string, offset: number, length: number): Promise<Uint8Array>;
  pwrite?(path: string, offset: number, data: Uint8Array): Promise<void>;
}

/** A new file system in memory. */
export function createInMemoryFileSystem(): VirtualFileSystem;

/** File systems over others. For the option `filesystem` and `mountFs`; its files are seen through the kernel. */
export interface OverlayFileSystem {
  readonly lower: MountableFileSystem;
  readonly upper?: MountableFileSystem;
}

/** What can be mounted. */
export type MountableFileSystem = Partial<VirtualFileSystem> | OverlayFileSystem;

/**
 * A writable tree over one that is never changed: what is changed is first copied into `upper`, a new file system in memory if it is
 * missing. What was removed is remembered for as long as the overlay is mounted.
 */
export function createOverlayFileSystem(options: { lower: MountableFileSystem; upper?: MountableFileSystem }): OverlayFileSystem;

// ------------------------------------------------------------------------------------------------------- permissions

export interface PermissionDecision {
  allow: boolean;
  reason?: string;
}

/**
 * A rule that is decided without the page: the first that matches a request decides, and what none matches is denied.
 * Globs: `*` stays within a path's component, `**` does not.
 */
export interface PermissionRule {
  allow: boolean;
  /** Why, for the message of the error. */
  reason?: string;
  /** Operations; all if it is missing. */
  op?: string | string[];
  /** Globs of canonical paths (`fs`); any if it is missing. */
  path?: string | string[];
  /** Globs of command names or canonical paths (`childProcess`). */
  command?: string | string[];
  /** Globs of host names (`network`). */
  hostname?: string | string[];
  /** Globs of variables (`env`). */
  name?: string | string[];
}

/**
 * How a kind of requests is decided: always, by a callback, or by rules. A callback that throws or answers something else
 * denies. It may answer a promise; the one who asked waits, the page does not.
 */
export type PermissionCheck<Request> =
  | boolean
  | ((request: Request) => boolean | PermissionDecision | Promise<boolean | PermissionDecision>)
  | PermissionRule[];

export interface FsAccessRequest {
  op:
    | "read"
    | "write"
    | "mkdir"
    | "createDir"
    | "readdir"
    | "stat"
    | "rm"
    | "rename"
    | "exists"
    | "symlink"
    | "readlink"
    | "link"
    | "chmod"
    | "chown"
    | "utimes"
    | "truncate";
  path: string;
}

export interface NetworkAccessRequest {
  op: "fetch" | "http" | "dns" | "listen" | "connect";
  url?: string;
  method?: string;
  hostname?: string;
}

export interface ChildProcessAccessRequest {
  command: string;
  args: string[];
  cwd?: string;
  env?: Record<string, string>;
}

export interface EnvAccessRequest {
  op: "read" | "write";
  key: string;
  /** The same as `key`. */
  name: string;
  value?: string;
}

/**
 * What programs, and calls of this API on files, may do. What is denied fails with EACCES and the reason. In an object, a missing
 * `fs` or `network` denies, a missing `childProcess` allows, and a missing `env` gives programs an empty environment.
 */
export interface Permissions {
  fs?: PermissionCheck<FsAccessRequest>;
  network?: PermissionCheck<NetworkAccessRequest>;
  childProcess?: PermissionCheck<ChildProcessAccessRequest>;
  env?: PermissionCheck<EnvAccessRequest>;
}

export const allowAllFs: (request: FsAccessRequest) => PermissionDecision;
export const allowAllNetwork: (request: NetworkAccessRequest) => PermissionDecision;
export const allowAllChildProcess: (request: ChildProcessAccessRequest) => PermissionDecision;
export const allowAllEnv: (request: EnvAccessRequest) => PermissionDecision;
export const allowAll: Readonly<Required<Permissions>>;

// --------------------------------------------------------------------------------------------------------- terminals

export interface TermiosCC {
  vintr: number;
  vquit: number;
  vsusp: number;
  veof: number;
  verase: number;
}

export interface Termios {
  /** Canonical mode (line buffering). */
  icanon: boolean;
  echo: boolean;
  /** Signal generation from control characters. */
  isig: boolean;
  cc: TermiosCC;
}

export function defaultTermios(): Termios;

// ------------------------------------------------------------------------------------------------------------ errors

export type KernelErrorCode =
  | "E2BIG"
  | "EACCES"
  | "EAGAIN"
  | "EBADF"
  | "EBUSY"
  | "ECANCELED"
  | "ECHILD"
  | "EDEADLK"
  | "EDOM"
  | "EEXIST"
  | "EFAULT"
  | "EFBIG"
  | "EINTR"
  | "EINVAL"
  | "EIO"
  | "EISDIR"
  | "ELOOP"
  | "EMFILE"
  | "EMLINK"
  | "ENAMETOOLONG"
  | "ENFILE"
  | "ENODEV"
  | "ENOENT"
  | "ENOEXEC"
  | "ENOLCK"
  | "ENOMEM"
  | "ENOSPC"
  | "ENOSYS"
  | "ENOTDIR"
  | "ENOTEMPTY"
  | "ENOTSOCK"
  | "ENOTSUP"
  | "ENOTTY"
  | "ENXIO"
  | "EOVERFLOW"
  | "EPERM"
  | "EPIPE"
  | "ERANGE"
  | "EROFS"
  | "ESPIPE"
  | "ESRCH"
  | "ETIMEDOUT"
  | "ETXTBSY"
  | "EXDEV";

/** Structured error of a kernel operation. */
export class KernelError extends Error {
  constructor(code: KernelErrorCode, message?: string);
  readonly code: KernelErrorCode;
  /** What a command that timed out had printed. */
  readonly stdout?: string;
  readonly stderr?: string;
}

// --------------------------------------------------------------------------------------------------------- constants

export const SIGHUP: 1;
export const SIGINT: 2;
export const SIGQUIT: 3;
export const SIGKILL: 9;
export const SIGPIPE: 13;
export const SIGALRM: 14;
export const SIGTERM: 15;
export const SIGCHLD: 17;
export const SIGCONT: 18;
export const SIGSTOP: 19;
export const SIGTSTP: 20;
export const SIGWINCH: 28;

export const O_RDONLY: 0;
export const O_WRONLY: 1;
export const O_RDWR: 2;
export const O_CREAT: 0o100;
export const O_EXCL: 0o200;
export const O_TRUNC: 0o1000;
export const O_APPEND: 0o2000;

export const SEEK_SET: 0;
export const SEEK_CUR: 1;
export const SEEK_END: 2;

export const FILETYPE_UNKNOWN: 0;
export const FILETYPE_BLOCK_DEVICE: 1;
export const FILETYPE_CHARACTER_DEVICE: 2;
export const FILETYPE_DIRECTORY: 3;
export const FILETYPE_REGULAR_FILE: 4;
export const FILETYPE_SOCKET_DGRAM: 5;
export const FILETYPE_SOCKET_STREAM: 6;
export const FILETYPE_SYMBOLIC_LINK: 7;
