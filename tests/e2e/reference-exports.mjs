//! Sentences of the public API's reference that no other test holds: errors, constants, types and permissions.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Suite, output, root } from "./support/suite.mjs";
import { serveBarePage } from "./support/bare.mjs";
import { probeReady as ready } from "./support/probe.mjs";

const exported = new Suite("reference: errors and constants", { serve: serveBarePage, ready });
const permissions = new Suite("reference: permissions", { serve: serveBarePage, ready });

export const suites = [exported, permissions];

// ------------------------------------------------------------------------------------------------ errors, constants

exported.test("each_code_of_the_reference_and_more_come_from_real_calls_with_their_words", async ({ page }) => {
  const said = await page.evaluate(async () => {
    const { kernel, ki, pid, process } = await probe({ permissions: { fs: [{ allow: false, path: "/denied/**" }, { allow: true }], env: true }, limits: { openFiles: 40 } });
    const { vfs } = ki;
    await vfs.writeFile("/tmp/f", "x");
    await kernel.mkdir("/tmp/d");
    await vfs.writeFile("/tmp/d/f", "x");
    await vfs.symlink("loop", "/tmp/loop");
    const stat = (path) => ({ mode: 0o644, size: 1, isDirectory: path === "/" });
    await kernel.mountFs("/odd", { stat, readFile: async () => { throw new Error("odd"); } });
    // SIGPIPE is not to end it.
    process.kill = () => {};
    const pipe = ki.pipe(pid);
    const broken = ki.pipe(pid);
    ki.fdClose(pid, broken.readFd);
    ki.fdWrite(pid, pipe.writeFd, new Uint8Array(65_536));
    const full = ki.fdOpen(pid, "/dev/full", 1);
    const calls = {
      EACCES: () => vfs.readFile("/denied/f"), EBADF: () => ki.fdRead(pid, 999, 1), EEXIST: () => vfs.mkdir("/tmp/d"), EINVAL: () => ki.fdSeek(pid, full, 0n, 7), EIO: () => vfs.readFile("/odd/f"),
      EISDIR: () => vfs.readFile("/tmp/d"), ENOENT: () => vfs.readFile("/tmp/none"), ENOSYS: () => vfs.readDir("/odd"), ENOTEMPTY: () => vfs.removeDir("/tmp/d"), ENOTDIR: () => vfs.readFile("/tmp/f/g"),
      EPERM: () => ki.setsid(pid), EPIPE: () => ki.fdWrite(pid, broken.writeFd, "x"), ESPIPE: () => ki.fdPread(pid, pipe.readFd, 1, 0n), ESRCH: () => ki.kill(99999, 15), ETIMEDOUT: () => kernel.exec("sleep 100", { timeout: 50 }),
      EAGAIN: () => ki.fdWrite(pid, pipe.writeFd, "x"), ELOOP: () => vfs.readFile("/tmp/loop"), ENAMETOOLONG: () => vfs.writeFile(`/tmp/${"n".repeat(256)}`, ""), ENOSPC: () => ki.fdWrite(pid, full, "x"),
      ENOTTY: () => ki.tcgetattr(pid, pipe.readFd), EXDEV: () => vfs.rename("/tmp/f", "/odd/f"), EBUSY: () => kernel.mountFs("/odd", cobnut.createInMemoryFileSystem()),
      EMFILE: () => { for (;;) ki.fdDup(pid, full); },
    };
    const answers = {};
    for (const [name, call] of Object.entries(calls)) answers[name] = (await outcome(call)).error;
    return answers;
  });
  const WORDS = {
    EACCES: "permission denied", EBADF: "bad file descriptor", EEXIST: "file exists", EINVAL: "invalid argument", EIO: "input/output error", EISDIR: "is a directory", ENOENT: "no such file or directory",
    ENOSYS: "function not implemented", ENOTEMPTY: "directory not empty", ENOTDIR: "not a directory", EPERM: "operation not permitted", EPIPE: "broken pipe", ESPIPE: "illegal seek", ESRCH: "no such process",
    ETIMEDOUT: "operation timed out", EAGAIN: "resource temporarily unavailable", ELOOP: "too many levels of symbolic links", ENAMETOOLONG: "file name too long", ENOSPC: "no space left on device",
    ENOTTY: "inappropriate ioctl for device", EXDEV: "invalid cross-device link", EBUSY: "device or resource busy", EMFILE: "too many open files",
  };
  for (const [code, words] of Object.entries(WORDS)) {
    const { isKernelError, name, code: got, message } = said[code] ?? {};
    assert.deepEqual([isKernelError, name, got], [true, "KernelError", code], `${code}: ${message}`);
    assert.ok(message.startsWith(`${code}: ${words}`), message);
  }
  assert.deepEqual(Object.keys(said).sort(), Object.keys(WORDS).sort());
  // What and where.
  assert.match(said.EBADF.message, /: descriptor 999$/);
  assert.match(said.ENOENT.message, /: \/tmp\/none$/);
});

