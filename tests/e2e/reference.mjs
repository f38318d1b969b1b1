//! Sentences of the public API's reference that no other test holds: the kernel, its processes and files.
//! docs/reference-coverage.md says which test holds which sentence.
import assert from "node:assert/strict";
import { Suite } from "./support/suite.mjs";
import { serveBarePage } from "./support/bare.mjs";
import { probeReady as ready } from "./support/probe.mjs";

const kernels = new Suite("reference: the kernel", { serve: serveBarePage, ready });
const files = new Suite("reference: files and devices", { serve: serveBarePage, ready });

export const suites = [kernels, files];

// ------------------------------------------------------------------------------------------------------------ kernel

kernels.test("cwd_is_where_programs_start_and_is_the_root_by_default", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const pwd = async (options) => (await (await boot(options)).exec("pwd")).stdout;
    return [await pwd({}), await pwd({ cwd: "/home/me" })];
  });
  assert.deepEqual(result, ["/\n", "/home/me\n"]);
});

kernels.test("initSync_takes_a_compiled_module_and_init_a_module_or_a_url", async ({ page, url }) => {
  const said = [];
  for (const way of ["sync", "module", "url"]) {
    await page.goto(url);
    await ready(page);
    said.push(await page.evaluate(async (how) => {
      const module = how === "url" ? new URL("./pkg/cobnut_bg.wasm", location.href) : await WebAssembly.compileStreaming(fetch("./pkg/cobnut_bg.wasm"));
      const { memory } = how === "sync" ? cobnut.initSync({ module }) : await cobnut.default({ module_or_path: module });
      return [memory.buffer instanceof SharedArrayBuffer, (await (await boot()).exec("echo up")).stdout];
    }, way));
  }
  assert.deepEqual(said, Array(3).fill([true, "up\n"]));
});

kernels.test("mount_resolves_when_init_has_ended_and_the_commands_are_there", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await boot();
    const order = [];
    const driver = makeDriver("late", { toy: (process) => process.end(4) }, {
      async init(ki) {
        order.push(typeof ki.fdOpen);
        await new Promise((go) => setTimeout(go, 20));
        order.push(`during ${kernel.commands.has("toy")}`);
      },
    });
    const mounting = kernel.mount(driver);
    order.push(mounting instanceof Promise);
    order.push(await mounting, kernel.commands.get("toy"));
    return [...order, (await kernel.exec("toy")).exitCode, await kernel.spawn("toy", []).wait()];
  });
  assert.deepEqual(result, [true, "function", "during false", undefined, "late", 4, 4]);
});

kernels.test("wasmBinaryPath_says_where_the_userland_is_and_onProgress_hears_what_is_loaded", async ({ page }) => {
  const result = await page.evaluate(async () => {
    await cobnut.default();
    const kernel = cobnut.createKernel({ filesystem: cobnut.createInMemoryFileSystem() });
    const heard = [];
    await kernel.mount(cobnut.createWasmVmRuntime({ wasmBinaryPath: "./pkg/userland", onProgress: (progress) => heard.push(progress) }));
    const missing = await outcome(kernel.mount(cobnut.createWasmVmRuntime({ wasmBinaryPath: "./nowhere" })));
    const first = heard[0];
    const last = heard.at(-1);
    return { first: first.loaded, last: last.loaded === last.total && last.total > 1_000_000, said: (await kernel.exec("echo here")).stdout, missing: missing.error?.code };
  });
  assert.deepEqual(result, { first: 0, last: true, said: "here\n", missing: "ENOENT" });
});

kernels.test("the_userland_has_a_shell_by_both_its_names_and_more_than_eighty_commands", async ({ page }) => {
  const { commands, bash, unknown } = await page.evaluate(async () => {
    const kernel = await boot();
    const names = [...kernel.commands].filter(([name, driver]) => driver === "wasmvm" && !name.startsWith("guest-")).map(([name]) => name);
    const all = await kernel.exec(`for name in ${names.filter((name) => name !== "[").join(" ")}; do type $name >/dev/null || echo $name; done`);
    return { commands: names, bash: (await kernel.exec("bash -c 'echo in bash'")).stdout, unknown: all.stdout };
  });
  for (const name of ["sh", "bash", "cat", "grep", "ls", "find"]) assert.ok(commands.includes(name), name);
  assert.ok(commands.length > 86, `${commands.length} commands`);
  assert.deepEqual([bash, unknown], ["in bash\n", ""]);
});

