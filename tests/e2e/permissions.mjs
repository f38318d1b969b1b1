//! Permissions: what the page allows, in every form that it can say it, and what a program can't get round.
import assert from "node:assert/strict";
import { Suite } from "./support/suite.mjs";
import { barePageReady, serveBarePage } from "./support/bare.mjs";

const permissions = new Suite("permissions", { serve: serveBarePage, ready: barePageReady });

export const suites = [permissions];

/** Boots with `permissions` (the text of an expression, as functions don't cross) and runs `body` in the page. */
const inPage = (page, text, body) => page.evaluate(async ([source, work]) => {
  globalThis.asked = [];
  const kernel = await globalThis.boot({ permissions: await (0, eval)(`(${source})`) });
  return (0, eval)(`(${work})`)(kernel);
}, [text, body.toString()]);

permissions.test("no_permissions_and_allow_all_allow_everything", async ({ page }) => {
  for (const source of ["undefined", "cobnut.allowAll", "{ fs: cobnut.allowAllFs, network: true, childProcess: cobnut.allowAllChildProcess, env: cobnut.allowAllEnv }"]) {
    const { stdout } = await inPage(page, source.replaceAll("cobnut", "globalThis.cobnut"), async (kernel) => kernel.exec("echo $HOME; cat /etc/hostname 2>/dev/null; echo a > /tmp/f && cat /tmp/f"));
    assert.equal(stdout, "/root\na\n", source);
  }
});

permissions.test("an_object_without_a_kind_denies_fs_and_network_allows_programs_and_empties_env", async ({ page }) => {
  const result = await inPage(page, "{}", async (kernel) => ({
    env: await kernel.exec("echo [$HOME]; env | wc -l"),
    write: await globalThis.outcome(kernel.writeFile("/tmp/f", "x")),
    shell: await kernel.exec("echo x > /tmp/f"),
  }));
  assert.equal(result.env.stdout.split("\n")[0], "[]");
  assert.equal(result.write.error?.code, "EACCES");
  assert.match(result.write.error.message, /^EACCES: permission denied: \/tmp\/f/);
  assert.notEqual(result.shell.exitCode, 0);
  assert.match(result.shell.stderr, /[Pp]ermission denied/);
});

permissions.test("callbacks_decide_in_both_forms_and_their_reason_is_told", async ({ page }) => {
  const result = await inPage(page, `{
    fs: (request) => { asked.push(request); return request.path.startsWith("/secret") ? { allow: false, reason: "that is private" } : true; },
    env: true,
  }`, async (kernel) => {
    await kernel.exec("echo warm");
    globalThis.asked.length = 0;
    const read = await globalThis.outcome(kernel.readFile("/secret/a"));
    const asked = globalThis.asked.splice(0);
    const shell = await kernel.exec("cat /secret/a; echo fine > /tmp/f; cat /tmp/f");
    return { read, asked, shell, of: globalThis.asked.map(({ op, path }) => `${op} ${path}`) };
  });
  assert.deepEqual(result.asked, [{ op: "read", path: "/secret/a" }]);
  assert.equal(result.read.error?.code, "EACCES");
  assert.match(result.read.error.message, /^EACCES: permission denied: \/secret\/a \(that is private\)$/);
  assert.equal(result.shell.stdout, "fine\n");
  assert.match(result.shell.stderr, /\/secret\/a.*[Pp]ermission denied/);
  for (const wanted of ["read /secret/a", "write /tmp/f", "read /tmp/f"]) assert.ok(result.of.includes(wanted), `${wanted} in ${result.of}`);
});

permissions.test("rules_decide_without_the_page", async ({ page }) => {
  const result = await inPage(page, `{
    fs: [{ allow: false, op: ["write", "rm"], path: "/keep/**", reason: "kept" }, { allow: true }],
    childProcess: [{ allow: false, command: "wc" }, { allow: true }],
    env: [{ allow: true, name: ["PATH", "LC_*"] }],
  }`, async (kernel) => {
    await kernel.mkdir("/keep");
    return {
      write: await globalThis.outcome(kernel.writeFile("/keep/f", "x")),
      env: (await kernel.exec("env | sort", { env: { LC_ALL: "C", TOKEN: "t" } })).stdout,
      wc: await kernel.exec("echo a | wc"),
      cat: await kernel.exec("echo a | cat"),
      direct: await globalThis.outcome(() => kernel.spawn("wc", [])),
    };
  });
  assert.match(result.write.error?.message ?? "", /^EACCES: permission denied: \/keep\/f \(kept\)$/);
  assert.ok(!result.env.includes("TOKEN") && !result.env.includes("HOME=") && result.env.includes("LC_ALL=C"), result.env);
  assert.equal(result.wc.exitCode, 126);
  assert.equal(result.cat.stdout, "a\n");
  assert.equal(result.direct.error?.code, "EACCES");
});

