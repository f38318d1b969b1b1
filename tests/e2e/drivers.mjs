//! Drivers that users write: RuntimeDriver, DriverProcess, ProcessContext and KernelInterface, and what a bad driver can't do.
import assert from "node:assert/strict";
import { Suite } from "./support/suite.mjs";
import { serveBarePage } from "./support/bare.mjs";
import { probeReady as ready } from "./support/probe.mjs";

const drivers = new Suite("drivers of the page's own", { serve: serveBarePage, ready });
const calls = new Suite("KernelInterface", { serve: serveBarePage, ready });
const bad = new Suite("bad drivers", { serve: serveBarePage, ready });
const example = new Suite("the example driver", { serve: serveBarePage, path: "toy-language/" });

export const suites = [drivers, calls, bad, example];

// ----------------------------------------------------------------------------------------------------------- drivers

drivers.test("a_driver_gets_command_arguments_and_context_and_its_output_and_exit_code_come_back", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await boot({ env: { BASE: "b", PATH: "/bin" } });
    const driver = makeDriver("toy", { toy: (process, ki, ctx) => { process.onStdout?.(encode("never: not set yet")); ctx.onStdout(encode("out ")); ctx.onStderr(encode("err")); ki.fdWrite(ctx.pid, ctx.fds.stdout, "direct"); process.end(7); } });
    await kernel.mount(driver);
    const said = { out: "", err: "" };
    const handle = kernel.spawn("toy", ["a", "b c"], { env: { MORE: "m" }, cwd: "/tmp", onStdout: (bytes) => { said.out += decode(bytes); }, onStderr: (bytes) => { said.err += decode(bytes); } });
    const code = await handle.wait();
    const [{ command, args, ctx }] = driver.heard;
    return { command, args, env: ctx.env, cwd: ctx.cwd, fds: ctx.fds, pid: ctx.pid === handle.pid, ppid: ctx.ppid, code, said, driver: kernel.commands.get("toy"), rows: kernel.processes.size };
  });
  assert.deepEqual(result, {
    command: "toy", args: ["a", "b c"], env: { BASE: "b", PATH: "/bin", HOME: "/root", USER: "root", LOGNAME: "root", SHELL: "/bin/sh", MORE: "m" }, cwd: "/tmp",
    fds: { stdin: 0, stdout: 1, stderr: 2 }, pid: true, ppid: 1, code: 7, said: result.said, driver: "toy", rows: 0,
  });
  assert.equal([...result.said.out].sort().join(""), [..."out direct"].sort().join(""));
  assert.equal(result.said.err, "err");
});

drivers.test("the_shell_runs_a_driver_s_commands_in_pipelines_lists_and_substitutions", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await boot();
    const shout = async (process, ki, { pid, fds }) => {
      process.writeStdin = () => {};
      for (;;) {
        const bytes = await ki.fdRead(pid, fds.stdin, 100);
        if (bytes.length === 0) break;
        await ki.fdWriteAll(pid, fds.stdout, decode(bytes).toUpperCase());
      }
      process.onExit(0);
    };
    await kernel.mount(makeDriver("toy", { shout, three: (process) => process.end(3) }));
    const run = (line) => kernel.exec(line);
    return [
      await run("echo one | shout | cat; echo $?"),
      await run("three || echo failed $?; exec three"),
      await run("echo \"[$(echo two | shout)]\" > /tmp/f; shout < /tmp/f > /tmp/g; cat /tmp/g; ls -l /bin/shout | cut -c1-10"),
      await run("seq 1 20000 | shout | wc -l"),
      await run("(shout) < /tmp/f & wait; /bin/shout < /tmp/f"),
    ];
  });
  assert.deepEqual(result.map(({ stdout, stderr, exitCode }) => [stdout, stderr, exitCode]), [
    ["ONE\n0\n", "", 0], ["failed 3\n", "", 3], ["[TWO]\n-rwxr-xr-x\n", "", 0], ["20000\n", "", 0], ["[TWO]\n[TWO]\n", "", 0],
  ]);
});