kernels.test("exec_merges_env_with_the_kernel_s_and_ends_stdin_after_its_data", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await boot({ env: { A: "kernel", B: "kernel", PATH: "/bin" } });
    const merged = await kernel.exec("echo $A $B $C", { env: { B: "exec", C: "exec" } });
    const text = await kernel.exec("cat; echo end", { stdin: "text " });
    const bytes = await kernel.exec("cat; echo end", { stdin: encode("bytes ") });
    const none = await kernel.exec("cat; echo end");
    return { merged, text: text.stdout, bytes: bytes.stdout, none: none.stdout, later: (await kernel.exec("echo $B")).stdout };
  });
  assert.deepEqual(result, { merged: { exitCode: 0, stdout: "kernel exec exec\n", stderr: "" }, text: "text end\n", bytes: "bytes end\n", none: "end\n", later: "kernel\n" });
});

kernels.test("spawn_gives_the_kernel_s_env_and_cwd_and_streams_both_outputs", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await boot({ env: { A: "kernel", PATH: "/bin" }, cwd: "/srv" });
    const said = { out: [], err: [] };
    const script = "echo $A $B; pwd; echo problem >&2; read line; echo $line; exit 3";
    const process = kernel.spawn("sh", ["-c", script], { env: { B: "mine" }, onStdout: (data) => said.out.push(data), onStderr: (data) => said.err.push(data) });
    const text = (pieces) => pieces.map(decode).join("");
    await until(() => text(said.out) === "kernel mine\n/srv\n" && text(said.err) === "problem\n", 5000, "what it printed before it read");
    process.writeStdin("more\n");
    return { code: await process.wait(), out: text(said.out), bytes: [...said.out, ...said.err].every((data) => data instanceof Uint8Array) };
  });
  assert.deepEqual(result, { code: 3, out: "kernel mine\n/srv\nmore\n", bytes: true });
});

kernels.test("stderrFd_stdoutFd_and_stdinFd_are_descriptors_of_the_process_ppid", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const { kernel, ki, pid } = await probe();
    const [input, output, errors] = [ki.pipe(pid), ki.pipe(pid), ki.pipe(pid)];
    const child = kernel.spawn("sh", ["-c", "read line; echo out $line; echo err >&2"], { ppid: pid, stdinFd: input.readFd, stdoutFd: output.writeFd, stderrFd: errors.writeFd });
    ki.fdWrite(pid, input.writeFd, "line\n");
    const ppid = kernel.processes.get(child.pid)?.ppid === pid;
    const said = [decode(await ki.fdRead(pid, output.readFd, 100)), decode(await ki.fdRead(pid, errors.readFd, 100))];
    return { ppid, said, code: await child.wait(), write: await codeOf(() => child.writeStdin("x")) };
  });
  assert.deepEqual(result, { ppid: true, said: ["out line\n", "err\n"], code: 0, write: "EBADF" });
});

kernels.test("kill_without_a_number_is_SIGTERM", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await boot();
    const process = kernel.spawn("sleep", ["100"]);
    process.kill();
    const code = await process.wait();
    return { code, again: await codeOf(() => process.kill()), wait: await process.wait(), wrong: await codeOf(() => process.kill(999)) };
  });
  assert.deepEqual(result, { code: 143, again: undefined, wait: 143, wrong: "EINVAL" });
});

kernels.test("writeStdin_queues_what_does_not_fit_yet", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await boot();
    let counted = "";
    const process = kernel.spawn("sh", ["-c", "read start; wc -c"], { onStdout: (data) => { counted += decode(data); } });
    // Sixteen times what a pipe holds, before anybody reads.
    const answers = [process.writeStdin("start\n")];
    for (let piece = 0; piece < 16; piece += 1) answers.push(process.writeStdin(new Uint8Array(65_536)));
    process.closeStdin();
    return { code: await process.wait(), counted: Number(counted), answers: [...new Set(answers)] };
  });
  assert.deepEqual(result, { code: 0, counted: 16 * 65_536, answers: [undefined] });
});

