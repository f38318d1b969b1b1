//! The public API in a bare page: `exec`, `spawn`, files, errors and lifetimes, one behaviour a test.
import assert from "node:assert/strict";
import { Suite } from "./support/suite.mjs";
import { barePageReady, serveBarePage } from "./support/bare.mjs";

const exec = new Suite("exec", { serve: serveBarePage, ready: barePageReady });
const timeout = new Suite("exec with a timeout", { serve: serveBarePage, ready: barePageReady });
const spawn = new Suite("spawn", { serve: serveBarePage, ready: barePageReady });
const files = new Suite("files and lifetimes", { serve: serveBarePage, ready: barePageReady });

export const suites = [exec, timeout, spawn, files];

/** Boots a kernel in the page and answers what `exec` gives. @param {import("playwright-core").Page} page */
const execIn = (page, command, options) => page.evaluate(async ([text, more]) => {
  const kernel = await globalThis.boot();
  return kernel.exec(text, more);
}, [command, options]);

/** Command lines and all that comes of them. */
const COMMANDS = [
  ["seq_grep_wc_counts_through_two_pipes", "seq 1 100000 | grep 7 | wc -l", { exitCode: 0, stdout: "40951\n", stderr: "" }],
  ["exit_status_is_that_of_the_shell", "exit 3", { exitCode: 3, stdout: "", stderr: "" }],
  ["subshell_keeps_its_variables_to_itself", "x=1; (x=2; echo $x); echo $x", { exitCode: 0, stdout: "2\n1\n", stderr: "" }],
  ["yes_ends_when_its_reader_does", "yes | head -n 2", { exitCode: 0, stdout: "y\ny\n", stderr: "" }],
  ["wait_waits_for_a_background_subshell", "(echo a; sleep 1) & wait; echo done", { exitCode: 0, stdout: "a\ndone\n", stderr: "" }],
  ["stderr_is_apart_from_stdout", "echo out; echo err >&2; false", { exitCode: 1, stdout: "out\n", stderr: "err\n" }],
  ["redirections_go_through_files", "cd /tmp && echo one > f && echo two >> f && cat < f && wc -l f", { exitCode: 0, stdout: "one\ntwo\n2 f\n", stderr: "" }],
  ["command_substitution_nests", 'echo "$(echo a $(echo b))"', { exitCode: 0, stdout: "a b\n", stderr: "" }],
];

for (const [name, command, expected] of COMMANDS) {
  exec.test(name, async ({ page }) => {
    assert.deepEqual(await execIn(page, command), expected);
  });
}

exec.test("echo_hello_and_ls_tmp_gives_hello_first_and_every_time", async ({ page }) => {
  const results = await page.evaluate(async () => {
    const kernel = await globalThis.boot();
    const all = [];
    for (let round = 0; round < 25; round += 1) all.push(await kernel.exec("echo hello && ls /tmp"));
    return all;
  });
  for (const result of results) assert.deepEqual(result, { exitCode: 0, stdout: "hello\n", stderr: "" });
});

exec.test("unknown_command_gives_127_and_says_its_name", async ({ page }) => {
  const { exitCode, stdout, stderr } = await execIn(page, "nosuch");
  assert.equal(exitCode, 127);
  assert.equal(stdout, "");
  assert.match(stderr, /nosuch.*not found/);
});

for (const [name, unit] of [["ascii", "0123456789abcdefghijklmnopqrstu\n"], ["utf8", "aß∂漢😀\n"]]) {
  exec.test(`cat_returns_1_mib_of_${name}_stdin_byte_for_byte`, async ({ page }) => {
    const result = await page.evaluate(async (piece) => {
      const kernel = await globalThis.boot();
      const size = new TextEncoder().encode(piece).length;
      // A counter in each piece, so that lost, doubled and swapped pieces show.
      let text = "";
      for (let bytes = 0, line = 0; bytes < 1 << 20; line += 1) {
        const next = line % 8 === 0 ? `${line}\n` : piece;
        bytes += line % 8 === 0 ? next.length : size;
        text += next;
      }
      const { exitCode, stdout, stderr } = await kernel.exec("cat", { stdin: text });
      return { exitCode, same: stdout === text, sent: text.length, got: stdout.length, stderr };
    }, unit);
    assert.deepEqual(result, { exitCode: 0, same: true, sent: result.sent, got: result.sent, stderr: "" });
    assert.ok(result.sent > 1 << 18);
  });
}