drivers.test("writeStdin_gets_what_is_piped_and_written_and_closeStdin_its_end", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await boot();
    const seen = [];
    const eat = (process) => { process.closeStdin = function closed() { seen.push(this.stdin.join("")); process.onStdout(encode(`${this.stdin.join("").length}\n`)); process.end(0); }; };
    await kernel.mount(makeDriver("toy", { eat }));
    const { stdout } = await kernel.exec("seq 1 5 | eat");
    const handle = kernel.spawn("eat", []);
    handle.writeStdin("by the page");
    handle.closeStdin();
    return { stdout, seen: (await handle.wait(), seen) };
  });
  assert.deepEqual(result, { stdout: "10\n", seen: ["1\n2\n3\n4\n5\n", "by the page"] });
});

drivers.test("the_driver_that_was_mounted_last_wins", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await boot();
    const first = makeDriver("first", { toy: (process) => process.end(1), cat: (process) => process.end(11) });
    const second = makeDriver("second", { toy: (process) => process.end(2) });
    await kernel.mount(first);
    await kernel.mount(second);
    return [(await kernel.exec("toy")).exitCode, (await kernel.exec("echo x | cat")).exitCode, kernel.commands.get("toy"), kernel.commands.get("cat"), kernel.commands.get("ls")];
  });
  assert.deepEqual(result, [2, 11, "second", "first", "wasmvm"]);
});

drivers.test("signals_reach_kill_stops_need_no_driver_and_sigkill_needs_none", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { kernel, handle, process, ki, pid } = await probe();
    handle.kill(28);
    await until(() => process.killed === 28, 2000, "SIGWINCH");
    const status = () => kernel.processes.get(pid)?.status;
    // The probe's kill ends it, so another one.
    const code = await handle.wait();
    const deaf = makeDriver("deaf", { deaf: (proc) => { proc.kill = function kill(signal) { this.killed = signal; }; globalThis.deafProcess = proc; } });
    await kernel.mount(deaf);
    const second = kernel.spawn("deaf", []);
    second.kill(19);
    await until(() => kernel.processes.get(second.pid).status === "stopped", 2000, "the stop");
    second.kill(18);
    await until(() => kernel.processes.get(second.pid).status === "running", 2000, "the continue");
    second.kill();
    await until(() => globalThis.deafProcess.killed === 15, 2000, "SIGTERM");
    const alive = kernel.processes.get(second.pid).status;
    second.kill(9);
    return { code, gone: status(), alive, killed: await second.wait(), rows: kernel.processes.size, ghost: await codeOf(() => ki.kill(pid, 15)) };
  });
  assert.deepEqual(result, { code: 156, gone: undefined, alive: "running", killed: 137, rows: 0, ghost: "ESRCH" });
});

drivers.test("job_control_and_timeouts_hold_for_a_driver_s_processes", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await boot();
    const endless = (process) => { process.kill = () => {}; };
    await kernel.mount(makeDriver("toy", { endless }));
    // The first start of a shell takes longer than the others.
    await kernel.exec(":");
    const timed = await outcome(kernel.exec("echo before; endless", { timeout: 300 }));
    const rows = kernel.processes.size;
    await settled(kernel, 5000);
    const jobs = await kernel.exec("endless & kill -STOP $!; kill -9 $!; wait $! 2>/dev/null; echo $?");
    await settled(kernel, 5000);
    return { code: timed.error?.code, out: timed.error?.stdout, seconds: timed.seconds, rows, jobs: jobs.stdout, live: kernel.stats().liveProcesses };
  });
  assert.ok(result.seconds < 1.5, `${result.seconds}`);
  assert.deepEqual({ ...result, seconds: 0 }, { code: "ETIMEDOUT", out: "before\n", seconds: 0, rows: 0, jobs: "137\n", live: 0 });
});

drivers.test("a_driver_s_process_counts_against_the_limit_and_its_slot_comes_back", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await boot({ limits: { processes: 3 } });
    const all = [];
    await kernel.mount(makeDriver("toy", { toy: (process) => all.push(process) }));
    const handles = [1, 2, 3].map(() => kernel.spawn("toy", []));
    const fourth = await codeOf(() => kernel.spawn("toy", []));
    all.forEach((process, at) => process.end(at));
    const codes = await Promise.all(handles.map((handle) => handle.wait()));
    return { fourth, codes, live: kernel.stats().liveProcesses, again: await (async () => { const handle = kernel.spawn("toy", []); all[3].end(9); return handle.wait(); })() };
  });
  assert.deepEqual(result, { fourth: "EAGAIN", codes: [0, 1, 2], live: 0, again: 9 });
});