exported.test("messages_of_wrong_arguments_begin_with_their_errno_s_words", async ({ page }) => {
  const messages = await page.evaluate(async () => {
    const kernel = await boot();
    const tries = [
      () => kernel.exec("true", 5), () => kernel.exec("true", { timeout: "x" }), () => kernel.exec("true", { stdin: 5 }), () => kernel.spawn("true", "args"), () => kernel.spawn("true", [], { stdinFd: 0 }), () => kernel.connectTerminal(),
      () => kernel.connectTerminal({ terminal: {} }), () => cobnut.createKernel({ cwd: "relative" }), () => cobnut.createKernel({ permissions: 7 }), () => kernel.mount({}), () => kernel.mountFs("/m", {}),
    ];
    const all = [];
    for (const each of tries) all.push((await outcome(each)).error?.message ?? String(each));
    await kernel.dispose();
    return { all, disposed: (await outcome(() => kernel.exec("true"))).error.message };
  });
  for (const message of messages.all) assert.match(message, /^EINVAL: invalid argument: ./);
  assert.match(messages.disposed, /^ECANCELED: operation canceled: the kernel is disposed$/);
});

exported.test("a_KernelError_is_an_Error_with_a_code", async ({ page }) => {
  const result = await page.evaluate(async () => {
    await cobnut.default();
    const error = new cobnut.KernelError("EBADF", "bad file descriptor");
    return [error instanceof Error, error instanceof cobnut.KernelError, error.name, error.code, error.message];
  });
  assert.deepEqual(result, [true, true, "KernelError", "EBADF", "EBADF: bad file descriptor"]);
});

/** Every constant and its number: signals and open(2)'s flags are Linux's, kinds of files WASI's. */
const CONSTANTS = {
  SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGPIPE: 13, SIGALRM: 14, SIGTERM: 15, SIGCHLD: 17, SIGCONT: 18, SIGSTOP: 19, SIGTSTP: 20, SIGWINCH: 28,
  O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2, O_CREAT: 0o100, O_EXCL: 0o200, O_TRUNC: 0o1000, O_APPEND: 0o2000,
  SEEK_SET: 0, SEEK_CUR: 1, SEEK_END: 2,
  FILETYPE_UNKNOWN: 0, FILETYPE_BLOCK_DEVICE: 1, FILETYPE_CHARACTER_DEVICE: 2, FILETYPE_DIRECTORY: 3, FILETYPE_REGULAR_FILE: 4, FILETYPE_SOCKET_DGRAM: 5, FILETYPE_SOCKET_STREAM: 6, FILETYPE_SYMBOLIC_LINK: 7,
};

exported.test("constants_have_their_numbers", async ({ page }) => {
  const found = await page.evaluate(() => Object.fromEntries(Object.entries(cobnut).filter(([name]) => /^(SIG|O_|SEEK_|FILETYPE_)/.test(name))));
  assert.deepEqual(found, Object.fromEntries(Object.entries(CONSTANTS).sort()));
});

