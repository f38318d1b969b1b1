//! Keeps docs/reference-coverage.md honest: every test that it names exists, every row names one, and every name that the package exports
//! is in some row. Prints what is missing and fails.
//!
//! A row is `| what | tests |`. Tests are code spans after their kind: e2e `suite: test`, native `module::path::test`, web `module::test`;
//! `{a, b}` in a span stands for several. Members of an interface are told as `Interface.member`.
import { readFileSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path) => readFileSync(join(root, path), "utf8");

/** Interfaces whose every member has to be in a row. */
const INTERFACES = [
  "KernelOptions", "ExecOptions", "ExecResult", "SpawnOptions", "Kernel", "ManagedProcess", "ProcessInfo", "ShellHandle", "OpenShellOptions", "ConnectTerminalOptions",
  "RuntimeDriver", "ProcessContext", "DriverProcess", "KernelInterface", "FDStat", "Termios", "TermiosCC", "VirtualFileSystem", "VirtualStat", "Permissions",
];

/** `a.{b, c}` → `a.b`, `a.c`. @param {string} text @returns {string[]} */
const expanded = (text) => {
  const found = /^(.*?)\{(.*)\}(.*)$/.exec(text);
  return found ? found[2].split(",").map((each) => found[1] + each.trim() + found[3]) : [text];
};

/** The rows of the document's tables: [line number, what, tests]. */
function rows() {
  const all = [];
  for (const [at, line] of read("docs/reference-coverage.md").split("\n").entries()) {
    if (!line.startsWith("|") || /^\|[\s:|-]+\|$/.test(line)) continue;
    const [what, tests, ...more] = line.slice(1, line.lastIndexOf("|")).split(/(?<!\\)\|/).map((cell) => cell.trim());
    if (what === "what the reference says") continue;
    all.push({ line: at + 1, what, tests: tests ?? "", isBroken: more.length > 0 });
  }
  return all;
}

/** Every file below `folder` with this ending, but for what builds leave there. */
const below = (folder, ending) => readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
  const path = join(folder, entry.name);
  if (entry.isDirectory()) return entry.name === "target" ? [] : below(path, ending);
  return entry.name.endsWith(ending) ? [path] : [];
});

/** The tests of a Rust file by their path within the crate. */
function rustTests(file, folder) {
  const modules = relative(folder, file).replace(/\.rs$/, "").split(sep).filter((name) => !["mod", "lib", "main"].includes(name));
  const tests = [];
  let inner = [];
  let isTest = false;
  let isTable = false;
  for (const line of read(file).split("\n")) {
    const opened = /^(?:pub(?:\(\w+\))? )?mod (\w+) \{/.exec(line);
    if (opened) inner = [opened[1]];
    if (line === "}") inner = [];
    if (/^\s*cases! \{$/.test(line)) isTable = true;
    else if (/^\s*\}$/.test(line)) isTable = false;
    if (/^\s*#\[(?:wasm_bindgen_)?test\]/.test(line)) isTest = true;
    const name = isTest ? /\bfn (\w+)/.exec(line)?.[1] : isTable ? /^\s+(\w+): "/.exec(line)?.[1] : undefined;
    if (name) {
      tests.push([...modules, ...inner, name].join("::"));
      isTest = false;
    }
  }
  return tests;
}

/** The tests of each kind, by name. */
async function allTests() {
  const suites = [];
  for (const name of readdirSync(join(root, "tests/e2e")).filter((name) => name.endsWith(".mjs") && name !== "run.mjs")) {
    suites.push(...(await import(new URL(`../tests/e2e/${name}`, import.meta.url))).suites);
  }
  const rust = (folder, files = below(folder, ".rs")) => files.flatMap((file) => rustTests(file, folder));
  return {
    e2e: suites.flatMap((suite) => suite.tests.map((test) => `${suite.name}: ${test.name}`)),
    web: rust("tests/web"),
    native: [...rust("src"), ...rust("native/tests"), ...rust("userland")],
  };
}

/** Whether `name` is a test's, or the end of its path. */
const isTestOf = (tests, kind) => (name) => tests[kind]?.some((test) => test === name || (kind !== "e2e" && test.endsWith(`::${name}`)));

/** The names that the package exports, and those of the interfaces' members. */
function exportedNames() {
  const text = read("src/web/cobnut.d.ts").replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*$/gm, "");
  const names = [...text.matchAll(/^export (?:default )?(?:const|function|class|interface|type) (\w+)/gm)].map(([, name]) => name);
  for (const name of INTERFACES) {
    const body = new RegExp(`^export interface ${name}\\b[^{]*\\{\\n([\\s\\S]*?)^\\}`, "m").exec(text)?.[1];
    if (body === undefined) names.push(`${name} (an interface that is gone)`);
    else names.push(...[...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[(:]/gm)].map(([, member]) => `${name}.${member}`));
  }
  return names;
}

/** What differs between the codes that errors are said to have and those of the kernel. */
function strayCodes() {
  const declared = new Set(/type KernelErrorCode =([^;]*);/.exec(read("src/web/cobnut.d.ts"))[1].match(/E[A-Z0-9]+/g));
  const kernel = new Set([...read("src/kernel/error.rs").matchAll(/^ {4}(E[A-Z0-9]+) = \d+, "/gm)].map(([, name]) => name));
  return [...declared].filter((code) => !kernel.has(code)).concat([...kernel].filter((code) => !declared.has(code)));
}

const problems = [];
const tests = await allTests();
const told = new Set();
const all = rows();
for (const { line, what, tests: cell, isBroken } of all) {
  const complain = (problem) => problems.push(`docs/reference-coverage.md:${line}: ${problem}`);
  if (isBroken) complain("a row has two cells");
  for (const [, span] of what.matchAll(/`([^`]+)`/g)) for (const name of expanded(span)) told.add(name.replace(/\(.*\)$/, ""));
  let kind;
  let count = 0;
  for (const [, named, span] of cell.matchAll(/(?:(\w+) )?`([^`]+)`/g)) {
    kind = named ?? kind;
    for (const name of expanded(span)) {
      count += 1;
      if (!isTestOf(tests, kind)(name)) complain(`there is no ${kind} test \`${name}\``);
    }
  }
  if (count === 0) complain(`no test holds "${what}"`);
}
for (const name of exportedNames().filter((name) => !told.has(name))) problems.push(`src/web/cobnut.d.ts: \`${name}\` is in no row of docs/reference-coverage.md`);
for (const code of strayCodes()) problems.push(`src/web/cobnut.d.ts: KernelErrorCode and src/kernel/error.rs differ in ${code}`);
if (all.length === 0) problems.push("docs/reference-coverage.md: it has no rows");
for (const problem of problems) console.error(problem);
console.log(`${all.length} rows, ${Object.values(tests).flat().length} tests, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