drivers.test("permissions_bind_drivers_too", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await boot({ permissions: { fs: [{ allow: false, path: "/secret/**" }, { allow: true }], childProcess: [{ allow: false, command: "wc" }, { allow: true }], env: true } });
    const started = {};
    const driver = makeDriver("probes", { probe: (process, ki, ctx) => Object.assign(started, { ki, pid: ctx.pid }) });
    await kernel.mount(driver);
    kernel.spawn("probe", []);
    const { ki, pid } = started;
    return [
      await codeOf(() => ki.fdOpen(pid, "/secret/a", 0o101)), await codeOf(() => ki.fdOpen(pid, "/tmp/../secret/a", 0)),
      await codeOf(() => ki.vfs.writeFile("/secret/a", "x")), await codeOf(() => ki.spawn("wc", [], { ppid: pid })), typeof ki.fdOpen(pid, "/tmp/a", 0o101),
    ];
  });
  assert.deepEqual(result, ["EACCES", "EACCES", "EACCES", "EACCES", "number"]);
});

drivers.test("dispose_ends_processes_with_sigterm_and_disposes_drivers_in_reverse_order", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { kernel, driver, process, ki, pid } = await probe();
    const order = [];
    const late = makeDriver("late", {}, { dispose: async () => { order.push("late"); } });
    driver.dispose = async () => { order.push("probes"); };
    const sulking = makeDriver("sulking", {}, { dispose: () => { order.push("sulking"); throw new Error("no"); } });
    const never = makeDriver("never", {}, { dispose: () => { order.push("never"); return new Promise(() => {}); } });
    for (const each of [late, sulking, never]) await kernel.mount(each);
    await kernel.dispose();
    return { order, killed: process.killed, then: await codeOf(() => ki.getpgid(pid)), message: (await outcome(() => kernel.spawn("ls", []))).error?.message, vfs: await codeOf(() => ki.vfs) };
  });
  assert.deepEqual({ ...result, message: undefined }, { order: ["never", "sulking", "late", "probes"], killed: 15, then: "ECANCELED", message: undefined, vfs: "ECANCELED" });
  assert.match(result.message, /disposed/);
});

// ------------------------------------------------------------------------------------------------------------- calls