exported.test("flags_whence_and_file_types_mean_what_they_say_to_the_kernel", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { ki, pid } = await probe();
    const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_APPEND, SEEK_SET, SEEK_CUR, SEEK_END } = cobnut;
    const open = (flags, path = "/tmp/f") => ki.fdOpen(pid, path, flags, 0o644);
    const writer = open(O_WRONLY | O_CREAT | O_EXCL);
    ki.fdWrite(pid, writer, "0123456789");
    const both = open(O_RDWR);
    const reader = open(O_RDONLY);
    const errors = [await codeOf(() => open(O_WRONLY | O_CREAT | O_EXCL)), await codeOf(() => ki.fdRead(pid, writer, 1)), await codeOf(() => ki.fdWrite(pid, reader, "x"))];
    const places = [await ki.fdSeek(pid, both, 4n, SEEK_SET), await ki.fdSeek(pid, both, 2n, SEEK_CUR), await ki.fdSeek(pid, both, -1n, SEEK_END)].map(String);
    const append = open(O_WRONLY | O_APPEND);
    ki.fdWrite(pid, append, "+");
    const size = (await ki.vfs.stat("/tmp/f")).size;
    open(O_WRONLY | O_TRUNC);
    const { slaveFd } = ki.openpty(pid);
    const kinds = [reader, ki.fdOpen(pid, "/tmp"), ki.fdOpen(pid, "/dev/null"), slaveFd, ki.pipe(pid).readFd].map((fd) => ki.fdStat(pid, fd).filetype);
    return { errors, places, size, cut: (await ki.vfs.stat("/tmp/f")).size, kinds };
  });
  assert.deepEqual(result, { errors: ["EEXIST", "EBADF", "EBADF"], places: ["4", "6", "9"], size: 11, cut: 0, kinds: [4, 3, 2, 2, 0] });
});

exported.test("every_value_that_the_types_declare_is_exported", async ({ page }) => {
  const declared = [...readFileSync(join(root, "pkg/cobnut.d.ts"), "utf8").matchAll(/^export (default )?(?:const|function|class) (\w+)/gm)].map(([, isDefault, name]) => (isDefault ? "default" : name));
  const missing = await page.evaluate((names) => names.filter((name) => cobnut[name] === undefined), declared);
  assert.deepEqual(missing, []);
  for (const name of ["createKernel", "default", "SIGTERM", "KernelError"]) assert.ok(declared.includes(name), name);
});

/** The types that users import: the reference's, then Cobnut's own. */
const TYPES = [
  "KernelOptions", "ExecOptions", "ExecResult", "SpawnOptions", "Kernel", "ManagedProcess", "ProcessInfo", "FDStat", "OpenShellOptions", "ShellHandle", "ConnectTerminalOptions", "RuntimeDriver", "KernelInterface",
  "ProcessContext", "DriverProcess", "KernelErrorCode", "Termios", "TermiosCC", "VirtualFileSystem", "VirtualStat", "Permissions",
  "InitInput", "InitOptions", "InitOutput", "KernelLimits", "KernelStats", "TerminalLike", "WasmVmRuntimeOptions", "VirtualDirEntry", "PermissionDecision", "PermissionRule", "FsAccessRequest", "NetworkAccessRequest",
  "ChildProcessAccessRequest", "EnvAccessRequest",
];

