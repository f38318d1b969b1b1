//! Sentences of the public API's reference that no other test holds: KernelInterface, drivers and terminals.
import assert from "node:assert/strict";
import { Suite } from "./support/suite.mjs";
import { serveBarePage } from "./support/bare.mjs";
import { probeReady as ready } from "./support/probe.mjs";

const calls = new Suite("reference: KernelInterface", { serve: serveBarePage, ready });
const terminals = new Suite("reference: terminals", { serve: serveBarePage, ready });

export const suites = [calls, terminals];

// ------------------------------------------------------------------------------------------------------------- calls

calls.test("every_method_is_there_and_those_that_answer_at_once_answer_no_promise", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { ki, pid } = await probe();
    const now = {}, later = {};
    const note = (name, value) => { (value instanceof Promise ? later : now)[name] = true; return value; };
    const fd = note("fdOpen", ki.fdOpen(pid, "/tmp/f", cobnut.O_RDWR | cobnut.O_CREAT, 0o644));
    note("fdWrite", ki.fdWrite(pid, fd, encode("hello")));
    for (const [name, ...args] of [["fdSeek", 0n, 0], ["fdRead", 2], ["fdPread", 2, 0n], ["fdPwrite", encode("x"), 0n], ["fdWriteAll", "x"]]) await note(name, ki[name](pid, fd, ...args));
    for (const [name, ...args] of [["fdStat", fd], ["fdDup", fd], ["fdDup2", fd, 30], ["fdClose", fd], ["pipe"], ["getpgid"], ["getsid"], ["devFdReadDir"], ["isatty", 0]]) note(name, ki[name](pid, ...args));
    const { slaveFd } = note("openpty", ki.openpty(pid));
    note("tcgetattr", ki.tcgetattr(pid, slaveFd));
    for (const [name, ...args] of [["tcsetattr", {}], ["ptySetDiscipline", {}], ["tcsetpgrp", pid], ["ptySetForegroundPgid", pid], ["tcgetpgrp"]]) note(name, ki[name](pid, slaveFd, ...args));
    await note("devFdStat", ki.devFdStat(pid, slaveFd));
    const child = note("spawn", ki.spawn("true", [], { ppid: pid }));
    note("kill", ki.kill(child.pid, 0));
    await note("waitpid", ki.waitpid(child.pid));
    return { now: Object.keys(now).sort(), later: Object.keys(later).sort(), vfs: typeof ki.vfs };
  });
  assert.deepEqual(result, {
    now: ["devFdReadDir", "fdClose", "fdDup", "fdDup2", "fdOpen", "fdStat", "fdWrite", "getpgid", "getsid", "isatty", "kill", "openpty", "pipe", "ptySetDiscipline", "ptySetForegroundPgid", "spawn", "tcgetattr", "tcgetpgrp", "tcsetattr", "tcsetpgrp"],
    later: ["devFdStat", "fdPread", "fdPwrite", "fdRead", "fdSeek", "fdWriteAll", "waitpid"], vfs: "object",
  });
});

calls.test("kill_without_a_number_is_SIGTERM_and_waitpid_waits", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { ki, pid } = await probe();
    const child = ki.spawn("sleep", ["100"], { ppid: pid });
    let told;
    const waiting = ki.waitpid(child.pid).then((answer) => { told = answer; });
    const early = told;
    ki.kill(child.pid);
    await waiting;
    return { early, status: told.status, pid: told.pid === child.pid };
  });
  assert.deepEqual(result, { early: undefined, status: 143, pid: true });
});

calls.test("a_child_inherits_group_and_session_and_has_both_outputs_of_its_own", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { ki, pid } = await probe();
    const said = { out: "", err: "" };
    const child = ki.spawn("sh", ["-c", "read x; echo out; echo err >&2"], { ppid: pid, onStdout: (data) => { said.out += decode(data); }, onStderr: (data) => { said.err += decode(data); } });
    const inherited = [ki.getpgid(child.pid) === ki.getpgid(pid), ki.getsid(child.pid) === ki.getsid(pid)];
    child.writeStdin("x\n");
    const code = await child.wait();
    return { inherited, code, said };
  });
  assert.deepEqual(result, { inherited: [true, true], code: 0, said: { out: "out\n", err: "err\n" } });
});

