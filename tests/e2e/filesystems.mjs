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