exported.test("types_of_everything_are_exported_and_the_reference_s_code_compiles", async () => {
  const folder = join(output, "types");
  mkdirSync(folder, { recursive: true });
  const code = `
import { createKernel, createInMemoryFileSystem, createWasmVmRuntime, allowAll, allowAllFs, allowAllNetwork, allowAllChildProcess, allowAllEnv, defaultTermios, KernelError, O_RDONLY, SEEK_SET, ${Object.keys(CONSTANTS).filter((name) => name !== "O_RDONLY" && name !== "SEEK_SET").join(", ")} } from "cobnut";
import type { PermissionCheck, ${TYPES.join(", ")} } from "cobnut";
export type All = [PermissionCheck<FsAccessRequest>, ${TYPES.join(", ")}];
const options: KernelOptions = { filesystem: createInMemoryFileSystem(), permissions: { fs: allowAllFs, network: false, childProcess: allowAllChildProcess, env: (req) => ["HOME", "PATH"].includes(req.name) }, env: { HOME: "/root" }, cwd: "/root" };
export const kernel: Kernel = createKernel(options);
export async function all(ki: KernelInterface, pid: number, driver: RuntimeDriver): Promise<void> {
  await kernel.mount(createWasmVmRuntime({ wasmBinaryPath: "..." }));
  await kernel.mount(driver);
  const result: ExecResult = await kernel.exec("echo hello && ls /tmp", { timeout: 10000, env: { DEBUG: "true" }, cwd: "/", stdin: "x" });
  const words: [number, string, string] = [result.exitCode, result.stdout, result.stderr];
  const proc: ManagedProcess = kernel.spawn("cat", [], { onStdout: (data: Uint8Array) => {}, onStderr: (data) => {}, env: {}, cwd: "/", ppid: 1, stdinFd: 0, stdoutFd: 1, stderrFd: 2 });
  proc.writeStdin(new TextEncoder().encode("hello\\n")); proc.writeStdin("x"); proc.closeStdin(); proc.kill(15); proc.kill();
  const code: number = await proc.wait();
  const shell: ShellHandle = kernel.openShell({ command: "sh", args: [], cols: 80, rows: 24, env: { TERM: "xterm-256color" }, cwd: "/" });
  shell.onData = (data) => {}; shell.onData = null; shell.write("echo hello\\n"); shell.resize(120, 40); shell.kill(15);
  const last: number = await kernel.connectTerminal({ command: "node", args: ["--interactive"], onData: (data) => {} });
  const commands: Map<string, string> = kernel.commands; const processes: Map<number, ProcessInfo> = kernel.processes;
  const fd: number = ki.fdOpen(pid, "/tmp/file.txt", O_RDONLY, 0o644);
  const data: Uint8Array = await ki.fdRead(pid, fd, 1024); const written: number = ki.fdWrite(pid, fd, data); const pos: bigint = await ki.fdSeek(pid, fd, 0n, SEEK_SET);
  ki.fdClose(pid, fd); const fd2: number = ki.fdDup(pid, fd); ki.fdDup2(pid, fd, fd2); const stat: FDStat = ki.fdStat(pid, fd);
  const part: Uint8Array = await ki.fdPread(pid, fd, 5, 0n); const count: number = await ki.fdPwrite(pid, fd, data, 10n);
  const child: ManagedProcess = ki.spawn("x", [], { ppid: pid, env: {}, cwd: "/app", onStdout: () => {}, onStderr: () => {} }); const { pid: which, status } = await ki.waitpid(child.pid);
  ki.kill(-which, status); const { readFd, writeFd } = ki.pipe(pid); const pgid: number = ki.getpgid(pid); ki.setpgid(pid, pgid); const sid: number = ki.setsid(pid) + ki.getsid(pid);
  const { masterFd, slaveFd, path } = ki.openpty(pid); const tty: boolean = ki.isatty(pid, slaveFd); ki.ptySetDiscipline(pid, slaveFd, { canonical: true, echo: true, isig: true }); ki.ptySetForegroundPgid(pid, slaveFd, pgid);
  const termios: Termios = ki.tcgetattr(pid, slaveFd); ki.tcsetattr(pid, slaveFd, { icanon: false, echo: false, isig: false }); ki.tcsetpgrp(pid, slaveFd, pgid); const fgPgid: number = ki.tcgetpgrp(pid, slaveFd);
  const fds: string[] = ki.devFdReadDir(pid); const behind: VirtualStat = await ki.devFdStat(pid, 5); const cc: TermiosCC = defaultTermios().cc;
  void ki.vfs.readFile(path); void ki.vfs.writeFile(path, "x"); void ki.vfs.readDir(path); void ki.vfs.stat(path); void ki.vfs.mkdir(path); void ki.vfs.exists(path); void ki.vfs.removeFile(path); void ki.vfs.rename(path, path); void ki.vfs.symlink(path, path); void ki.vfs.readlink(path);
  try { await kernel.dispose(); } catch (error) { if (error instanceof KernelError) { const problem: KernelErrorCode = error.code; void problem; } }
  void [words, code, last, commands, processes, written, pos, stat, part, count, readFd, writeFd, sid, masterFd, tty, termios, fgPgid, fds, behind, cc, allowAll, allowAllNetwork, allowAllEnv];
  void [${Object.keys(CONSTANTS).join(", ")}];
}
export class Mine implements RuntimeDriver {
  name = "mine"; commands = ["mine"]; ki!: KernelInterface;
  async init(kernel: KernelInterface): Promise<void> { this.ki = kernel; }
  spawn(command: string, args: string[], ctx: ProcessContext): DriverProcess {
    ctx.onStdout?.(new Uint8Array()); ctx.onStderr?.(new Uint8Array()); const { stdin, stdout, stderr } = ctx.fds; const where: string = ctx.cwd + ctx.env["HOME"]; void [command, args, stdin, stdout, stderr, where, ctx.pid + ctx.ppid];
    return { writeStdin(data: Uint8Array): void {}, closeStdin(): void {}, kill(signal: number): void {}, async wait(): Promise<number> { return 0; }, onExit: null, onStdout: null, onStderr: null };
  }
  async dispose(): Promise<void> {}
}
`;
  writeFileSync(join(folder, "reference.ts"), code);
  const paths = { cobnut: [join(root, "pkg/cobnut.d.ts")] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { target: "es2022", lib: ["es2022", "dom"], module: "esnext", moduleResolution: "bundler", strict: true, noEmit: true, types: [], paths }, include: ["*.ts"] }));
  const { stdout } = await promisify(execFile)(join(root, "node_modules/.bin/tsc"), ["--project", folder]).catch((error) => error);
  assert.equal(stdout, "");
});