calls.test("devFdStat_of_a_pipe_and_a_terminal_is_made_up", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { ki, pid } = await probe();
    const { readFd } = ki.pipe(pid);
    const { slaveFd, masterFd } = ki.openpty(pid);
    const of = async (fd) => { const { mode, size, isDirectory, isSymbolicLink, nlink } = await ki.devFdStat(pid, fd); return [mode & 0o170000, size, isDirectory, isSymbolicLink, nlink]; };
    return [await of(readFd), await of(slaveFd), await of(masterFd)];
  });
  assert.deepEqual(result, [[0o010000, 0, false, false, 1], [0o020000, 0, false, false, 1], [0o020000, 0, false, false, 1]]);
});

calls.test("dev_fd_and_dev_pts_look_like_empty_directories_without_a_process", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { ki, kernel } = await probe();
    const of = async (path) => [(await ki.vfs.stat(path)).isDirectory, await ki.vfs.readDir(path), await kernel.readdir(path), await ki.vfs.exists(path)];
    return [await of("/dev/fd"), await of("/dev/pts")];
  });
  assert.deepEqual(result, [[true, [], [], true], [true, [], [], true]]);
});

calls.test("openpty_makes_a_node_in_dev_pts_that_opens_as_the_slave", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { ki, pid } = await probe();
    const [one, two] = [ki.openpty(pid), ki.openpty(pid)];
    const again = ki.fdOpen(pid, one.path, cobnut.O_RDWR | 0o400);
    ki.fdWrite(pid, one.masterFd, "typed\n");
    const typed = decode(await ki.fdRead(pid, again, 100));
    ki.fdWrite(pid, again, "shown");
    return { paths: [one.path, two.path], tty: ki.isatty(pid, again), typed, shown: decode(await ki.fdRead(pid, one.masterFd, 100)), file: ki.isatty(pid, ki.fdOpen(pid, "/dev/null")) };
  });
  assert.deepEqual(result, { paths: ["/dev/pts/0", "/dev/pts/1"], tty: true, typed: "typed\n", shown: "typed\r\nshown", file: false });
});

calls.test("an_open_that_a_callback_denies_later_is_told_by_its_first_use", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const permissions = { fs: async ({ path }) => { await new Promise((go) => setTimeout(go, 5)); return !path.startsWith("/secret"); }, env: true };
    const { kernel, ki, pid } = await probe({ permissions });
    await kernel.writeFile("/tmp/f", "there");
    const denied = ki.fdOpen(pid, "/secret/a", cobnut.O_WRONLY | cobnut.O_CREAT);
    return { fd: typeof denied, told: await codeOf(() => ki.fdRead(pid, denied, 1)), granted: await codeOf(async () => decode(await ki.fdRead(pid, ki.fdOpen(pid, "/tmp/f"), 9))) };
  });
  assert.deepEqual(result, { fd: "number", told: "EACCES", granted: "there" });
});

calls.test("a_failed_write_is_told_by_fdClose", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { kernel, ki, pid } = await probe();
    const turn = () => new Promise((go) => setTimeout(go, 5));
    let refused = 0;
    await kernel.mountFs("/slow", {
      async lstat(path) { await turn(); return { mode: path === "/" ? 0o755 : 0o644, size: 0, isDirectory: path === "/" }; },
      async readFile() { return new Uint8Array(); },
      async writeFile(_, data) { await turn(); if (data.length > 0) { refused += 1; throw Object.assign(new Error("full"), { code: "ENOSPC" }); } },
    });
    const fd = ki.fdOpen(pid, "/slow/f", cobnut.O_WRONLY);
    const taken = ki.fdWrite(pid, fd, "abc");
    ki.fdWrite(pid, fd, "def");
    // The second comes to the page when the first has failed for the kernel too.
    await until(() => refused === 2, 5000, "the second refusal");
    const closed = await codeOf(() => ki.fdClose(pid, fd));
    return { taken, closed, gone: await codeOf(() => ki.fdStat(pid, fd)) };
  });
  assert.deepEqual(result, { taken: 3, closed: "ENOSPC", gone: "EBADF" });
});

calls.test("onExit_onStdout_and_onStderr_of_a_process_are_the_kernel_s", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await boot();
    const before = [];
    await kernel.mount(makeDriver("toy", {
      toy: (process, ki, ctx) => {
        before.push(process.onExit, process.onStdout, process.onStderr);
        setTimeout(() => { process.onStdout(encode("out")); process.onStderr(encode("err")); process.onExit(6); }, 0);
        globalThis.context = Object.keys(ctx).sort();
      },
    }));
    return { ...(await kernel.exec("toy")), before, context: globalThis.context };
  });
  assert.deepEqual(result, { exitCode: 6, stdout: "out", stderr: "err", before: [null, null, null], context: ["cwd", "env", "fds", "onStderr", "onStdout", "pid", "ppid"] });
});

// --------------------------------------------------------------------------------------------------------- terminals

