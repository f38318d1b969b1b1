//! What is measured, in the order of the table. `goal` is the number that issue 2 ("First light"), 3 ("The whole kernel") or 4 ("A shell and
//! a userland") wants reached, in the same unit; `beats` says that both peers must be slower.

/**
 * @typedef {{ key: string, label: string, unit: string, more?: boolean, goal?: number, beats?: boolean }} Metric
 * `more`: a larger number is better.
 */

/** @type {Metric[]} */
export const METRICS = [
  { key: "boot", label: "boot to ready", unit: "ms" },
  { key: "firstHello", label: "first run of a guest that prints", unit: "ms" },
  { key: "spawn", label: "spawn to exit of a tiny guest, median of 100", unit: "ms", goal: 0.8 },
  { key: "echo", label: 'exec("echo hi"), median of 100', unit: "ms", goal: 4 },
  { key: "fdstat", label: "fd_fdstat_get", unit: "ns", goal: 150 },
  { key: "filestat", label: "path_filestat_get of /tmp/bench/file", unit: "ns", goal: 500 },
  { key: "filestatPair", label: "path_filestat_get in two processes at once, to one alone", unit: "times", more: true, goal: 1.7 },
  { key: "roundTrip", label: "pipe round trip between two processes", unit: "ns", goal: 6000 },
  { key: "throughput", label: "pipe throughput, 64 KiB writes", unit: "MiB/s", more: true },
  { key: "fileWrite", label: "write 32 MiB in 64 KiB pieces", unit: "ms", beats: true },
  { key: "fileRead", label: "read 32 MiB in 64 KiB pieces", unit: "ms", beats: true },
  { key: "promptBytes", label: "the demo's first prompt, bytes sent", unit: "KB", goal: 1500 },
  { key: "promptTime", label: "the demo's first prompt from a cold page", unit: "ms" },
  { key: "pipeline", label: 'exec("echo a | cat | wc -c"), median of 50', unit: "ms", goal: 8 },
  { key: "subshell", label: "(true) in a loop", unit: "ms", goal: 2 },
  { key: "binTrue", label: "/bin/true in a loop", unit: "ms", goal: 2 },
  { key: "loop", label: "1,000 iterations of a for loop", unit: "ms", goal: 10 },
  { key: "find", label: "find over 10,000 files", unit: "ms", goal: 150 },
  { key: "grep", label: "grep -r over 32 MiB", unit: "MiB/s", more: true, goal: 200 },
  { key: "sort", label: "sort of 1e6 lines, to native sort --parallel=1", unit: "times", goal: 3 },
  { key: "awk", label: "awk '{s+=$1}END{print s}' on 1e6 lines, to native gawk", unit: "times", goal: 3 },
];

/** The peers, in the order of the columns after Cobnut's own. */
export const SYSTEMS = ["cobnut", "@wasmer/sdk", "@bjorn3/browser_wasi_shim"];
