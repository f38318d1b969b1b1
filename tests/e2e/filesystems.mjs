//! File systems that live on the page: any object with the methods of `VirtualFileSystem`, as the root and at mount points.
import assert from "node:assert/strict";
import { Suite } from "./support/suite.mjs";
import { barePageReady, serveBarePage } from "./support/bare.mjs";

const systems = new Suite("file systems of the page", { serve: serveBarePage, ready: barePageReady });

export const suites = [systems];

/** Defines `makeFs({ sync, without })` in the page: a complete file system over a Map, that logs its calls. */
const withFs = (page) => page.evaluate(() => {
  const fail = (code) => { throw Object.assign(new Error(code), { code }); };
  globalThis.makeFs = ({ sync = false, without = [] } = {}) => {
    const nodes = new Map([["/", { dir: true, mode: 0o755 }]]);
    const log = [];
    const get = (path) => nodes.get(path) ?? fail("ENOENT");
    const parent = (path) => path.slice(0, path.lastIndexOf("/")) || "/";
    const names = (path) => [...nodes.keys()].filter((each) => each !== "/" && parent(each) === path).map((each) => each.slice(each.lastIndexOf("/") + 1));
    const put = (path, node) => { if (!get(parent(path)).dir) fail("ENOTDIR"); nodes.set(path, { mode: 0o644, mtimeMs: Date.now(), ...nodes.get(path), ...node }); };
    const bytes = (content) => (typeof content === "string" ? new TextEncoder().encode(content) : content.slice());
    const stat = (node) => ({
      mode: node.mode, size: node.data?.length ?? 0, isDirectory: !!node.dir, isSymbolicLink: node.target !== undefined,
      atimeMs: node.atimeMs ?? node.mtimeMs ?? 0, mtimeMs: node.mtimeMs ?? 0, ctimeMs: 0, birthtimeMs: 0, ino: 0, nlink: 1, uid: node.uid ?? 0, gid: node.gid ?? 0,
    });
    const file = (path) => { const node = get(path); return node.dir ? fail("EISDIR") : node; };
    const methods = {
      readFile: (path) => file(path).data.slice(),
      readTextFile: (path) => new TextDecoder().decode(file(path).data),
      readDir: (path) => (get(path).dir ? names(path) : fail("ENOTDIR")),
      readDirWithTypes: (path) => (get(path).dir ? names(path).map((name) => { const node = nodes.get(`${path === "/" ? "" : path}/${name}`); return { name, isDirectory: !!node.dir, isSymbolicLink: node.target !== undefined }; }) : fail("ENOTDIR")),
      writeFile: (path, content) => put(path, { data: bytes(content) }),
      createDir: (path) => (nodes.has(path) ? fail("EEXIST") : put(path, { dir: true, mode: 0o755 })),
      mkdir: (path) => (nodes.has(path) ? fail("EEXIST") : put(path, { dir: true, mode: 0o755 })),
      exists: (path) => nodes.has(path),
      stat: (path) => stat(get(path)),
      lstat: (path) => stat(get(path)),
      removeFile: (path) => { get(path); nodes.delete(path); },
      removeDir: (path) => { get(path); nodes.delete(path); },
      rename: (old, path) => { get(old); for (const [at, node] of [...nodes]) if (at === old || at.startsWith(`${old}/`)) { nodes.delete(at); nodes.set(path + at.slice(old.length), node); } },
      realpath: (path) => path,
      symlink: (target, path) => put(path, { target, mode: 0o777 }),
      readlink: (path) => get(path).target ?? fail("EINVAL"),
      link: (old, path) => nodes.set(path, file(old)),
      chmod: (path, mode) => { get(path).mode = mode; },
      chown: (path, uid, gid) => Object.assign(get(path), { uid, gid }),
      utimes: (path, atimeMs, mtimeMs) => Object.assign(get(path), { atimeMs, mtimeMs }),
      truncate: (path, length) => { const node = file(path); const data = new Uint8Array(length); data.set(node.data.subarray(0, length)); node.data = data; },
      pread: (path, offset, length) => file(path).data.slice(offset, offset + length),
      pwrite: (path, offset, data) => { const node = file(path); const all = new Uint8Array(Math.max(node.data.length, offset + data.length)); all.set(node.data); all.set(data, offset); node.data = all; },
    };
    const fs = { nodes, log };
    for (const [name, method] of Object.entries(methods)) {
      if (without.includes(name)) continue;
      fs[name] = sync
        ? (...args) => { log.push(name); return method(...args); }
        : async (...args) => { log.push(name); await new Promise((go) => setTimeout(go, 0)); return method(...args); };
    }
    return fs;
  };
});

