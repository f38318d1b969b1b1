//! Sentences of the public API's reference that no other test holds: openShell and connectTerminal.
import assert from "node:assert/strict";
import { Suite } from "./support/suite.mjs";
import { serveBarePage } from "./support/bare.mjs";
import { probeReady as ready } from "./support/probe.mjs";

const shells = new Suite("reference: shells", { serve: serveBarePage, ready });

export const suites = [shells];

/** In the page: a shell whose output is gathered: { shell, said() }. */
const withShells = (page) => page.evaluate(() => {
  globalThis.openIn = (kernel, options) => {
    let output = "";
    const shell = kernel.openShell(options);
    shell.onData = (data) => { output += decode(data); };
    return { shell, said: () => output, says: (text) => until(() => output.includes(text), 10_000, JSON.stringify(text)) };
  };
});

shells.test("openShell_without_options_runs_sh_in_24_rows_of_80", async ({ page }) => {
  await withShells(page);
  const result = await page.evaluate(async () => {
    const kernel = await boot({ cwd: "/srv" });
    const { shell, says } = openIn(kernel);
    const command = kernel.processes.get(shell.pid)?.command;
    shell.write("stty size; pwd; echo status $((6 * 7))\n");
    await says("24 80");
    await says("\n/srv\r\n");
    await says("status 42");
    shell.write("exit 9\n");
    return { command, code: await shell.wait() };
  });
  assert.deepEqual(result, { command: "sh", code: 9 });
});

shells.test("openShell_takes_command_arguments_env_cwd_and_size", async ({ page }) => {
  await withShells(page);
  const result = await page.evaluate(async () => {
    const kernel = await boot({ env: { BASE: "b", PATH: "/bin" } });
    const options = { command: "bash", args: ["-c", 'echo "$0|$1|$BASE|$MINE|$TERM|$(pwd)|$(stty size)"', "zero", "o n e"], env: { MINE: "m", TERM: "dumb" }, cwd: "/tmp", cols: 132, rows: 50 };
    const { shell, said } = openIn(kernel, options);
    const code = await shell.wait();
    return { code, said: said(), unknown: await codeOf(() => kernel.openShell({ command: "nosuch" })) };
  });
  assert.deepEqual(result, { code: 0, said: "zero|o n e|b|m|dumb|/tmp|50 132\r\n", unknown: "ENOENT" });
});

shells.test("a_shell_leads_a_session_and_is_its_terminal_s_foreground", async ({ page }) => {
  await withShells(page);
  const result = await page.evaluate(async () => {
    const kernel = await boot();
    const seen = {};
    await kernel.mount(makeDriver("toy", {
      toy: (process, ki, { pid, fds }) => {
        seen.all = [ki.getsid(pid) === pid, ki.getpgid(pid) === pid, ki.tcgetpgrp(pid, fds.stdin) === pid, [0, 1, 2].map((fd) => ki.isatty(pid, fd)).join(), ki.tcgetattr(pid, 0).icanon];
        process.end(0);
      },
    }));
    const { shell } = openIn(kernel, { command: "toy" });
    await shell.wait();
    return seen.all;
  });
  assert.deepEqual(result, [true, true, true, "true,true,true", true]);
});

shells.test("resize_raises_SIGWINCH_in_the_foreground_group_only", async ({ page }) => {
  await withShells(page);
  const result = await page.evaluate(async () => {
    const kernel = await boot();
    const started = [];
    const heard = [];
    await kernel.mount(makeDriver("toy", {
      toy: (process, ki, ctx) => { process.kill = (signal) => { heard.push(`toy ${signal}`); }; started.push({ ki, ctx, process }); },
      child: (process, ki, ctx) => { process.kill = (signal) => { heard.push(`child ${signal}`); }; started.push({ ki, ctx, process }); },
    }));
    const { shell } = openIn(kernel, { command: "toy" });
    const [{ ki, ctx }] = started;
    ki.spawn("child", [], { ppid: ctx.pid });
    const child = started[1].ctx.pid;
    ki.setpgid(child, 0);
    shell.resize(100, 40);
    await until(() => heard.length === 1, 5000, "the first SIGWINCH");
    ki.tcsetpgrp(ctx.pid, 0, child);
    shell.resize(90, 30);
    await until(() => heard.length === 2, 5000, "the second SIGWINCH");
    // The same size is no change.
    shell.resize(90, 30);
    shell.resize(80, 24);
    await until(() => heard.length === 3, 5000, "the third SIGWINCH");
    const resized = heard.slice();
    shell.kill(9);
    return { heard: resized, code: await shell.wait() };
  });
  assert.deepEqual(result, { heard: ["toy 28", "child 28", "child 28"], code: 137 });
});

shells.test("what_is_written_goes_through_the_line_discipline_as_text_or_bytes", async ({ page }) => {
  await withShells(page);
  const result = await page.evaluate(async () => {
    const kernel = await boot();
    const { shell, said, says } = openIn(kernel, { command: "cat" });
    shell.write("ab\x7fc");
    await says("ab\b \bc");
    const before = said();
    shell.write(encode("\n"));
    await says("\r\nac\r\n");
    shell.write("\x04");
    const code = await shell.wait();
    const interrupted = openIn(kernel, { command: "sleep", args: ["100"] });
    interrupted.shell.write("\x03");
    return { before, code, interrupted: await interrupted.shell.wait() };
  });
  assert.deepEqual(result, { before: "ab\b \bc", code: 0, interrupted: 130 });
});

