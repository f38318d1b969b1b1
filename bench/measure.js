//! The measuring itself, the same for every system: samples, medians, and reading what the guests print.

/** The middle of the sorted samples. @param {number[]} samples */
export function median(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Times `action` in milliseconds, `count` times, after `warm` runs that don't count.
 * @param {number} count @param {number} warm @param {() => Promise<unknown>} action
 */
export async function sample(count, warm, action) {
  for (let run = 0; run < warm; run += 1) await action();
  const samples = [];
  for (let run = 0; run < count; run += 1) samples.push(await timed(action));
  return samples;
}

/** Milliseconds that one `action` takes. @param {() => Promise<unknown>} action */
export async function timed(action) {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

/** The number that a guest printed; a guest that printed none failed. @param {string} text @param {string} guest */
export function printed(text, guest) {
  const number = Number.parseFloat(text);
  if (!Number.isFinite(number)) throw new Error(`${guest} printed ${JSON.stringify(text)} instead of a number`);
  return number;
}

/** Milliseconds for the 32 MiB file at `rate` MiB a second. @param {number} rate */
export const fileMs = (rate) => (FILE_MIB / rate) * 1000;

/** The file that file_write.wat leaves: 512 pieces of 64 KiB. */
export const FILE_MIB = 32;

/** Spawns counted, of the smallest guest, after as many warm-up runs as it takes for compilers to settle. */
export const SPAWNS = 100;
export const WARM_SPAWNS = 20;

/** Runs of what a guest times by itself; the median counts. */
export const REPEATS = 5;

/**
 * Measures `guest`, which prints one number, `REPEATS` times.
 * @param {string} guest @param {(guest: string) => Promise<string>} run runs it and answers what it printed
 */
export async function guestNumber(guest, run, repeats = REPEATS) {
  const numbers = [];
  for (let round = 0; round < repeats; round += 1) numbers.push(printed(await run(guest), guest));
  return median(numbers);
}