const SCRIPT = `cd /mnt && mkdir -p a/b && echo one > a/b/f && echo two >> a/b/f && cat a/b/f && ln -s a/b link && ls link && cp a/b/f copy && mv a moved
  && wc -l < moved/b/f && chmod 600 copy && stat -c %a copy && rm copy && ls && head -c 300000 /dev/zero > big && wc -c < big && find . | sort && rm -r moved && ls`.replaceAll("\n", " ");
const EXPECTED = "one\ntwo\nf\n2\n600\nlink\nmoved\n300000\n.\n./big\n./link\n./moved\n./moved/b\n./moved/b/f\nbig\nlink\n";

for (const [name, options] of [
  ["async", {}],
  ["sync", { sync: true }],
  ["async_without_the_methods_that_others_make_up_for", { without: ["pread", "pwrite", "readDirWithTypes", "truncate", "mkdir", "lstat"] }],
]) {
  systems.test(`commands_work_in_a_mounted_${name}_file_system`, async ({ page }) => {
    await withFs(page);
    const result = await page.evaluate(async ([options, script]) => {
      const kernel = await globalThis.boot();
      const fs = globalThis.makeFs(options);
      await kernel.mountFs("/mnt", fs);
      return kernel.exec(script);
    }, [options, SCRIPT]);
    assert.deepEqual(result, { exitCode: 0, stdout: EXPECTED, stderr: "" });
  });
}

systems.test("the_page_s_files_and_the_kernel_s_view_are_one", async ({ page }) => {
  await withFs(page);
  const result = await page.evaluate(async () => {
    const kernel = await globalThis.boot();
    const fs = globalThis.makeFs();
    await fs.writeFile("/hello", "from the page");
    await kernel.mountFs("/mnt/deep/er", fs);
    const text = new TextDecoder();
    const seen = text.decode(await kernel.readFile("/mnt/deep/er/hello"));
    await kernel.writeFile("/mnt/deep/er/back", "from the kernel");
    await fs.writeFile("/hello", "changed");
    return {
      seen,
      back: await fs.readTextFile("/back"),
      changed: (await kernel.exec("cat /mnt/deep/er/hello")).stdout,
      names: await kernel.readdir("/mnt/deep/er"),
      stat: (await kernel.stat("/mnt/deep/er/back")).size,
      missing: await globalThis.outcome(kernel.readFile("/mnt/deep/er/none")),
      exists: [await kernel.exists("/mnt/deep/er/back"), await kernel.exists("/mnt/deep/er/none")],
    };
  });
  assert.equal(result.missing.error?.code, "ENOENT");
  delete result.missing;
  assert.deepEqual(result, { seen: "from the page", back: "from the kernel", changed: "changed", names: ["back", "hello"], stat: 15, exists: [true, false] });
});

systems.test("create_kernel_takes_one_as_its_root_and_writes_nothing_of_its_own_into_it", async ({ page }) => {
  await withFs(page);
  const result = await page.evaluate(async () => {
    const fs = globalThis.makeFs();
    await fs.mkdir("/tmp");
    await fs.writeFile("/script", "#!/bin/sh\necho script $1\n");
    await fs.chmod("/script", 0o755);
    const kernel = await globalThis.boot({ filesystem: fs });
    const first = await kernel.exec("echo hello > /tmp/data.txt && cat /tmp/data.txt && ls / && ls /bin | grep -c . && /script run && echo $(echo sub)");
    const spawned = kernel.spawn("cat", ["/tmp/data.txt"], { onStdout: (bytes) => { globalThis.said = new TextDecoder().decode(bytes); } });
    const code = await spawned.wait();
    const nosuch = kernel.spawn("/nosuch", [], { onStderr: (bytes) => { globalThis.complained = new TextDecoder().decode(bytes); } });
    return { first, pid: spawned.pid > 0, code, said: globalThis.said, nosuch: await nosuch.wait(), complained: globalThis.complained, nodes: [...fs.nodes.keys()].sort() };
  });
  assert.deepEqual(result.nodes, ["/", "/script", "/tmp", "/tmp/data.txt"]);
  const lines = result.first.stdout.split("\n");
  assert.deepEqual(lines.slice(0, 1), ["hello"], JSON.stringify(result.first));
  assert.ok(Number(lines.find((line) => /^\d+$/.test(line))) > 90, result.first.stdout);
  assert.match(result.first.stdout, /script run\nsub\n$/);
  assert.deepEqual([result.pid, result.code, result.said, result.nosuch], [true, 0, "hello\n", 127]);
  assert.match(result.complained, /nosuch.*no such file/);
});