// ------------------------------------------------------------------------------------------------------- permissions

permissions.test("presets_allow_whatever_they_are_asked", async ({ page }) => {
  const result = await page.evaluate(async () => {
    await cobnut.default();
    const { allowAll, allowAllFs, allowAllNetwork, allowAllChildProcess, allowAllEnv } = cobnut;
    const answers = [allowAllFs({ op: "write", path: "/" }), allowAllNetwork({ op: "listen" }), allowAllChildProcess({ command: "rm", args: [] }), allowAllEnv({ op: "read", key: "A", name: "A" })];
    return { answers, all: [allowAll.fs === allowAllFs, allowAll.network === allowAllNetwork, allowAll.childProcess === allowAllChildProcess, allowAll.env === allowAllEnv, Object.keys(allowAll).length] };
  });
  assert.deepEqual(result, { answers: Array(4).fill({ allow: true }), all: [true, true, true, true, 4] });
});

permissions.test("the_reference_s_mixture_of_presets_booleans_and_callbacks_works", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { allowAllFs, allowAllChildProcess } = await cobnut.default().then(() => cobnut);
    const asked = [];
    const env = (req) => { asked.push(req); return ["HOME", "PATH"].includes(req.name); };
    const kernel = await boot({ env: { HOME: "/root", PATH: "/bin", TOKEN: "t" }, permissions: { fs: allowAllFs, network: false, childProcess: allowAllChildProcess, env } });
    const { stdout } = await kernel.exec("echo a > /tmp/f; cat /tmp/f; env | grep -c TOKEN; echo $HOME");
    const denied = await boot({ permissions: { fs: true, env: true, childProcess: () => ({ allow: false, reason: "not today" }) } });
    return { stdout, shape: asked.every(({ op, key, name }) => op === "read" && key === name), denied: (await outcome(denied.exec("true"))).error };
  });
  assert.deepEqual([result.stdout, result.shape, result.denied?.code], ["a\n0\n/root\n", true, "EACCES"]);
  assert.match(result.denied.message, /^EACCES: permission denied: .*\(not today\)$/);
});