exec.test("env_and_cwd_are_the_command_s", async ({ page }) => {
  const result = await execIn(page, 'echo "$GREETING from $PWD"; pwd', { env: { GREETING: "hi" }, cwd: "/tmp" });
  assert.deepEqual(result, { exitCode: 0, stdout: "hi from /tmp\n/tmp\n", stderr: "" });
});

exec.test("several_execs_at_once_keep_their_output_apart", async ({ page }) => {
  const outputs = await page.evaluate(async () => {
    const kernel = await globalThis.boot();
    const all = await Promise.all([..."abcdefgh"].map((letter) => kernel.exec(`for i in 1 2 3; do echo ${letter}$i; done`)));
    return all.map(({ stdout }) => stdout);
  });
  assert.deepEqual(outputs, [..."abcdefgh"].map((letter) => `${letter}1\n${letter}2\n${letter}3\n`));
});

/** What `timeout` must end, though it doesn't end by itself. */
const ENDLESS = [
  ["shell_loop", "while true; do :; done"],
  ["guest_that_makes_no_system_call", "guest-spin"],
  ["guest_that_catches_every_exception", "guest-catchall"],
  // Not as the last command: the shell would become it, and a group's leader can't start a session.
  ["guest_in_a_session_of_its_own", "guest-setsid_spin; true"],
  ["command_under_setsid", "setsid guest-spin; true"],
  ["background_job_that_is_waited_for", "guest-spin & wait"],
  ["pipeline", "yes | cat | while read line; do :; done"],
];

for (const [name, command] of ENDLESS) {
  timeout.test(`timeout_ends_a_${name}_within_a_second`, async ({ page }) => {
    const { result, left, after, workers } = await page.evaluate(async (text) => {
      const kernel = await globalThis.boot();
      // So that the time is the kill's and not the first load's.
      await kernel.exec("true; guest-hello");
      const running = `echo out; echo err >&2; ${text}`;
      const ended = await globalThis.outcome(kernel.exec(running, { timeout: 500 }));
      const living = globalThis.alive(kernel);
      const echo = await kernel.exec("echo still here");
      await globalThis.settled(kernel, 3000);
      return { result: ended, left: living, after: echo, workers: await kernel.stats() };
    }, command);
    assert.ok(result.error, `it ended by itself: ${JSON.stringify(result.value)}`);
    assert.equal(result.error.isKernelError, true, `rejected with ${result.error.name}: ${result.error.message}`);
    assert.equal(result.error.code, "ETIMEDOUT");
    assert.equal(result.error.stdout, "out\n");
    assert.equal(result.error.stderr, "err\n");
    assert.ok(result.seconds >= 0.5 && result.seconds <= 1, `took ${result.seconds} s`);
    assert.deepEqual(left, []);
    assert.deepEqual(after, { exitCode: 0, stdout: "still here\n", stderr: "" });
    assert.equal(workers.tearingDown, 0);
  });
}

for (const guest of ["recurse", "recurse_write"]) {
  timeout.test(`guest_that_recurses_without_end_dies_alone_${guest}`, async ({ page }) => {
    const { result, after } = await page.evaluate(async (name) => {
      const kernel = await globalThis.boot();
      const ended = await globalThis.outcome(kernel.exec(`guest-${name}`, { timeout: 5000 }));
      return { result: ended, after: await kernel.exec("echo still here") };
    }, guest);
    assert.equal(result.value?.exitCode, 134, JSON.stringify(result));
    assert.notEqual(result.value.stderr, "");
    assert.deepEqual(after, { exitCode: 0, stdout: "still here\n", stderr: "" });
  });
}

timeout.test("command_that_ends_in_time_is_not_touched", async ({ page }) => {
  const result = await execIn(page, "sleep 0.1; echo done", { timeout: 10_000 });
  assert.deepEqual(result, { exitCode: 0, stdout: "done\n", stderr: "" });
});

