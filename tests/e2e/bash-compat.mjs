//! A fixed sample of the shell cases in tests/suites/bash-compat, in the browser: every `STRIDE`th of those that count. The native
//! test (native/tests/bash_compat.rs) runs all; both honour docs/bash-compat.md, the list of those that fail.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { Suite, root } from "./support/suite.mjs";
import { barePageReady, serveBarePage } from "./support/bare.mjs";

const compat = new Suite("bash-compat", { serve: serveBarePage, ready: barePageReady });

export const suites = [compat];

/** How many cases are run. */
const SAMPLE = 200;
/** Cases that share a page. */
const CASES_A_TEST = 50;
/** Which cases: the first, and each that follows this many later. */
const STRIDE = 11;
/** What must pass of the sample, whatever the list says. */
const WANTED = 0.92;
/** The user that bash's answers were recorded as. */
const NOBODY = 65534;

const suite = join(root, "tests/suites/bash-compat");

/** The cases of the sample, and what bash answered. */
function sample() {
  const documents = new Map();
  const document = (file) => {
    if (!documents.has(file)) documents.set(file, parse(readFileSync(join(suite, file), "utf8")));
    return documents.get(file);
  };
  const expected = JSON.parse(readFileSync(join(suite, "expected.json"), "utf8"));
  return expected.filter((_, at) => at % STRIDE === 0).slice(0, SAMPLE).map((answer, number) => {
    const { common_test_files: common = [], cases } = document(answer.file);
    const { args = [], env = {}, stdin = "", test_files: own = [] } = cases[answer.case];
    return {
      id: `${answer.file}:${answer.case}`,
      name: answer.name,
      folder: `/tmp/case-${number}`,
      args: args.map(String),
      env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      stdin: stdin ?? "",
      files: [...common, ...own].map(({ path, contents, executable }) => ({ path, contents: contents ?? "", executable })),
      stdout: answer.stdout ?? Buffer.from(answer.stdout_base64, "base64").toString("latin1"),
      isBinary: answer.stdout === undefined,
      status: answer.status,
    };
  });
}

/** The cases that fail, by the document. @param {string} item how the lists' lines begin */
function listed(item) {
  const text = readFileSync(join(root, "docs/bash-compat.md"), "utf8");
  const spans = text.split("\n").filter((line) => line.startsWith(item)).flatMap((line) => [...line.matchAll(/`([^`]+\.yaml:\d+)`/g)]);
  return new Set(spans.map(([, id]) => id));
}

/** What the shell in the page answers to the cases. @param {import("playwright-core").Page} page */
const answers = (page, cases) => page.evaluate(async ([list, user]) => {
  const kernel = await globalThis.boot({ uid: user, gid: user });
  await kernel.writeFile("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n");
  await kernel.writeFile("/etc/group", "root:x:0:\nnogroup:x:65534:\n");
  await kernel.writeFile("/etc/hostname", "vm\n");
  const quote = (word) => `'${word.replaceAll("'", "'\\''")}'`;
  const results = [];
  for (const { folder, files, args, env, stdin } of list) {
    await kernel.exec(`mkdir -p ${folder}`);
    // The shell makes them, so that they are the user's.
    for (const { path, contents, executable } of files) {
      const name = quote(`${folder}/${path}`);
      await kernel.exec(`mkdir -p "$(dirname ${name})" && cat > ${name} && chmod ${executable ? 755 : 644} ${name}`, { stdin: contents });
    }
    const chunks = [];
    const words = ["-i", "PATH=/bin:/usr/bin", `HOME=${folder}`, "TERM=linux", "LC_ALL=C.UTF-8", "PS1=test$ ", ...env, "bash", "--norc", "--noprofile", ...args];
    const shell = kernel.spawn("env", words, { cwd: folder, onStdout: (bytes) => chunks.push(...bytes) });
    shell.writeStdin(stdin);
    shell.closeStdin();
    const late = setTimeout(() => shell.kill(9), 10_000);
    const status = await shell.wait();
    clearTimeout(late);
    results.push({ status, stdout: chunks });
  }
  await kernel.dispose();
  return results;
}, [cases, NOBODY]);

const cases = sample();
const failing = listed("- `");
const eitherWay = listed("- either way: `");
let passed = 0;
let ran = 0;

for (let first = 0; first < cases.length; first += CASES_A_TEST) {
  const part = cases.slice(first, first + CASES_A_TEST);
  compat.test(`cases_${first}_to_${first + part.length - 1}_of_the_sample_are_answered_as_bash_does`, async ({ page }) => {
    const got = await answers(page, part);
    const wrong = [];
    part.forEach((one, at) => {
      const stdout = Buffer.from(got[at].stdout).toString(one.isBinary ? "latin1" : "utf8").replaceAll(new RegExp(`${one.folder}(?!\\d)`, "g"), "@CASE@");
      const isRight = stdout === one.stdout && got[at].status === one.status;
      ran += 1;
      passed += isRight ? 1 : 0;
      if (!isRight && !failing.has(one.id) && !eitherWay.has(one.id)) {
        wrong.push(`${one.id} (${one.name}): status ${got[at].status} instead of ${one.status}\n--- bash\n${one.stdout}--- here\n${stdout}`);
      } else if (isRight && failing.has(one.id)) {
        wrong.push(`${one.id} passes and must leave docs/bash-compat.md`);
      }
    });
    assert.equal(wrong.length, 0, wrong.join("\n\n"));
    assert.ok(passed / ran >= WANTED, `${passed} of ${ran} pass`);
  }, { limitMs: 180_000 });
}
