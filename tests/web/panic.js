// A page inside the page: a kernel that panics takes every kernel of its memory with it, so this one gets a memory of its own.

/** What a promise comes to, as data. */
const outcome = (promise) =>
  promise.then(
    (value) => ({ resolved: String(value) }),
    ({ name, code, message }) => ({ name, code, message }),
  );

/**
 * Boots a kernel in a new iframe, with a process that waits and calls that are pending; makes it panic, and answers what all
 * of them came to, and what a later call does. `where`: "page" or "kernel worker".
 */
export const panicIn = async (glue, where, options, guest) => {
  const frame = document.createElement("iframe");
  frame.srcdoc = `<script type="module">parent.postMessage("loaded", "*")</script>`;
  const loaded = new Promise((resolve) => addEventListener("message", resolve, { once: true }));
  document.body.append(frame);
  await loaded;
  const { contentWindow: page } = frame;
  const workers = [];
  page.Worker = class extends page.Worker {
    constructor(...args) {
      super(...args);
      workers.push(this);
    }
    postMessage(message, transfer) {
      const entry = message?.role === "kernelWorker" ? { ...message, role: "kernelWorkerThatPanics" } : message;
      super.postMessage(entry, transfer ?? []);
    }
  };
  // `import` belongs to the realm of the code that says it.
  const rust = await page.eval(`import(${JSON.stringify(glue)})`);
  const init = new page.Object();
  init.module_or_path = `${glue}_bg.wasm`;
  await rust.default(init);
  const kernel = rust.createKernel();
  await kernel.mount(rust.createWasmVmRuntime({ ...options, commands: { reader: guest } }));
  const reader = kernel.spawn("reader", []);
  const pending = { wait: outcome(reader.wait()), again: outcome(reader.wait()) };
  while (kernel.stats().liveWorkers < 1) await new Promise((resolve) => setTimeout(resolve, 5));
  if (where === "page") {
    try {
      rust.panicNow();
    } catch {
      // A panic leaves wasm as a trap.
    }
  } else {
    workers[0].postMessage("panic");
  }
  const answers = { wait: await pending.wait, again: await pending.again };
  answers.later = await outcome(kernel.exec("true"));
  answers.file = await outcome(kernel.readFile("/etc/passwd"));
  try {
    kernel.spawn("reader", []);
    answers.spawn = "it answered";
  } catch ({ code, message }) {
    answers.spawn = { code, message };
  }
  for (const worker of workers) worker.terminate();
  frame.remove();
  return answers;
};