/** Guests that end in their own way: [guest, exit status, what standard error matches]. */
const ENDS = [
  ["exit42", 42, /^$/],
  ["trap", 134, /unreachable/i],
  ["unknown_import", 126, /nowhere.*nothing/],
  ["catchall_exit", 7, /^$/],
  ["bad_pointers", 0, /^$/],
];

for (const [guest, status, message] of ENDS) {
  spawn.test(`guest_${guest}_ends_with_${status}`, async ({ page }) => {
    const result = await page.evaluate(async (name) => {
      const kernel = await globalThis.boot();
      let stderr = "";
      const decoder = new TextDecoder();
      const process = kernel.spawn(`guest-${name}`, [], { onStderr: (bytes) => { stderr += decoder.decode(bytes); } });
      const exitCode = await process.wait();
      return { exitCode, stderr, after: await kernel.exec("echo still here") };
    }, guest);
    assert.equal(result.exitCode, status, result.stderr);
    assert.match(result.stderr, message);
    assert.equal(result.after.stdout, "still here\n");
  });
}

spawn.test("pid_is_there_at_once_and_output_arrives_as_it_is_written", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await globalThis.boot();
    const chunks = [];
    const process = kernel.spawn("cat", [], { onStdout: (bytes) => chunks.push(new TextDecoder().decode(bytes)) });
    const { pid } = process;
    process.writeStdin("one\n");
    await globalThis.until(() => chunks.join("") === "one\n", 5000, "the first line");
    process.writeStdin(new TextEncoder().encode("two\n"));
    process.closeStdin();
    const exitCode = await process.wait();
    return { pid, known: typeof pid === "number" && pid > 0, exitCode, output: chunks.join("") };
  });
  assert.deepEqual(result, { pid: result.pid, known: true, exitCode: 0, output: "one\ntwo\n" });
});

spawn.test("arguments_env_and_cwd_reach_the_process", async ({ page }) => {
  const output = await page.evaluate(async () => {
    const kernel = await globalThis.boot();
    let text = "";
    const onStdout = (bytes) => { text += new TextDecoder().decode(bytes); };
    await kernel.spawn("sh", ["-c", 'echo "$1|$2|$A|$(pwd)"', "sh", "x y", ""], { onStdout, env: { A: "b c" }, cwd: "/tmp" }).wait();
    return text;
  });
  assert.equal(output, "x y||b c|/tmp\n");
});

for (const [name, signal, status] of [["SIGKILL", 9, 137], ["SIGTERM", 15, 143]]) {
  spawn.test(`kill_with_${name}_ends_a_loop_with_${status}`, async ({ page }) => {
    const result = await page.evaluate(async (number) => {
      const kernel = await globalThis.boot();
      const process = kernel.spawn("guest-spin", []);
      await globalThis.until(() => [...kernel.processes.keys()].includes(process.pid), 5000, "the process");
      process.kill(number);
      const ended = await globalThis.outcome(process.wait());
      return { ended, left: globalThis.alive(kernel) };
    }, signal);
    assert.equal(result.ended.value, status);
    assert.deepEqual(result.left, []);
  });
}

spawn.test("wasm_file_in_the_file_system_runs_by_its_path", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await globalThis.boot();
    await kernel.writeFile("/tmp/hello", new Uint8Array(await (await fetch("./guests/hello.wasm")).arrayBuffer()));
    return kernel.exec("chmod +x /tmp/hello && /tmp/hello");
  });
  assert.deepEqual(result, { exitCode: 0, stdout: "hello\n", stderr: "" });
});

for (const form of ["url", "bytes", "module"]) {
  spawn.test(`command_can_be_given_as_${form}`, async ({ page }) => {
    const result = await page.evaluate(async (kind) => {
      await globalThis.cobnut.default();
      const { createKernel, createInMemoryFileSystem, createWasmVmRuntime } = globalThis.cobnut;
      const kernel = createKernel({ filesystem: createInMemoryFileSystem(), env: { PATH: "/bin" } });
      const url = new URL("./guests/hello.wasm", location.href).href;
      const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
      const mine = { url, bytes, module: await WebAssembly.compile(bytes) }[kind];
      await kernel.mount(createWasmVmRuntime({ commands: { mine } }));
      let output = "";
      const exitCode = await kernel.spawn("mine", [], { onStdout: (data) => { output += new TextDecoder().decode(data); } }).wait();
      return { exitCode, output, driver: kernel.commands.get("mine") };
    }, form);
    assert.deepEqual(result, { exitCode: 0, output: "hello\n", driver: "wasmvm" });
  });
}