systems.test("rejections_have_their_errno_and_missing_methods_are_enosys", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await globalThis.boot();
    const stat = (path) => (path === "/f" || path === "/" ? { mode: 0o644, size: 3, isDirectory: path === "/" } : Promise.reject(Object.assign(new Error("x"), { code: "ENOENT" })));
    await kernel.mountFs("/mnt", {
      stat,
      readFile: async () => { throw Object.assign(new Error("quota"), { code: "ENOSPC" }); },
      writeFile: async () => { throw new Error("something else"); },
    });
    const code = async (promise) => (await globalThis.outcome(promise)).error?.code;
    return {
      read: await code(kernel.readFile("/mnt/f")), write: await code(kernel.writeFile("/mnt/f", "x")), list: await code(kernel.readdir("/mnt")), none: await code(kernel.readFile("/mnt/g")),
      shell: (await kernel.exec("cat /mnt/f")).stderr,
      other: await (async () => {
        await kernel.mountFs("/odd", { stat, readFile: () => new Uint8Array(3), writeFile: async () => { throw new Error("something else"); } });
        return code(kernel.writeFile("/odd/f", "x"));
      })(),
      nothing: await code(kernel.mountFs("/other", { some: "thing" })),
    };
  });
  assert.deepEqual({ ...result, shell: undefined }, { read: "ENOSPC", write: "ENOSPC", list: "ENOSYS", none: "ENOENT", shell: undefined, other: "EIO", nothing: "EINVAL" });
  assert.match(result.shell, /[Nn]o space left/);
});

systems.test("unmount_gives_the_place_back_and_busy_and_wrong_places_are_refused", async ({ page }) => {
  await withFs(page);
  const result = await page.evaluate(async () => {
    const kernel = await globalThis.boot();
    const fs = globalThis.makeFs();
    await kernel.mkdir("/mnt");
    await kernel.writeFile("/mnt/below", "x");
    await kernel.mountFs("/mnt", fs);
    const during = await kernel.readdir("/mnt");
    const twice = (await globalThis.outcome(kernel.mountFs("/mnt", globalThis.makeFs()))).error?.code;
    const { exitCode } = await kernel.exec("rmdir /mnt");
    await kernel.unmountFs("/mnt");
    return { during, twice, exitCode, after: await kernel.readdir("/mnt"), again: (await globalThis.outcome(kernel.unmountFs("/mnt"))).error?.code };
  });
  assert.deepEqual(result, { during: [], twice: "EBUSY", exitCode: 1, after: ["below"], again: "EINVAL" });
});

systems.test("in_memory_file_systems_mount_too", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await globalThis.boot();
    const fs = globalThis.cobnut.createInMemoryFileSystem();
    await fs.writeFile("/a", "1");
    await kernel.mountFs("/data", fs);
    await kernel.exec("echo 2 > /data/b");
    return [await kernel.readdir("/data"), await fs.readTextFile("/b")];
  });
  assert.deepEqual(result, [["a", "b"], "2\n"]);
});

systems.test("a_file_system_that_never_answers_holds_nobody_else_up", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await globalThis.boot();
    const never = () => new Promise(() => {});
    await kernel.mountFs("/mnt", { stat: never, lstat: never, readDir: never, readFile: never });
    const stuck = kernel.spawn("cat", ["/mnt/f"]);
    const pending = globalThis.outcome(kernel.readFile("/mnt/f"));
    const timed = await globalThis.outcome(kernel.exec("cat /mnt/f", { timeout: 300 }));
    const other = await kernel.exec("echo alive");
    stuck.kill(9);
    const killed = await stuck.wait();
    const before = performance.now();
    await kernel.dispose();
    return { timed: timed.error?.code, other: other.stdout, killed, quick: performance.now() - before < 5000, pending: (await pending).error?.code };
  }).catch((error) => ({ error: String(error) }));
  assert.equal(result.error, undefined);
  assert.deepEqual(result, { timed: "ETIMEDOUT", other: "alive\n", killed: 137, quick: true, pending: "EIO" });
});

const overlays = new Suite("overlays", { serve: serveBarePage, ready: barePageReady });
suites.push(overlays);

