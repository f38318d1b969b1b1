//! The shell and the commands, measured through `exec`.
import { median, sample, timed } from "../measure.js";

const PIPELINES = 50;
const WARM_PIPELINES = 10;
const REPEATS = 5;
/** Processes, and iterations of a builtin, in one loop. */
const PROCESSES = 200;
const ITERATIONS = 1_000;
/** `find`'s tree: so many folders of so many files. */
const FOLDERS = 100;
const FILES = 100;
/** `grep -r`'s text. */
const TEXTS = 64;
const TEXT_BYTES = 512 * 1024;

/**
 * Measures each by itself, through `attempt`, under its metric's key; `sort` and `awk` as milliseconds (`sortMs`, `awkMs`).
 * @param {any} kernel with a folder /tmp/bench
 * @param {(key: string, measure: () => Promise<number>) => Promise<void>} attempt
 */
export async function measureUserland(kernel, attempt) {
  /** Runs a command line that must print `expected`. @param {string} command @param {string} expected */
  const run = async (command, expected) => {
    const { stdout, stderr, exitCode } = await kernel.exec(command);
    if (exitCode !== 0 || stdout.trim() !== expected) throw new Error(`${command}: ${exitCode}, ${JSON.stringify(stdout.slice(0, 200))}, ${stderr}`);
  };
  /** Milliseconds of a command line, the module it needs being there. @param {string} command @param {string} expected */
  const time = async (command, expected) => median(await sample(REPEATS, 1, () => run(command, expected)));
  /** Milliseconds that a command line's loop takes: without what starting the shell does. @param {string} command */
  const loop = async (command) => {
    const whole = [];
    // One after the other, so that a slower spell of the machine is in both.
    for (let round = 0; round < REPEATS + 1; round += 1) whole.push(await timed(() => run(command, "")) - await timed(() => run(":", "")));
    return median(whole.slice(1));
  };

  await attempt("pipeline", async () => median(await sample(PIPELINES, WARM_PIPELINES, () => run("echo a | cat | wc -c", "2"))));
  await attempt("subshell", async () => (await loop(`for ((i = 0; i < ${PROCESSES}; i++)); do (true); done`)) / PROCESSES);
  await attempt("binTrue", async () => (await loop(`for ((i = 0; i < ${PROCESSES}; i++)); do /bin/true; done`)) / PROCESSES);
  await attempt("loop", () => loop(`for ((i = 0; i < ${ITERATIONS}; i++)); do test $i -ge 0; done`));
  await attempt("find", async () => {
    await run(`mkdir /tmp/bench/tree && cd /tmp/bench/tree && for d in $(seq ${FOLDERS}); do mkdir $d && (cd $d && touch $(seq ${FILES})); done`, "");
    return time("find /tmp/bench/tree | wc -l", String(1 + FOLDERS + FOLDERS * FILES));
  });
  await attempt("grep", async () => {
    await kernel.mkdir("/tmp/bench/texts");
    const line = "the quick brown fox jumps over the lazy dog, and over another one that lies beside it\n";
    const text = new TextEncoder().encode(`${line.repeat(Math.ceil(TEXT_BYTES / line.length)).slice(0, TEXT_BYTES - 8)}\nneedle\n`);
    for (let number = 0; number < TEXTS; number += 1) await kernel.writeFile(`/tmp/bench/texts/${number}`, text);
    const ms = await time("grep -r needle /tmp/bench/texts | wc -l", String(TEXTS));
    return (TEXTS * TEXT_BYTES) / 2 ** 20 / (ms / 1000);
  });
  const lines = new Uint8Array(await (await fetch("./lines.txt")).arrayBuffer());
  await kernel.writeFile("/tmp/bench/lines", lines);
  await attempt("sortMs", () => time("sort /tmp/bench/lines > /dev/null", ""));
  const sum = new TextDecoder().decode(lines).trimEnd().split("\n").reduce((all, number) => all + Number(number), 0);
  await attempt("awkMs", () => time("awk '{s+=$1}END{print s}' /tmp/bench/lines", String(sum)));
}