kernels.test("processes_describe_each_process_in_full", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await boot();
    const before = Date.now();
    const process = kernel.spawn("sh", ["-c", "sleep 100; true"]);
    await until(() => [...kernel.processes.values()].some(({ command }) => command === "sleep"), 5000, "the child");
    const shell = kernel.processes.get(process.pid);
    const child = [...kernel.processes.values()].find(({ command }) => command === "sleep");
    process.kill(19);
    await until(() => kernel.processes.get(process.pid).status === "stopped", 5000, "the stop");
    process.kill(9);
    await process.wait();
    await until(() => !kernel.processes.has(process.pid), 5000, "its row's end");
    await kernel.exec(`kill -9 ${child.pid}`);
    await until(() => kernel.processes.size === 0, 5000, "an empty table");
    return {
      isMap: kernel.processes instanceof Map, keys: Object.keys(shell).sort(),
      shell: { ...shell, pid: shell.pid === process.pid, pgid: shell.pgid === process.pid, sid: shell.sid === process.pid, startTime: Math.abs(shell.startTime - before) < 60_000, cpuTime: shell.cpuTime >= 0 },
      child: { ppid: child.ppid === process.pid, pgid: child.pgid === process.pid, sid: child.sid === process.pid, args: child.args },
    };
  });
  assert.deepEqual(result, {
    isMap: true, keys: ["args", "command", "cpuTime", "driver", "exitCode", "pgid", "pid", "ppid", "sid", "startTime", "status"],
    shell: { pid: true, ppid: 1, pgid: true, sid: true, driver: "wasmvm", command: "sh", args: ["-c", "sleep 100; true"], status: "running", exitCode: null, startTime: true, cpuTime: true },
    child: { ppid: true, pgid: true, sid: true, args: ["100"] },
  });
});

kernels.test("dispose_kills_what_has_not_heeded_SIGTERM_after_a_second", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await boot();
    const order = [];
    await kernel.mount(makeDriver("deaf", { deaf: (process) => { process.kill = (signal) => order.push(signal); } }, { dispose: async () => { order.push("disposed"); } }));
    const deaf = kernel.spawn("deaf", []);
    const sleeping = kernel.spawn("sleep", ["100"]).wait();
    const waited = deaf.wait().then((code) => { order.push(code); return code; });
    const { seconds } = await outcome(kernel.dispose());
    return { order, seconds, sleeping: await sleeping, waited: await waited };
  });
  assert.ok(result.seconds >= 0.95, `${result.seconds}`);
  assert.deepEqual([result.sleeping, result.waited], [143, 137]);
  assert.equal(result.order[0], 15);
  assert.ok(result.order.indexOf("disposed") > result.order.indexOf(9), `${result.order}`);
});

kernels.test("after_dispose_every_call_says_disposed", async ({ page }) => {
  const { messages, again } = await page.evaluate(async () => {
    const kernel = await boot();
    await kernel.dispose();
    const calls = {
      mount: () => kernel.mount(cobnut.createWasmVmRuntime()), exec: () => kernel.exec("true"), spawn: () => kernel.spawn("true", []), openShell: () => kernel.openShell(),
      connectTerminal: () => kernel.connectTerminal({ onData() {} }), writeFile: () => kernel.writeFile("/f", ""), readFile: () => kernel.readFile("/f"), mkdir: () => kernel.mkdir("/d"),
      readdir: () => kernel.readdir("/"), stat: () => kernel.stat("/"), exists: () => kernel.exists("/"), mountFs: () => kernel.mountFs("/m", cobnut.createInMemoryFileSystem()),
      unmountFs: () => kernel.unmountFs("/m"), commands: () => kernel.commands, processes: () => kernel.processes, stats: () => kernel.stats(),
    };
    const said = {};
    for (const [name, call] of Object.entries(calls)) said[name] = (await outcome(call)).error?.message ?? "it went through";
    return { messages: said, again: await outcome(kernel.dispose()) };
  });
  for (const [name, message] of Object.entries(messages)) assert.match(message, /disposed/, name);
  assert.equal(again.error, undefined);
});