shells.test("onData_is_null_until_it_is_set_keeps_what_came_before_and_can_be_changed", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await boot();
    const shell = kernel.openShell({ command: "cat" });
    const initial = shell.onData;
    shell.write("early\n");
    const first = [];
    const hear = (data) => first.push(data);
    shell.onData = hear;
    const text = (pieces) => pieces.map(decode).join("");
    await until(() => text(first) === "early\r\nearly\r\n", 5000, "what was printed before");
    const same = shell.onData === hear;
    const second = [];
    shell.onData = (data) => second.push(data);
    shell.write("late\n");
    await until(() => text(second) === "late\r\nlate\r\n", 5000, "the second listener's");
    shell.onData = null;
    shell.write("unheard\n\x04");
    const code = await shell.wait();
    return { initial, same, first: text(first), second: text(second), none: shell.onData, bytes: first.every((data) => data instanceof Uint8Array), code, wrong: await codeOf(() => { shell.onData = 5; }) };
  });
  assert.deepEqual(result, { initial: null, same: true, first: "early\r\nearly\r\n", second: "late\r\nlate\r\n", none: null, bytes: true, code: 0, wrong: "EINVAL" });
});

shells.test("kill_sends_the_shell_a_signal_SIGTERM_by_default", async ({ page }) => {
  await withShells(page);
  const result = await page.evaluate(async () => {
    const kernel = await boot();
    const codes = [];
    for (const signal of [undefined, 15, 9]) {
      const { shell } = openIn(kernel, { command: "sleep", args: ["100"] });
      shell.kill(signal);
      codes.push(await shell.wait());
    }
    const interactive = openIn(kernel);
    interactive.shell.write("echo $((40 + 2))\n");
    await interactive.says("42\r\n");
    interactive.shell.kill(15);
    // It ignores SIGTERM, so it goes as if its window were closed.
    codes.push(await interactive.shell.wait());
    return codes;
  });
  assert.deepEqual(result, [143, 143, 137, 129]);
});

/** In the page: what is used of an xterm.js terminal, with `type`, `grow` and what it has shown and lets go of. */
const withTerminal = (page) => page.evaluate(() => {
  globalThis.makeTerminal = (cols, rows) => {
    const terminal = { cols, rows, shown: "", listeners: {}, released: [] };
    const listen = (event) => (listener) => {
      terminal.listeners[event] = listener;
      return { dispose: () => terminal.released.push(event) };
    };
    return Object.assign(terminal, {
      onData: listen("data"), onBinary: listen("binary"), onResize: listen("resize"),
      write(data, taken) { terminal.shown += decode(data); setTimeout(taken, 0); },
      shows: (text) => until(() => terminal.shown.includes(text), 10_000, JSON.stringify(text)),
    });
  };
});

shells.test("connectTerminal_joins_keys_output_and_size_and_lets_go_at_the_end", async ({ page }) => {
  await withTerminal(page);
  const result = await page.evaluate(async () => {
    const kernel = await boot();
    const terminal = makeTerminal(70, 20);
    const running = kernel.connectTerminal({ terminal, command: "bash", env: { X: "x" }, cwd: "/tmp" });
    await until(() => terminal.listeners.data, 5000, "the listeners");
    terminal.listeners.data("stty size; echo $X; pwd\r");
    await terminal.shows("20 70\r\nx\r\n/tmp\r\n");
    terminal.listeners.resize({ cols: 99, rows: 33 });
    terminal.listeners.binary("stty size\r");
    await terminal.shows("33 99");
    terminal.listeners.data("exit 6\r");
    return { code: await running, released: terminal.released.sort() };
  });
  assert.deepEqual(result, { code: 6, released: ["binary", "data", "resize"] });
});

shells.test("connectTerminal_gives_the_output_to_onData_instead_of_the_terminal", async ({ page }) => {
  await withTerminal(page);
  const result = await page.evaluate(async () => {
    const kernel = await boot();
    const alone = [];
    const first = await kernel.connectTerminal({ command: "echo", args: ["mine"], onData: (data) => alone.push(data) });
    const terminal = makeTerminal(80, 24);
    const beside = [];
    const running = kernel.connectTerminal({ terminal, command: "cat", onData: (data) => beside.push(data) });
    await until(() => terminal.listeners.data, 5000, "the listeners");
    terminal.listeners.data("typed\r\x04");
    const text = (pieces) => pieces.map(decode).join("");
    return { first, alone: text(alone), second: await running, beside: text(beside), shown: terminal.shown, bytes: alone.every((data) => data instanceof Uint8Array) };
  });
  assert.deepEqual(result, { first: 0, alone: "mine\r\n", second: 0, beside: "typed\r\ntyped\r\n", shown: "", bytes: true });
});

shells.test("connectTerminal_without_a_terminal_says_what_to_give", async ({ page }) => {
  const errors = await page.evaluate(async () => {
    const kernel = await boot();
    return [(await outcome(kernel.connectTerminal())).error, (await outcome(kernel.connectTerminal({ terminal: {} }))).error];
  });
  assert.deepEqual(errors.map(({ code }) => code), ["EINVAL", "EINVAL"]);
  assert.match(errors[0].message, /\{ terminal \}.*\{ onData \}/);
  assert.match(errors[1].message, /onData or write/);
});