calls.test("descriptors_open_read_write_seek_dup_and_close", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { ki, pid } = await probe();
    const { O_RDWR, O_CREAT, O_EXCL, O_APPEND, O_RDONLY, SEEK_SET, SEEK_END, SEEK_CUR } = cobnut;
    const fd = ki.fdOpen(pid, "/tmp/file.txt", O_RDWR | O_CREAT, 0o640);
    const written = ki.fdWrite(pid, fd, encode("hello world"));
    const sought = await ki.fdSeek(pid, fd, 0n, SEEK_SET);
    const first = decode(await ki.fdRead(pid, fd, 5));
    const dup = ki.fdDup(pid, fd);
    const second = decode(await ki.fdRead(pid, dup, 100));
    const end = decode(await ki.fdRead(pid, fd, 1));
    ki.fdDup2(pid, fd, 40);
    const at = await ki.fdSeek(pid, 40, -5n, SEEK_END);
    const here = await ki.fdSeek(pid, fd, 0n, SEEK_CUR);
    const pread = decode(await ki.fdPread(pid, fd, 5, 0n));
    const pwritten = await ki.fdPwrite(pid, fd, encode("WORLD"), 6n);
    const still = await ki.fdSeek(pid, fd, 0n, SEEK_CUR);
    const stat = ki.fdStat(pid, fd);
    const names = ki.devFdReadDir(pid);
    const through = ki.fdOpen(pid, `/dev/fd/${fd}`, O_RDONLY);
    const shared = decode(await ki.fdRead(pid, through, 100));
    ki.fdClose(pid, fd);
    const after = decode(await ki.fdPread(pid, dup, 100, 0n));
    const append = ki.fdOpen(pid, "/tmp/file.txt", O_RDWR | O_APPEND);
    ki.fdWrite(pid, append, "!");
    return {
      written, sought: String(sought), first, second, end, at: String(at), here: String(here), pread, pwritten, still: String(still), names, shared, after,
      stat: { filetype: stat.filetype, flags: stat.flags, rights: typeof stat.rights }, mode: (await ki.vfs.stat("/tmp/file.txt")).mode & 0o777, size: (await ki.vfs.stat("/tmp/file.txt")).size,
      lowest: ki.fdOpen(pid, "/tmp/file.txt"), dev: (await ki.devFdStat(pid, dup)).size,
      errors: [
        await codeOf(() => ki.fdOpen(pid, "/tmp/none")), await codeOf(() => ki.fdOpen(pid, "/tmp/file.txt", O_CREAT | O_EXCL)), await codeOf(() => ki.fdRead(pid, 999, 1)), await codeOf(() => ki.fdWrite(pid, 999, "x")),
        await codeOf(() => ki.fdClose(pid, 999)), await codeOf(() => ki.fdDup(pid, 999)), await codeOf(() => ki.fdSeek(pid, dup, -1n, SEEK_SET)), await codeOf(() => ki.fdSeek(pid, dup, 0n, 9)), await codeOf(() => ki.fdOpen(pid, "/tmp", O_RDWR)),
        await codeOf(() => ki.fdRead(12345, 0, 1)), await codeOf(() => ki.fdPread(pid, dup, 1, -1n)), await codeOf(() => ki.fdRead(pid, dup, -1)), await codeOf(() => ki.fdStat(pid, 77)), await codeOf(() => ki.devFdStat(pid, 77)),
      ],
      message: (await outcome(() => ki.fdRead(pid, 999, 1024))).error.message,
    };
  });
  assert.deepEqual(result, {
    written: 11, sought: "0", first: "hello", second: " world", end: "", at: "6", here: "6", pread: "hello", pwritten: 5, still: "6", names: ["0", "1", "2", "4", "5", "40"], shared: "WORLD", after: "hello WORLD",
    stat: { filetype: 4, flags: 2, rights: "bigint" }, mode: 0o640, size: 12, lowest: 7, dev: 12,
    errors: ["ENOENT", "EEXIST", "EBADF", "EBADF", "EBADF", "EBADF", "EINVAL", "EINVAL", "EISDIR", "ESRCH", "EINVAL", "EINVAL", "EBADF", "EBADF"],
    message: "EBADF: bad file descriptor: descriptor 999",
  });
});

calls.test("pipes_are_espipe_to_seek_short_when_full_and_eagain_when_they_take_nothing", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { ki, pid, process } = await probe();
    const { readFd, writeFd } = ki.pipe(pid);
    const errors = [await codeOf(() => ki.fdSeek(pid, readFd, 0n, 0)), await codeOf(() => ki.fdPread(pid, readFd, 10, 0n)), await codeOf(() => ki.fdPwrite(pid, writeFd, encode("x"), 0n)), await codeOf(() => ki.fdRead(pid, writeFd, 1))];
    const reading = ki.fdRead(pid, readFd, 10);
    ki.fdWrite(pid, writeFd, "ping");
    const ping = decode(await reading);
    const short = ki.fdWrite(pid, writeFd, new Uint8Array(100_000));
    const full = await codeOf(() => ki.fdWrite(pid, writeFd, "x"));
    const waiting = ki.fdWriteAll(pid, writeFd, new Uint8Array(50_000));
    let drained = 0;
    while (drained < short + 50_000) drained += (await ki.fdRead(pid, readFd, 65_536)).length;
    const all = await waiting;
    ki.fdClose(pid, writeFd);
    const eof = (await ki.fdRead(pid, readFd, 1)).length;
    const second = ki.pipe(pid);
    ki.fdClose(pid, second.readFd);
    const broken = await codeOf(() => ki.fdWrite(pid, second.writeFd, "x"));
    await until(() => process.killed === 13, 2000, "SIGPIPE");
    return { errors, ping, short, full, all, eof, broken, type: typeof readFd };
  });
  assert.deepEqual(result, { errors: ["ESPIPE", "ESPIPE", "ESPIPE", "EBADF"], ping: "ping", short: 65_536, full: "EAGAIN", all: 50_000, eof: 0, broken: "EPIPE", type: "number" });
});

