//! The lines that `sort` and `awk` are given, and how long the machine's own take for them.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { median } from "./measure.js";

const LINES = 1_000_000;
const ROUNDS = 5;

/** A million numbers below 10^9 in no order, the same in every run. */
function lines() {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % 1_000_000_000;
  };
  return Array.from({ length: LINES }, () => `${next()}\n`).join("");
}

/** Milliseconds that a program takes, or undefined where the machine has none. @param {string} program @param {string[]} args */
function native(program, args) {
  const times = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    const { error, status } = spawnSync(program, args, { stdio: "ignore", env: { PATH: process.env.PATH, LC_ALL: "C" } });
    if (error || status !== 0) return undefined;
    times.push(performance.now() - start);
  }
  return median(times);
}

/** Writes the lines. @param {string} file */
export const writeLines = (file) => writeFileSync(file, lines());

/** @param {string} file what `writeLines` wrote @returns {{ sort?: number, awk?: number }} milliseconds */
export const measureNative = (file) => ({
  sort: native("sort", ["--parallel=1", file]),
  awk: native("gawk", ["{s+=$1}END{print s}", file]),
});
