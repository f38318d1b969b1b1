//! A shell on an xterm.js terminal: one call wires keys, output, window size and the shell's end.
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import init, { createInMemoryFileSystem, createKernel, createWasmVmRuntime } from "cobnut";

/** Runs a shell in `element` until the user leaves it; answers its exit status. */
export async function shellIn(element: HTMLElement): Promise<number> {
  await init();
  const kernel = createKernel({ filesystem: createInMemoryFileSystem(), env: { HOME: "/root", PATH: "/bin" } });
  await kernel.mount(createWasmVmRuntime());

  const terminal = new Terminal({ cursorBlink: true });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(element);
  fit.fit();
  const resized = new ResizeObserver(() => fit.fit());
  resized.observe(element);

  try {
    return await kernel.connectTerminal({ terminal, env: { TERM: "xterm-256color" } });
  } finally {
    resized.disconnect();
    terminal.dispose();
    await kernel.dispose();
  }
}
