//! The frame of a peer's worker: it is sent the compiled guests, measures, and answers once.

/** @typedef {Record<string, WebAssembly.Module>} Guests compiled modules by the names of their files */

/** @param {(guests: Guests, bytes: Record<string, Uint8Array>) => Promise<Record<string, number>>} measure */
export function answer(measure) {
  self.onmessage = async ({ data }) => {
    try {
      self.postMessage({ result: await measure(data.guests, data.bytes) });
    } catch (error) {
      self.postMessage({ error: error?.stack ?? String(error) });
    }
  };
}