calls.test("spawn_crosses_runtimes_with_pipes_between_them_and_waitpid_reaps", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { kernel, ki, pid, ctx } = await probe();
    const first = ki.pipe(pid);
    const second = ki.pipe(pid);
    const sort = ki.spawn("sort", ["-r"], { ppid: pid, stdinFd: first.readFd, stdoutFd: second.writeFd });
    ki.fdClose(pid, first.readFd);
    ki.fdClose(pid, second.writeFd);
    ki.fdWrite(pid, first.writeFd, "a\nc\nb\n");
    ki.fdClose(pid, first.writeFd);
    const sorted = decode(await ki.fdRead(pid, second.readFd, 100));
    const info = kernel.processes.get(sort.pid);
    const told = await ki.waitpid(sort.pid);
    const said = [];
    const child = ki.spawn("sh", ["-c", "cat; pwd; echo $X; exit 5"], { ppid: pid, env: { X: "x" }, cwd: "/tmp", onStdout: (bytes) => said.push(decode(bytes)) });
    child.writeStdin("in\n");
    child.closeStdin();
    const code = await child.wait();
    const family = { ppid: info.ppid === pid, pgid: info.pgid === ki.getpgid(pid), sid: info.sid === ki.getsid(pid), driver: info.driver };
    const sleeper = ki.spawn("sleep", ["100"], { ppid: pid });
    ki.kill(sleeper.pid, 15);
    return {
      sorted, family, told: { ...told, pid: told.pid === sort.pid }, code, said: said.join(""), killed: (await ki.waitpid(sleeper.pid)).status, rows: [...kernel.processes.values()].map(({ command }) => command),
      errors: [await codeOf(() => ki.spawn("nosuch", [], { ppid: pid })), await codeOf(() => ki.spawn("ls", [], { stdinFd: 0 })), await codeOf(() => ki.spawn("ls", [], { ppid: 99999 })), await codeOf(() => ki.spawn("ls", [], { ppid: pid, stdinFd: 99 })), await codeOf(() => ki.waitpid(99999)), await codeOf(() => ki.kill(99999, 15)), await codeOf(() => ki.kill(pid, 99)), await codeOf(() => ki.kill(pid, 0))],
      foreign: await (async () => { const cat = kernel.spawn("cat", []); const code = await codeOf(() => ki.fdOpen(cat.pid, "/tmp/x", 0o101)); cat.closeStdin(); await cat.wait(); return code; })(), stdin: ctx.fds.stdin,
    };
  });
  assert.deepEqual(result, {
    sorted: "c\nb\na\n", family: { ppid: true, pgid: true, sid: true, driver: "wasmvm" }, told: { pid: true, status: 0 }, code: 5, said: "in\n/tmp\nx\n", killed: 143, rows: ["probe"],
    errors: ["ENOENT", "EINVAL", "ESRCH", "EBADF", "ESRCH", "ESRCH", "EINVAL", undefined], foreign: "EPERM", stdin: 0,
  });
});

calls.test("groups_and_sessions_follow_posix", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { kernel, ki, pid } = await probe();
    // What the page starts leads a session of its own already.
    const leader = [ki.getpgid(pid) === pid, ki.getsid(pid) === pid, await codeOf(() => ki.setsid(pid)), await codeOf(() => ki.setpgid(pid, 0))];
    const started = [];
    await kernel.mount(makeDriver("inner", { inner: (process, _, ctx) => started.push({ process, pid: ctx.pid }) }));
    const handles = [0, 1, 2].map(() => ki.spawn("inner", [], { ppid: pid }));
    const [a, b, c] = started.map((each) => each.pid);
    ki.setpgid(a, 0);
    ki.setpgid(b, a);
    const groups = [ki.getpgid(a) === a, ki.getpgid(b) === a, ki.getpgid(c) === pid];
    const sid = ki.setsid(c);
    ki.kill(-a, 2);
    await until(() => started[0].process.killed === 2 && started[1].process.killed === 2, 2000, "SIGINT for the group");
    const codes = await Promise.all([handles[0].wait(), handles[1].wait()]);
    return { leader, groups, sid: sid === c && ki.getsid(c) === c && ki.getpgid(c) === c, codes, spared: started[2].process.killed, errors: [await codeOf(() => ki.setpgid(c, 99999)), await codeOf(() => ki.kill(-99999, 2)), await codeOf(() => ki.getpgid(99999))] };
  });
  assert.deepEqual(result, { leader: [true, true, "EPERM", "EPERM"], groups: [true, true, true], sid: true, codes: [130, 130], spared: undefined, errors: ["EPERM", "ESRCH", "ESRCH"] });
});