permissions.test("programs_are_asked_for_with_command_arguments_directory_and_environment", async ({ page }) => {
  const result = await inPage(page, `{
    fs: true, env: true,
    childProcess: (request) => { asked.push(request); return !request.args.includes("forbidden"); },
  }`, async (kernel) => {
    const shell = await kernel.exec("/usr/bin/env true 2>/dev/null || true; cat forbidden; (exec wc -l < /dev/null)", { cwd: "/tmp", env: { A: "1" } });
    return { shell, asked: globalThis.asked, spawned: await globalThis.outcome(() => kernel.spawn("cat", ["forbidden"])) };
  });
  const [first] = result.asked;
  assert.equal(first.command, "sh");
  assert.equal(first.args[0], "-c");
  assert.equal(first.cwd, "/tmp");
  assert.equal(first.env.A, "1");
  const commands = result.asked.map(({ command, args }) => [command, ...args].join(" "));
  for (const wanted of ["cat forbidden", "wc -l"]) assert.ok(commands.includes(wanted), `${wanted} in ${commands}`);
  assert.equal(result.shell.stdout, "0\n");
  assert.match(result.shell.stderr, /cat.*[Pp]ermission denied/);
  assert.equal(result.spawned.error?.code, "EACCES");
});

permissions.test("env_callback_gets_key_name_and_value", async ({ page }) => {
  const result = await inPage(page, `{ fs: true, env: (request) => { asked.push(request); return ["HOME", "PATH"].includes(request.name); } }`,
    async (kernel) => ({ env: (await kernel.exec("env | cut -d= -f1 | sort", { env: { SECRET: "s" } })).stdout, asked: globalThis.asked }));
  assert.ok(result.env.includes("HOME\n") && !result.env.includes("SECRET"), result.env);
  const secret = result.asked.find(({ key }) => key === "SECRET");
  assert.deepEqual(secret, { op: "read", key: "SECRET", name: "SECRET", value: "s" });
});

permissions.test("links_dots_and_descriptors_lead_round_nothing", async ({ page }) => {
  const result = await inPage(page, `{ fs: [{ allow: false, path: ["/secret", "/secret/**"] }, { allow: true }], env: true }`, async (kernel) => {
    const tries = [
      "cat /secret/../secret/a", "ln -s /secret/a /tmp/l; cat /tmp/l", "ln -s /secret /tmp/d; cat /tmp/d/a", "ln /secret/a /tmp/h",
      "mv /secret/a /tmp/m", "mv /secret /tmp/s", "cd /secret", "cp -r /secret /tmp/c", "ls /secret", "cat < /secret/a", "echo x > /secret/a",
      ". /secret/a", "rm /secret/a", "chmod 777 /secret/a", "stat /secret/a",
    ];
    const all = [];
    for (const line of tries) all.push([line, (await kernel.exec(line)).exitCode]);
    return all;
  });
  for (const [line, exitCode] of result) assert.notEqual(exitCode, 0, line);
});

permissions.test("a_callback_that_fails_or_answers_nonsense_denies", async ({ page }) => {
  for (const [source, reason] of [
    ["() => { throw new Error('no idea') }", /no idea/],
    ["() => 'yes'", /neither a boolean nor/],
    ["() => undefined", /neither a boolean nor/],
  ]) {
    const { error } = await inPage(page, `{ fs: ${source}, env: true }`, (kernel) => globalThis.outcome(kernel.readFile("/etc/x")));
    assert.equal(error?.code, "EACCES", source);
    assert.match(error.message, reason);
  }
});

permissions.test("a_callback_may_take_its_time", async ({ page }) => {
  const result = await inPage(page, `{ fs: async ({ path }) => { await new Promise((go) => setTimeout(go, 1)); return !path.includes("no"); }, env: true }`,
    async (kernel) => ({ yes: await kernel.exec("echo a > /tmp/yes; cat /tmp/yes"), no: await globalThis.outcome(kernel.readFile("/tmp/no")) }));
  assert.equal(result.yes.stdout, "a\n");
  assert.equal(result.no.error?.code, "EACCES");
});

permissions.test("a_callback_may_call_the_kernel", async ({ page }) => {
  const result = await page.evaluate(async () => {
    let kernel;
    let depth = 0;
    const fs = ({ path }) => {
      if (path === "/tmp/outer" && depth === 0) {
        depth += 1;
        kernel.writeFile("/tmp/inner", "x");
      }
      return true;
    };
    kernel = await globalThis.boot({ permissions: { fs, env: true } });
    await kernel.writeFile("/tmp/outer", "y");
    return [await kernel.exists("/tmp/inner"), new TextDecoder().decode(await kernel.readFile("/tmp/outer"))];
  });
  assert.deepEqual(result, [true, "y"]);
});

permissions.test("bad_permissions_are_einval_and_say_which", async ({ page }) => {
  for (const [source, says] of [["{ fs: 3 }", /permissions\.fs/], ["{ files: true }", /permissions\.files/], ["{ fs: [{}] }", /permissions\.fs\[0\]\.allow/], ["7", /permissions/]]) {
    const result = await page.evaluate(async (text) => {
      await globalThis.cobnut.default();
      return globalThis.outcome(() => globalThis.cobnut.createKernel({ permissions: (0, eval)(`(${text})`) }));
    }, source);
    assert.equal(result.error?.code, "EINVAL", source);
    assert.match(result.error.message, says);
  }
});

permissions.test("mode_bits_bind_a_user_that_is_not_root", async ({ page }) => {
  const result = await page.evaluate(async () => {
    const kernel = await globalThis.boot({ uid: 1000, gid: 1000 });
    await kernel.writeFile("/etc/shadow", "root's");
    await kernel.exec("true");
    return kernel.exec("id -u; echo mine > /tmp/mine && cat /tmp/mine; touch /etc/x; cd /root");
  });
  assert.match(result.stdout, /^1000\nmine\n/);
  assert.match(result.stderr, /\/etc\/x.*[Pp]ermission denied/);
  assert.match(result.stderr, /\/root.*[Pp]ermission denied/);
});