// ------------------------------------------------------------------------------------------------- files and devices

files.test("stat_has_every_field_of_a_VirtualStat", async ({ page }) => {
  const { file, link, directory, device, now } = await page.evaluate(async () => {
    await cobnut.default();
    const filesystem = cobnut.createInMemoryFileSystem();
    const kernel = await boot({ filesystem });
    await kernel.writeFile("/tmp/f", new Uint8Array(10_000));
    await filesystem.link("/tmp/f", "/tmp/g");
    await filesystem.chown("/tmp/f", 7, 8);
    await filesystem.symlink("f", "/tmp/l");
    return { file: await kernel.stat("/tmp/f"), link: await filesystem.lstat("/tmp/l"), directory: await kernel.stat("/tmp"), device: await kernel.stat("/dev/zero"), now: Date.now() };
  });
  const { atimeMs, mtimeMs, ctimeMs, birthtimeMs, ino, dev, blocks, ...rest } = file;
  assert.deepEqual(rest, { mode: 0o100644, size: 10_000, isDirectory: false, isSymbolicLink: false, nlink: 2, uid: 7, gid: 8, rdev: 0 });
  for (const time of [atimeMs, mtimeMs, ctimeMs, birthtimeMs]) assert.ok(Math.abs(time - now) < 60_000, `${time}`);
  assert.ok(ino > 0 && dev > 0 && blocks * 512 >= 10_000, `${[ino, dev, blocks]}`);
  assert.deepEqual([link.mode, link.size, link.isSymbolicLink, link.isDirectory], [0o120777, 1, true, false]);
  assert.deepEqual([directory.mode, directory.isDirectory], [0o041777, true]);
  assert.deepEqual([device.mode, device.rdev, device.isDirectory], [0o020666, 0x105, false]);
});

files.test("createInMemoryFileSystem_has_every_method_and_each_answers_a_promise", async ({ page }) => {
  const result = await page.evaluate(async () => {
    await cobnut.default();
    const fs = cobnut.createInMemoryFileSystem();
    const calls = [
      ["mkdir", "/d/e", { recursive: true }], ["createDir", "/d/f"], ["writeFile", "/d/a", "text"], ["writeFile", "/d/bytes", encode("bytes")], ["pwrite", "/d/a", 2, encode("XT")], ["symlink", "a", "/d/l"],
      ["link", "/d/a", "/d/h"], ["chmod", "/d/a", 0o600], ["chown", "/d/a", 5, 6], ["utimes", "/d/a", 1000, 2000], ["stat", "/d/l"], ["lstat", "/d/l"], ["readFile", "/d/bytes"], ["readTextFile", "/d/l"], ["readDir", "/d"], ["readDirWithTypes", "/d"],
      ["exists", "/d/a"], ["exists", "/d/none"], ["realpath", "/d/l"], ["readlink", "/d/l"], ["pread", "/d/a", 1, 2], ["truncate", "/d/a", 1], ["rename", "/d/a", "/d/b"], ["removeFile", "/d/l"], ["removeDir", "/d/f"],
    ];
    const answers = {};
    for (const [method, ...args] of calls) {
      const promise = fs[method](...args);
      const value = await promise;
      (answers[method] ??= []).push(promise instanceof Promise, value instanceof Uint8Array ? decode(value) : value);
    }
    const codes = [];
    for (const [method, ...args] of [["mkdir", "/d"], ["mkdir", "/x/y"], ["createDir", "/x/y"], ["removeDir", "/d"], ["removeFile", "/d"], ["readFile", "/none"], ["readDir", "/d/b"], ["readlink", "/d/b"], ["rename", "/none", "/x"]]) codes.push(await codeOf(() => fs[method](...args)));
    return { answers, codes, left: await fs.readDir("/d") };
  });
  const { stat, lstat, ...rest } = result.answers;
  assert.deepEqual([stat[1].mode, stat[1].uid, stat[1].gid, stat[1].atimeMs, stat[1].mtimeMs, stat[1].nlink, lstat[1].isSymbolicLink], [0o100600, 5, 6, 1000, 2000, 2, true]);
  const done = [true, undefined];
  const kind = (name, isDirectory, isSymbolicLink) => ({ name, isDirectory, isSymbolicLink });
  assert.deepEqual(rest, {
    mkdir: done, createDir: done, writeFile: [...done, ...done], pwrite: done, symlink: done, link: done, chmod: done, chown: done, utimes: done, readFile: [true, "bytes"], readTextFile: [true, "teXT"],
    readDir: [true, ["a", "bytes", "e", "f", "h", "l"]], readDirWithTypes: [true, [kind("a", false, false), kind("bytes", false, false), kind("e", true, false), kind("f", true, false), kind("h", false, false), kind("l", false, true)]],
    exists: [true, true, true, false], realpath: [true, "/d/a"], readlink: [true, "a"], pread: [true, "eX"], truncate: done, rename: done, removeFile: done, removeDir: done,
  });
  assert.deepEqual(result.codes, ["EEXIST", "ENOENT", "ENOENT", "ENOTEMPTY", "EISDIR", "ENOENT", "ENOTDIR", "EINVAL", "ENOENT"]);
  assert.deepEqual(result.left, ["b", "bytes", "e", "h"]);
});