spawn.test("unknown_command_is_an_error_that_names_it", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await globalThis.boot();
    return globalThis.outcome(() => kernel.spawn("nosuch", []).wait());
  });
  assert.equal(result.error?.code, "ENOENT", JSON.stringify(result));
  assert.match(result.error.message, /nosuch/);
});

files.test("files_written_by_the_page_are_read_by_commands_and_back", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await globalThis.boot();
    await kernel.mkdir("/tmp/dir");
    await kernel.writeFile("/tmp/dir/a", "from the page\n");
    await kernel.writeFile("/tmp/dir/bytes", new Uint8Array([0, 255, 10]));
    const { stdout } = await kernel.exec("cat dir/a; cp dir/bytes dir/copy; echo shell > dir/b", { cwd: "/tmp" });
    const text = new TextDecoder();
    return {
      stdout,
      copy: [...await kernel.readFile("/tmp/dir/copy")],
      b: text.decode(await kernel.readFile("/tmp/dir/b")),
      names: (await kernel.readdir("/tmp/dir")).sort(),
      size: (await kernel.stat("/tmp/dir/a")).size,
      directory: (await kernel.stat("/tmp/dir")).isDirectory,
      there: await kernel.exists("/tmp/dir/a"),
      notThere: await kernel.exists("/tmp/dir/z"),
    };
  });
  assert.deepEqual(result, {
    stdout: "from the page\n", copy: [0, 255, 10], b: "shell\n", names: ["a", "b", "bytes", "copy"],
    size: 14, directory: true, there: true, notThere: false,
  });
});

files.test("missing_file_rejects_with_ENOENT", async ({ page }) => {
  const { error } = await page.evaluate(async () => {
    const kernel = await globalThis.boot();
    return globalThis.outcome(kernel.readFile("/nowhere"));
  });
  assert.equal(error?.isKernelError, true);
  assert.equal(error.code, "ENOENT");
  assert.match(error.message, /^ENOENT: no such file or directory/);
});

files.test("commands_map_names_to_drivers_and_signals_have_their_numbers", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await globalThis.boot();
    const { SIGINT, SIGQUIT, SIGKILL, SIGTERM, SIGTSTP, SIGWINCH } = globalThis.cobnut;
    return {
      sh: kernel.commands.get("sh"), ls: kernel.commands.get("ls"), nosuch: kernel.commands.get("nosuch"),
      signals: [SIGINT, SIGQUIT, SIGKILL, SIGTERM, SIGTSTP, SIGWINCH],
    };
  });
  assert.deepEqual(result, { sh: "wasmvm", ls: "wasmvm", nosuch: undefined, signals: [2, 3, 9, 15, 20, 28] });
});

files.test("processes_tell_who_runs", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await globalThis.boot();
    const process = kernel.spawn("sleep", ["100"]);
    const info = kernel.processes.get(process.pid);
    process.kill();
    await process.wait();
    return { pid: info?.pid === process.pid, status: info?.status, command: info?.command, left: globalThis.alive(kernel) };
  });
  assert.deepEqual(result, { pid: true, status: "running", command: "sleep", left: [] });
});

files.test("disposed_kernel_ends_its_processes_and_says_disposed", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await globalThis.boot();
    const waited = kernel.spawn("sleep", ["100"]).wait();
    await kernel.dispose();
    return { waited: await globalThis.outcome(waited), exec: await globalThis.outcome(() => kernel.exec("true")) };
  });
  assert.equal(result.waited.value, 143, JSON.stringify(result.waited));
  assert.match(result.exec.error?.message ?? "", /disposed/);
});

