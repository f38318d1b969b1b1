// The kernel's memory. A browser may refuse to reserve as much as we would like (a 32-bit one, a phone), so less is asked for then.

/** What is asked for, in pages of 64 KiB: 1 GiB (which the module declares), 512 MiB, 256 MiB. */
const MAXIMA = [16_384, 8_192, 4_096];
const PAGE = 65_536;

const maxima = new WeakMap();

/** A shared memory with `initial` pages, that may grow as far as the browser allows. The glue calls it: see scripts/finish-package.mjs. */
export const makeMemory = (initial) => {
  for (const maximum of MAXIMA) {
    try {
      const memory = new WebAssembly.Memory({ initial, maximum, shared: true });
      maxima.set(memory, maximum);
      return memory;
    } catch (error) {
      if (!(error instanceof RangeError) || maximum === MAXIMA.at(-1)) throw error;
    }
  }
};

/** How many bytes `memory` can have. One that the page brought is taken to be as large as the module allows. */
export const maximumBytes = (memory) => (maxima.get(memory) ?? MAXIMA[0]) * PAGE;
