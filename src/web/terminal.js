// An xterm.js terminal as the kernel uses it. It is known by its methods only, as Cobnut does not depend on xterm.js.
import { KernelError, bytesOf, bytesOfBinary } from "./api.js";

class Terminal {
  #terminal;
  #listeners = [];

  constructor(terminal) {
    this.#terminal = terminal;
  }

  get cols() {
    return this.#terminal.cols;
  }

  get rows() {
    return this.#terminal.rows;
  }

  /** Resolves when the terminal has parsed the bytes: its own flow control. */
  write(bytes) {
    return new Promise((resolve) => this.#terminal.write(bytes, resolve));
  }

  listen(typed, resized) {
    this.#listeners.push(
      this.#terminal.onData((text) => typed(bytesOf(text))),
      this.#terminal.onBinary?.((text) => typed(bytesOfBinary(text))),
      this.#terminal.onResize?.(({ cols, rows }) => resized(cols, rows)),
    );
  }

  release() {
    for (const listener of this.#listeners.splice(0)) listener?.dispose();
  }
}

/** Checks that `terminal` is one. */
export const asTerminal = (terminal) => {
  if (typeof terminal?.onData !== "function" || typeof terminal?.write !== "function") {
    throw new KernelError("EINVAL", "invalid argument: the option terminal is no xterm.js terminal: it lacks onData or write");
  }
  return new Terminal(terminal);
};