permissions.test("requests_have_the_reference_s_shape_and_what_is_missing_its_default", async ({ page }) => {
  // What Rust passes on; nothing in the kernel makes requests about the network yet.
  const result = await page.evaluate(async () => {
    const { decide, readPolicy } = await import("./snippets/permissions.js");
    const asked = [];
    const check = (request) => { asked.push(request); return { allow: false, reason: "why" }; };
    const all = { fs: check, network: check, childProcess: check, env: check };
    const answers = [
      decide(all, "fs", ["read", "/a"]), decide(all, "network", ["fetch", "http://host/", "GET", "host"]), decide(all, "network", ["dns", "", "", "host"]),
      decide(all, "childProcess", ["", "ls", ["-l"], "/tmp", ["A=1", "B=x=y"]]), decide(all, "env", ["write", "KEY", "value"]),
    ];
    return { asked, answers, missing: readPolicy({}), none: readPolicy(undefined), given: readPolicy({ fs: true, network: false, childProcess: check, env: [{ allow: true }] }) };
  });
  assert.deepEqual(result.asked, [
    { op: "read", path: "/a" }, { op: "fetch", url: "http://host/", method: "GET", hostname: "host" }, { op: "dns", hostname: "host" },
    { command: "ls", args: ["-l"], cwd: "/tmp", env: { A: "1", B: "x=y" } }, { op: "write", key: "KEY", name: "KEY", value: "value" },
  ]);
  assert.deepEqual(result.answers, Array(5).fill({ allow: false, reason: "why" }));
  assert.deepEqual([result.missing, result.none], [["deny", "deny", "allow", "deny"], ["allow", "allow", "allow", "allow"]]);
  assert.deepEqual(result.given, ["allow", "deny", "ask", [[true, undefined, [], []]]]);
});

permissions.test("file_requests_of_the_page_s_calls_carry_the_reference_s_ops", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const asked = [];
    const { ki, pid } = await probe({ permissions: { fs: ({ op, path }) => { if (path.startsWith("/tmp/d")) asked.push(`${op} ${path}`); return true; }, env: true } });
    const { vfs } = ki;
    const did = async (work) => { asked.length = 0; await work(); return asked.join(", "); };
    return {
      mkdir: await did(() => vfs.mkdir("/tmp/d")), createDir: await did(() => vfs.createDir("/tmp/d/e")), write: await did(() => vfs.writeFile("/tmp/d/f", "x")), read: await did(() => vfs.readFile("/tmp/d/f")), readdir: await did(() => vfs.readDir("/tmp/d")),
      stat: await did(() => vfs.stat("/tmp/d/f")), exists: await did(() => vfs.exists("/tmp/d/f")), symlink: await did(() => vfs.symlink("f", "/tmp/d/l")), readlink: await did(() => vfs.readlink("/tmp/d/l")), chmod: await did(() => vfs.chmod("/tmp/d/f", 0o600)),
      chown: await did(() => vfs.chown("/tmp/d/f", 0, 0)), utimes: await did(() => vfs.utimes("/tmp/d/f", 0, 0)), truncate: await did(() => vfs.truncate("/tmp/d/f", 0)), rm: await did(() => vfs.removeDir("/tmp/d/e")), open: await did(() => ki.fdOpen(pid, "/tmp/d/f", 0)),
    };
  });
  assert.deepEqual(result, {
    mkdir: "mkdir /tmp/d", createDir: "createDir /tmp/d/e", write: "write /tmp/d/f", read: "read /tmp/d/f", readdir: "readdir /tmp/d", stat: "stat /tmp/d/f", exists: "exists /tmp/d/f", symlink: "symlink /tmp/d/l", readlink: "readlink /tmp/d/l",
    chmod: "chmod /tmp/d/f", chown: "chown /tmp/d/f", utimes: "utimes /tmp/d/f", truncate: "truncate /tmp/d/f", rm: "rm /tmp/d/e", open: "read /tmp/d/f",
  });
});