files.test("two_kernels_in_a_page_do_not_meet", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const [one, two] = [await globalThis.boot(), await globalThis.boot()];
    await one.exec("echo mine > /tmp/f");
    const other = await two.exists("/tmp/f");
    await one.dispose();
    return { other, after: (await two.exec("echo alive")).stdout };
  });
  assert.deepEqual(result, { other: false, after: "alive\n" });
});

files.test("open_shell_speaks_through_its_terminal", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await globalThis.boot();
    let output = "";
    const decoder = new TextDecoder();
    const shell = kernel.openShell({ cols: 100, rows: 30 });
    shell.onData = (bytes) => { output += decoder.decode(bytes, { stream: true }); };
    shell.write("stty size\n");
    await globalThis.until(() => output.includes("30 100"), 10_000, "stty's answer");
    shell.resize(120, 40);
    shell.write("stty size\n");
    await globalThis.until(() => output.includes("40 120"), 10_000, "stty's answer after resize");
    shell.write("exit 5\n");
    return { pid: shell.pid > 0, exitCode: await shell.wait() };
  });
  assert.deepEqual(result, { pid: true, exitCode: 5 });
});

const limits = new Suite("limits", { serve: serveBarePage, ready: barePageReady });
suites.push(limits);

limits.test("each_limit_of_a_kernel_has_its_clear_error", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const run = async (options, line) => {
      const kernel = await globalThis.boot({ filesystem: undefined, ...options });
      const { exitCode, stdout, stderr } = await kernel.exec(line);
      await kernel.dispose();
      return [exitCode, stdout, stderr];
    };
    return {
      files: await run({ limits: { fileBytes: 1 << 20 } }, "head -c 3000000 /dev/zero > /tmp/big; wc -c < /tmp/big"),
      descriptors: await run({ limits: { openFiles: 8 } }, "exec 5>/tmp/a 6>/tmp/b 7>/tmp/c; exec 9>/tmp/d; echo not here"),
      pipes: await run({ limits: { pipes: 1 } }, "echo a | cat | cat | cat"),
      memory: await run({ limits: { guestMemory: 65536 } }, "true"),
      wrong: (await globalThis.outcome(() => globalThis.cobnut.createKernel({ limits: { pipes: "many" } }))).error,
    };
  });
  assert.match(result.files[2], /[Nn]o space left/);
  assert.ok(Number(result.files[1]) <= 1 << 20, result.files[1]);
  assert.match(result.descriptors[2], /[Tt]oo many open files|[Bb]ad file descriptor/);
  assert.match(result.pipes[2], /[Tt]oo many open files in system/);
  assert.equal(result.memory[0], 126, result.memory[2]);
  assert.match(result.memory[2], /memory/);
  assert.equal(result.wrong?.code, "EINVAL");
});

const published = new Suite("published binaries", { serve: serveBarePage, ready: barePageReady });
suites.push(published);

published.test("commandDirs_mounts_the_reference_system_s_binaries_and_they_run_unmodified", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { createKernel, createWasmVmRuntime } = globalThis.cobnut;
    await globalThis.cobnut.default();
    const kernel = createKernel({});
    await kernel.mount(createWasmVmRuntime({ commandDirs: [{ url: "./published", commands: ["sh", "cat", "ls", "echo", "wc"] }] }));
    await kernel.mkdir("/only");
    await kernel.writeFile("/only/file", "x");
    const first = await kernel.exec("echo a | cat; ls /only");
    const second = await kernel.exec("cat /only/file | wc -c; exit 4");
    const code = async (commandDirs) => (await globalThis.outcome(kernel.mount(createWasmVmRuntime({ commandDirs })))).error?.code;
    // Their shell complains of every child that its own library knows no number of.
    first.stderr = first.stderr.replace(/^.*WARN.* could not retrieve pid for child process\n/gm, "");
    return { first, second: [second.exitCode, second.stdout.trim()], errors: [await code([5]), await code([{ url: "./published", commands: ["nosuch"] }]), await code(["./published"])] };
  });
  assert.deepEqual(result, { first: { exitCode: 0, stdout: "a\nfile\n", stderr: "" }, second: [4, "1"], errors: ["EINVAL", "ENOENT", "ENOENT"] });
}, { limitMs: 2 * 60_000 });
