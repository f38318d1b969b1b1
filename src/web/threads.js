// Threads of the browser, for Rust: starting a worker, and hearing that it is really gone.

/**
 * Starts a worker on this memory. Its events go to `on`: ("ready", { tls, stack }), ("message", data) or ("failed", text).
 */
export const startWorker = (script, first, on) => {
  const worker = new Worker(script, { type: "module", name: first.role });
  worker.onmessage = ({ data }) => {
    if (data?.ready) on("ready", data.ready);
    else if (data?.failed !== undefined) on("failed", data.failed);
    else on("message", data);
  };
  worker.onerror = (event) => {
    event.preventDefault?.();
    on("failed", event.message || "the worker could not be loaded");
  };
  worker.onmessageerror = () => on("failed", "a message could not be read");
  worker.postMessage(first);
  return worker;
};

/** Resolves when nobody holds the Web Lock `name` any more: the worker that took it for life is gone. */
export const lockReleased = (name) => navigator.locks.request(name, () => {});

/** A name for a Web Lock that nobody else uses. */
export const lockName = () => `cobnut-${crypto.randomUUID()}`;

/** Whether workers can share memory here, and if not, what is missing. */
export const whatIsolationLacks = () => {
  if (typeof SharedArrayBuffer === "undefined" || globalThis.crossOriginIsolated === false) return "cross-origin isolation";
  if (typeof navigator === "undefined" || !navigator.locks) return "the Web Locks API";
  return "";
};

/** Ends this worker. */
export const closeSelf = () => self.close();

/** Posts to this worker's parent; works inside of a system call too. */
export const postToParent = (message) => self.postMessage(message);

/** Resolves after `ms`. */
/**
 * Lets go of the memories of guests that have ended. They are this thread's garbage, and a tab holds only some 125 however small they are, but a thread
 * that is not short of memory itself sees no reason to collect them: an array of this size, forgotten at once, is one (1 ms).
 */
export const collectGarbage = () => {
  new ArrayBuffer(64 << 20);
};

export const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Milliseconds since 1970 on the monotonic clock, the same base on every thread. */
export const now = () => performance.timeOrigin + performance.now();

/** Fills `bytes` with random ones; `crypto` refuses shared memory and more than 64 KiB at once. */
export const randomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));