calls.test("terminals_have_two_sides_a_discipline_and_a_foreground_group", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { ki, pid, process } = await probe();
    const { masterFd, slaveFd, path } = ki.openpty(pid);
    const { readFd } = ki.pipe(pid);
    const tty = [ki.isatty(pid, slaveFd), ki.isatty(pid, masterFd), ki.isatty(pid, readFd)];
    const initial = ki.tcgetattr(pid, slaveFd);
    const copy = ki.tcgetattr(pid, slaveFd);
    copy.cc.vintr = 9;
    ki.fdWrite(pid, masterFd, "ab\x7fc\n");
    const line = decode(await ki.fdRead(pid, slaveFd, 100));
    const echo = decode(await ki.fdRead(pid, masterFd, 100));
    ki.fdWrite(pid, slaveFd, "out\n");
    const out = decode(await ki.fdRead(pid, masterFd, 100));
    ki.tcsetpgrp(pid, slaveFd, ki.getpgid(pid));
    const foreground = ki.tcgetpgrp(pid, slaveFd) === ki.getpgid(pid);
    ki.ptySetForegroundPgid(pid, slaveFd, ki.getpgid(pid));
    ki.tcsetattr(pid, slaveFd, { icanon: false, echo: false, isig: false });
    const raw = ki.tcgetattr(pid, slaveFd);
    ki.fdWrite(pid, masterFd, "\x03x");
    const typed = decode(await ki.fdRead(pid, slaveFd, 100));
    ki.ptySetDiscipline(pid, slaveFd, { canonical: true, isig: true });
    ki.tcsetattr(pid, slaveFd, { cc: { vintr: 0x01 } });
    const changed = ki.tcgetattr(pid, slaveFd);
    const errors = [await codeOf(() => ki.tcgetattr(pid, readFd)), await codeOf(() => ki.tcsetpgrp(pid, slaveFd, 99999)), await codeOf(() => ki.tcsetattr(pid, slaveFd, { echo: "yes" })), await codeOf(() => ki.fdSeek(pid, slaveFd, 0n, 0))];
    ki.fdWrite(pid, masterFd, "\x01");
    await until(() => process.killed === 2, 2000, "SIGINT by the changed character");
    return { tty, initial, untouched: ki.defaults === undefined, line, echo, out, foreground, raw: [raw.icanon, raw.echo, raw.isig, raw.cc.vintr], typed, changed: [changed.icanon, changed.echo, changed.isig, changed.cc], path, errors, defaults: cobnut.defaultTermios() };
  });
  const cc = { vintr: 3, vquit: 0x1c, vsusp: 0x1a, veof: 4, verase: 0x7f };
  assert.match(result.path, /^\/dev\/pts\/\d+$/);
  assert.deepEqual({ ...result, path: "" }, {
    tty: [true, false, false], initial: { icanon: true, echo: true, isig: true, cc }, untouched: true, line: "ac\n", echo: "ab\b \bc\r\n", out: "out\r\n", foreground: true, raw: [false, false, false, 3], typed: "\x03x",
    changed: [true, false, true, { ...cc, vintr: 1 }], path: "", errors: ["ENOTTY", "ESRCH", "EINVAL", "ESPIPE"], defaults: { icanon: true, echo: true, isig: true, cc },
  });
});