files.test("pwrite_is_used_where_there_is_one", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await boot();
    const make = (more) => {
      const log = [];
      let data = encode("0123456789");
      const fs = {
        stat: (path) => ({ mode: 0o644, size: path === "/" ? 0 : data.length, isDirectory: path === "/" }), readDir: () => ["f"], readFile: () => data,
        writeFile: (_, content) => { log.push("writeFile"); data = content; }, ...more && { pwrite: (_, offset, bytes) => { log.push(`pwrite ${offset} ${bytes.length}`); data = data.slice(); data.set(bytes, offset); } },
      };
      return { fs, log, text: () => decode(data) };
    };
    const [one, other] = [make(true), make(false)];
    await kernel.mountFs("/with", one.fs);
    await kernel.mountFs("/without", other.fs);
    await kernel.exec("for d in with without; do printf AB | dd of=/$d/f bs=1 seek=4 conv=notrunc 2>/dev/null; done");
    return [one.text(), one.log.every((call) => call.startsWith("pwrite")), one.log.length > 0, other.text(), [...new Set(other.log)]];
  });
  assert.deepEqual(result, ["0123AB6789", true, true, "0123AB6789", ["writeFile"]]);
});

files.test("the_standard_streams_have_names_in_dev", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await boot();
    return [
      await kernel.exec("cat /dev/stdin; echo out > /dev/stdout; echo err > /dev/stderr", { stdin: "in\n" }),
      await kernel.exec("echo via > /tmp/f; exec 7</tmp/f; cat /dev/fd/7; ls /dev/fd | grep -c 7"),
      await kernel.exec("cat /dev/null | wc -c; head -c 5 /dev/zero | od -An -tx1; echo gone > /dev/null; wc -c < /dev/null"),
    ];
  });
  assert.deepEqual(result[0], { exitCode: 0, stdout: "in\nout\n", stderr: "err\n" });
  assert.equal(result[1].stdout, "via\n1\n");
  assert.equal(result[2].stdout, "0\n 00 00 00 00 00\n0\n");
});

files.test("devices_are_the_kernel_s_whatever_file_system_is_below", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const asked = [];
    const fs = { stat: (path) => { asked.push(path); if (path !== "/") throw Object.assign(new Error("no"), { code: "ENOENT" }); return { mode: 0o755, size: 0, isDirectory: true }; }, readDir: () => [], readFile: () => new Uint8Array() };
    const kernel = await boot({ filesystem: fs });
    const { stdout } = await kernel.exec("echo x > /dev/null; head -c 3 /dev/zero | wc -c; echo out > /dev/stdout; ls /dev/pts | wc -l");
    return { stdout, asked: asked.filter((path) => path.startsWith("/dev/")) };
  });
  assert.deepEqual(result, { stdout: "3\nout\n0\n", asked: [] });
});