terminals.test("control_characters_signal_end_and_erase_by_default_and_where_cc_puts_them", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { kernel, ki, pid: shell } = await probe();
    const heard = [];
    await kernel.mount(makeDriver("inner", { inner: (process) => { process.kill = (signal) => { heard.push(signal); }; } }));
    // A job of its own, as a shell makes one: ^Z does not stop a group that nobody would continue.
    const { pid } = ki.spawn("inner", [], { ppid: shell });
    ki.setpgid(pid, 0);
    const { masterFd, slaveFd } = ki.openpty(pid);
    const type = (text) => ki.fdWrite(pid, masterFd, text);
    const read = async () => decode(await ki.fdRead(pid, slaveFd, 100));
    ki.ptySetForegroundPgid(pid, slaveFd, ki.getpgid(pid));
    const all = [];
    const round = async (intr, quit, susp, eof, erase) => {
      heard.length = 0;
      type(intr);
      await until(() => heard.length === 1, 5000, "SIGINT");
      type(quit);
      await until(() => heard.length === 2, 5000, "SIGQUIT");
      type(susp);
      await until(() => kernel.processes.get(pid).status === "stopped", 5000, "the stop");
      ki.kill(pid, 18);
      await until(() => kernel.processes.get(pid).status === "running", 5000, "the continue");
      const ended = read();
      type(eof);
      all.push([...heard], await ended);
      type(`ab${erase}c${eof}`);
      all.push(await read());
    };
    await round("\x03", "\x1c", "\x1a", "\x04", "\x7f");
    ki.tcsetattr(pid, slaveFd, { cc: { vintr: 1, vquit: 2, vsusp: 5, veof: 6, verase: 7 } });
    await round("\x01", "\x02", "\x05", "\x06", "\x07");
    type("\x03\x1c\x1a\x04\x7f\n");
    all.push(await read());
    return all;
  });
  assert.deepEqual(result, [[2, 3], "", "ac", [2, 3], "", "ac", "\x03\x1c\x1a\x04\x7f\n"]);
});

terminals.test("ptySetDiscipline_sets_canonical_echo_and_isig_and_leaves_what_it_does_not_name", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { ki, pid } = await probe();
    const { masterFd, slaveFd } = ki.openpty(pid);
    const state = () => { const { icanon, echo, isig } = ki.tcgetattr(pid, slaveFd); return [icanon, echo, isig]; };
    const states = [];
    for (const config of [{ canonical: false }, { echo: false }, { isig: false }, {}, { canonical: true, echo: true, isig: true }]) {
      ki.ptySetDiscipline(pid, slaveFd, config);
      states.push(state());
    }
    // Without echo nothing comes back but what the program writes.
    ki.ptySetDiscipline(pid, masterFd, { echo: false });
    ki.fdWrite(pid, masterFd, "silent\n");
    ki.fdWrite(pid, slaveFd, "answer");
    const shown = decode(await ki.fdRead(pid, masterFd, 100));
    // Canonical: nothing to read before the newline.
    const first = decode(await ki.fdRead(pid, slaveFd, 100));
    const second = ki.fdRead(pid, slaveFd, 100).then(decode);
    ki.fdWrite(pid, masterFd, "half");
    ki.fdWrite(pid, masterFd, " a line\n");
    const line = await second;
    ki.ptySetDiscipline(pid, slaveFd, { canonical: false });
    ki.fdWrite(pid, masterFd, "x");
    return { states, shown, first, line, raw: decode(await ki.fdRead(pid, slaveFd, 100)), wrong: await codeOf(() => ki.ptySetDiscipline(pid, slaveFd, { echo: 1 })) };
  });
  assert.deepEqual(result, {
    states: [[false, true, true], [false, false, true], [false, false, false], [false, false, false], [true, true, true]],
    shown: "answer", first: "silent\n", line: "half a line\n", raw: "x", wrong: "EINVAL",
  });
});

terminals.test("tcgetattr_and_defaultTermios_give_copies", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { ki, pid } = await probe();
    const { slaveFd } = ki.openpty(pid);
    const copy = ki.tcgetattr(pid, slaveFd);
    copy.echo = false;
    copy.cc.vintr = 99;
    const mine = cobnut.defaultTermios();
    mine.cc.veof = 99;
    mine.icanon = false;
    return [ki.tcgetattr(pid, slaveFd), cobnut.defaultTermios()];
  });
  const initial = { icanon: true, echo: true, isig: true, cc: { vintr: 0x03, vquit: 0x1c, vsusp: 0x1a, veof: 0x04, verase: 0x7f } };
  assert.deepEqual(result, [initial, initial]);
});