calls.test("vfs_has_every_method_of_a_VirtualFileSystem", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { ki } = await probe();
    const { vfs } = ki;
    await vfs.mkdir("/tmp/d/e", { recursive: true });
    await vfs.createDir("/tmp/d/f");
    await vfs.writeFile("/tmp/d/a", "text");
    await vfs.pwrite("/tmp/d/a", 2, encode("XT"));
    await vfs.symlink("a", "/tmp/d/l");
    await vfs.link("/tmp/d/a", "/tmp/d/h");
    await vfs.chmod("/tmp/d/a", 0o600);
    await vfs.chown("/tmp/d/a", 5, 6);
    await vfs.utimes("/tmp/d/a", 1000, 2000);
    const stat = await vfs.stat("/tmp/d/l");
    const all = {
      text: await vfs.readTextFile("/tmp/d/l"), bytes: (await vfs.readFile("/tmp/d/a")).length, names: await vfs.readDir("/tmp/d"), types: await vfs.readDirWithTypes("/tmp/d"), link: (await vfs.lstat("/tmp/d/l")).isSymbolicLink,
      target: await vfs.readlink("/tmp/d/l"), real: await vfs.realpath("/tmp/d/l"), stat: [stat.mode & 0o777, stat.uid, stat.gid, stat.atimeMs, stat.mtimeMs, stat.nlink], part: decode(await vfs.pread("/tmp/d/a", 1, 2)),
    };
    await vfs.truncate("/tmp/d/a", 1);
    await vfs.rename("/tmp/d/a", "/tmp/d/b");
    await vfs.removeFile("/tmp/d/l");
    await vfs.removeDir("/tmp/d/f");
    return { ...all, size: (await vfs.stat("/tmp/d/b")).size, left: await vfs.readDir("/tmp/d"), exists: [await vfs.exists("/tmp/d/b"), await vfs.exists("/tmp/d/a")], missing: await codeOf(() => vfs.readFile("/tmp/d/a")), wrong: await codeOf(() => vfs.chmod("/tmp/d/b", "x")), devices: [await vfs.readDir("/dev/fd"), await vfs.exists("/dev/null")] };
  });
  assert.deepEqual(result, {
    text: "teXT", bytes: 4, names: ["a", "e", "f", "h", "l"], types: [{ name: "a", isDirectory: false, isSymbolicLink: false }, { name: "e", isDirectory: true, isSymbolicLink: false }, { name: "f", isDirectory: true, isSymbolicLink: false }, { name: "h", isDirectory: false, isSymbolicLink: false }, { name: "l", isDirectory: false, isSymbolicLink: true }],
    link: true, target: "a", real: "/tmp/d/a", stat: [0o600, 5, 6, 1000, 2000, 2], part: "eX", size: 1, left: ["b", "e", "h"], exists: [true, false], missing: "ENOENT", wrong: "EINVAL", devices: [[], true],
  });
});

calls.test("over_files_that_take_their_time_opens_and_writes_answer_at_once", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { kernel, ki, pid } = await probe();
    const files = new Map([["/", null], ["/there", encode("content")]]);
    const turn = () => new Promise((go) => setTimeout(go, 5));
    const fail = (code) => { throw Object.assign(new Error(code), { code }); };
    await kernel.mountFs("/slow", {
      async lstat(path) { await turn(); if (!files.has(path)) fail("ENOENT"); return { mode: 0o644, size: files.get(path)?.length ?? 0, isDirectory: path === "/" }; },
      async readFile(path) { await turn(); return files.get(path); },
      async writeFile(path, data) { await turn(); if (path === "/full" && data.length > 0) fail("ENOSPC"); files.set(path, data); },
    });
    const fd = ki.fdOpen(pid, "/slow/there", 0);
    const opening = ki.fdStat(pid, fd).filetype;
    const read = decode(await ki.fdRead(pid, fd, 100));
    const missing = ki.fdOpen(pid, "/slow/none", 0);
    const told = [await codeOf(() => ki.fdRead(pid, missing, 1)), await codeOf(() => ki.fdRead(pid, missing, 1))];
    const made = ki.fdOpen(pid, "/slow/made", 0o101);
    const count = ki.fdWrite(pid, made, "one ");
    ki.fdWrite(pid, made, "two");
    await ki.fdSeek(pid, made, 0n, 1);
    const written = decode(files.get("/made"));
    const full = ki.fdOpen(pid, "/slow/full", 0o101);
    const taken = ki.fdWrite(pid, full, "xxx");
    await until(async () => (await codeOf(() => ki.fdWrite(pid, full, "y"))) === "ENOSPC", 3000, "the failure");
    ki.fdClose(pid, made);
    ki.fdClose(pid, fd);
    return { opening, opened: ki.devFdReadDir(pid).length, read, told, count, written, taken };
  });
  assert.deepEqual(result, { opening: 0, opened: 5, read: "content", told: ["ENOENT", "ENOENT"], count: 4, written: "one two", taken: 3 });
});

// --------------------------------------------------------------------------------------------------------- bad drivers

