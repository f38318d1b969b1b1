//! Drivers of the page's own, for tests: `makeDriver` makes one, `probe` boots a kernel in which one process of such a driver runs.
import { barePageReady } from "./bare.mjs";

/** A ready page with `probe` in it: a driver whose one process, when it has been started, is handed to the test with its interface.
 * @param {import("playwright-core").Page} page */
export const probeReady = async (page) => {
  await barePageReady(page);
  await page.evaluate(() => {
    const text = new TextDecoder();
    globalThis.decode = (bytes) => text.decode(bytes);
    globalThis.encode = (string) => new TextEncoder().encode(string);

    /** A driver of the commands in `behaviours`: name → (process, ki, ctx, args) => void. */
    globalThis.makeDriver = (name, behaviours, more = {}) => {
      let ki;
      return {
        name,
        commands: Object.keys(behaviours),
        heard: [],
        async init(kernel) { ki = kernel; this.ki = kernel; },
        spawn(command, args, ctx) {
          let end;
          const ended = new Promise((resolve) => { end = resolve; });
          const process = {
            onExit: null, onStdout: null, onStderr: null, stdin: [], end,
            writeStdin(data) { this.stdin.push(decode(data)); },
            closeStdin() { this.stdin.push("<closed>"); },
            kill(signal) { this.killed = signal; end(128 + signal); },
            wait: () => ended,
          };
          this.heard.push({ command, args, ctx });
          behaviours[command](process, ki, ctx, args);
          return process;
        },
        async dispose() { this.heard.push("disposed"); },
        ...more,
      };
    };

    /** A kernel in which the command `probe` runs and never ends by itself: { kernel, driver, ki, ctx, pid, process }. */
    globalThis.probe = async (options) => {
      const kernel = await boot(options);
      const started = {};
      const driver = makeDriver("probes", { probe: (process, ki, ctx) => Object.assign(started, { process, ki, ctx, pid: ctx.pid }) });
      await kernel.mount(driver);
      const handle = kernel.spawn("probe", []);
      return { kernel, driver, handle, ...started };
    };
    /** The code of what `work` throws or rejects with; else what it gives. */
    globalThis.codeOf = async (work) => { try { return await work(); } catch (error) { return error.code ?? String(error); } };
  });
};