for (const [name, options] of [["in_memory", undefined], ["async", {}], ["sync", { sync: true }]]) {
  overlays.test(`a_kernel_runs_on_an_overlay_and_never_changes_its_lower_layer_${name}`, async ({ page }) => {
    await withFs(page);
    const result = await page.evaluate(async (kind) => {
      const { createInMemoryFileSystem, createOverlayFileSystem } = globalThis.cobnut;
      await globalThis.cobnut.default();
      const lower = kind ? globalThis.makeFs(kind) : createInMemoryFileSystem();
      await lower.mkdir("/project");
      await lower.writeFile("/project/a", "one\n");
      await lower.writeFile("/project/b", "two\n");
      await lower.symlink("a", "/project/l");
      const upper = createInMemoryFileSystem();
      const kernel = await globalThis.boot({ filesystem: createOverlayFileSystem({ lower, upper }), cwd: "/work" });
      const first = await kernel.exec("pwd; cd /project && cat a l && echo more >> a && rm b && mv l m && echo new > n && mkdir d && ls && cat a && stat -c %a /tmp && ls -d /bin /dev /proc");
      const inUpper = [await upper.readTextFile("/project/a"), await upper.exists("/project/b"), await upper.readTextFile("/project/n")];
      const inLower = [await lower.readTextFile("/project/a"), await lower.readTextFile("/project/b"), (await lower.readDir("/")).sort(), (await lower.readDir("/project")).sort()];
      return { first, inUpper, inLower, exists: await kernel.exists("/project/b") };
    }, options);
    assert.deepEqual(result.first, { exitCode: 0, stdout: "/work\none\none\na\nd\nm\nn\none\nmore\n1777\n/bin\n/dev\n/proc\n", stderr: "" });
    assert.deepEqual(result.inUpper, ["one\nmore\n", false, "new\n"]);
    assert.deepEqual(result.inLower, ["one\n", "two\n", ["project"], ["a", "b", "l"]]);
    assert.equal(result.exists, false);
  });
}

overlays.test("mountFs_takes_one_whose_upper_layer_is_made_and_wrong_layers_are_refused", async ({ page }) => {
  await withFs(page);
  const result = await page.evaluate(async () => {
    const { createOverlayFileSystem } = globalThis.cobnut;
    const kernel = await globalThis.boot();
    const lower = globalThis.makeFs();
    await lower.writeFile("/f", "x");
    await kernel.mountFs("/mnt", createOverlayFileSystem({ lower }));
    const { stdout } = await kernel.exec("cd /mnt && echo y > f && cat f && rm f && ls | wc -l && grep -c overlay /proc/mounts");
    const code = async (work) => (await globalThis.outcome(work)).error?.code;
    return { stdout, lower: await lower.readTextFile("/f"), bad: [await code(() => createOverlayFileSystem({})), await code(() => kernel.mountFs("/m", createOverlayFileSystem({ lower: { some: 1 } })))] };
  });
  assert.deepEqual(result, { stdout: "y\n0\n1\n", lower: "x", bad: ["EINVAL", "EINVAL"] });
});

const proc = new Suite("/proc", { serve: serveBarePage, ready: barePageReady });
suites.push(proc);

proc.test("shows_processes_mounts_memory_and_the_host_to_programs", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await globalThis.boot();
    const lines = ["cat /proc/self/cmdline | tr '\\0' ' '", "readlink /proc/self/cwd", "cat /proc/self/stat | cut -d' ' -f2,3", "grep -c . /proc/mounts", "head -c 9 /proc/meminfo", "cat /proc/uptime | wc -w", "cat /proc/sys/kernel/hostname", "ls /proc/self/fd | head -n 3", "[ $(readlink /proc/self) -gt 1 ] && echo ok", "ls -ld /dev/shm | cut -c1-10", "head -c 3 /dev/full | wc -c", "echo x > /dev/full || echo full", "ls /dev"];
    const all = [];
    for (const line of lines) all.push((await kernel.exec(line, { cwd: "/tmp" })).stdout);
    return { all, page: await kernel.readdir("/proc/sys/kernel"), self: (await globalThis.outcome(kernel.readdir("/proc/self"))).error?.code };
  });
  const [cmdline, cwd, stat, mounts, meminfo, uptime, hostname, fds, self, shm, full, nospace, dev] = result.all;
  assert.equal(cmdline, "cat /proc/self/cmdline ");
  assert.equal(cwd, "/tmp\n");
  assert.match(stat, /^\(cat\) R\n$/);
  assert.ok(Number(mounts) >= 4, mounts);
  assert.equal(meminfo, "MemTotal:");
  assert.equal(uptime.trim(), "2");
  assert.match(hostname, /^\S+\n$/);
  assert.equal(fds, "0\n1\n2\n");
  assert.equal(self, "ok\n");
  assert.equal(shm, "drwxrwxrwt\n");
  assert.equal(full.trim(), "3");
  assert.equal(nospace, "full\n");
  for (const name of ["fd", "full", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty", "urandom", "zero"]) assert.ok(dev.split("\n").includes(name), `${name} in ${dev}`);
  assert.deepEqual([result.page, result.self], [["hostname"], "ENOENT"]);
});