bad.test("what_is_no_driver_is_refused_with_what_it_lacks", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await boot();
    const tries = [null, 5, {}, { name: "x" }, { name: "x", spawn() {} }, { name: "x", spawn() {}, commands: [1] }, { name: "x", spawn() {}, commands: ["a/b"] }, { name: "", spawn() {}, commands: [] }];
    const errors = [];
    for (const each of tries) errors.push((await outcome(kernel.mount(each))).error);
    const failing = await outcome(kernel.mount({ name: "x", spawn() {}, commands: ["x"], init: async () => { throw new Error("no network"); } }));
    return { codes: errors.map((error) => error?.code), said: errors.map((error) => error?.message), failing: failing.error?.message, commands: kernel.commands.has("x"), alive: (await kernel.exec("echo alive")).stdout };
  });
  assert.deepEqual([...new Set(result.codes)], ["EINVAL"], JSON.stringify(result.said));
  assert.match(result.said[2], /name/);
  assert.match(result.said[3], /spawn/);
  assert.deepEqual([result.failing, result.commands, result.alive], ["no network", false, "alive\n"]);
});

bad.test("one_that_throws_never_exits_exits_twice_or_talks_after_its_end_harms_nobody", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await boot();
    const late = [];
    const behaviours = {
      throws: () => { throw new Error("boom"); },
      nothing: () => {},
      twice: (process) => { setTimeout(() => { process.onExit(3); process.onExit(4); process.end(5); process.onStdout(encode("after")); }, 1); },
      rejects: (process) => { process.wait = () => Promise.reject(new Error("lost")); },
      odd: (process) => { process.end("not a number"); },
      never: () => {},
      badkill: (process) => { process.kill = () => { throw new Error("kill failed"); }; },
      nokill: (process) => { process.kill = undefined; },
      after: (process, ki, ctx) => { process.end(0); setTimeout(async () => { late.push(await codeOf(() => ki.fdOpen(ctx.pid, "/tmp/x", 0o101)), await codeOf(() => ki.fdRead(ctx.pid, 0, 1))); }, 50); },
      badoutput: (process) => { setTimeout(() => { try { process.onStdout({}); } catch (error) { late.push(error.code); } process.end(0); }, 1); },
    };
    const driver = makeDriver("bad", behaviours);
    const spawn = driver.spawn;
    driver.spawn = function start(command, ...rest) { return command === "nothing" ? undefined : spawn.call(this, command, ...rest); };
    await kernel.mount(driver);
    const run = async (line, options) => { const { exitCode, stdout, stderr } = await kernel.exec(line, options); return [exitCode, stdout, stderr]; };
    const all = { throws: await run("throws; echo $?"), nothing: await run("nothing"), twice: await run("twice"), rejects: await run("rejects"), odd: await run("odd") };
    all.never = (await outcome(kernel.exec("never", { timeout: 100 }))).error?.code;
    const badkill = kernel.spawn("badkill", []);
    badkill.kill();
    all.badkill = await badkill.wait();
    const nokill = kernel.spawn("nokill", []);
    nokill.kill();
    all.nokill = await nokill.wait();
    await run("after; badoutput");
    await until(() => late.length === 3, 3000, "the late calls");
    const alive = await run("echo alive | cat");
    // A process is gone a moment before its slot is free.
    await settled(kernel, 5000);
    return { ...all, late: late.sort(), alive, live: kernel.stats().liveProcesses, rows: kernel.processes.size };
  });
  assert.deepEqual(result, {
    throws: [0, "126\n", "throws: boom\n"], nothing: [126, "", "nothing: spawn of the driver bad answered no process\n"], twice: [3, "", ""], rejects: [1, "", "rejects: lost\n"], odd: [1, "", ""], never: "ETIMEDOUT", badkill: 1, nokill: 143,
    late: ["EINVAL", "ESRCH", "ESRCH"], alive: [0, "alive\n", ""], live: 0, rows: 0,
  });
});

// ------------------------------------------------------------------------------------------------------------ example

example.test("its_page_runs_a_program_in_the_toy_language", async ({ page }) => {
  await page.waitForSelector("#run:enabled");
  await page.click("#run");
  await page.waitForFunction(() => document.querySelector("#output").textContent.includes("pear"));
  const output = await page.textContent("#output");
  assert.match(output, /^1 squared is 1\n2 squared is 4\n3 squared is 9\nthe shell is process \d+\napple\npear\n$/);
  await page.fill("#program", "say before\nbogus\n");
  await page.click("#run");
  await page.waitForFunction(() => document.querySelector("#output").textContent.includes("exit code"));
  assert.equal(await page.textContent("#output"), "before\nrill: line 2: there is no word bogus\nexit code 2\n");
});
