// A driver of the page's own and one of its processes, as the kernel deals with them. Whatever a driver throws, answers or calls, and
// whenever it does: its own process ends at worst.
import { KernelError, bytesOf } from "../api.js";

const isFunction = (value) => typeof value === "function";

/** [name, commands] of a driver. EINVAL if it is none. */
export const describeDriver = (driver) => {
  const wrong = (what) => {
    throw new KernelError("EINVAL", `invalid argument: it is no RuntimeDriver: ${what}`);
  };
  if (typeof driver !== "object" || driver === null) wrong("it is no object");
  if (typeof driver.name !== "string" || driver.name === "") wrong("its name is no string");
  if (!isFunction(driver.spawn)) wrong("it has no method spawn");
  const commands = driver.commands;
  if (!Array.isArray(commands) || !commands.every((name) => typeof name === "string" && /^[^/\0]+$/.test(name))) {
    wrong("its commands are no list of names without slashes");
  }
  return [driver.name, commands];
};

/** Calls a method that a driver may have; a promise of its end. */
export const callDriver = async (driver, method, ...args) => {
  if (isFunction(driver[method])) await driver[method](...args);
};

/** One process of a driver. */
export class DriverLink {
  #process = null;
  #report;

  /** `report(what, value)` hears of "stdout" and "stderr" with bytes, of "exit" with a code, and of "fail" with a text. */
  constructor(report) {
    this.#report = report;
  }

  #tell(what, value) {
    this.#report?.(what, value);
  }

  #output = (stream) => (data) => this.#tell(stream, bytesOf(data));

  #exited = (code) => {
    const number = Number(code ?? 0);
    this.#tell("exit", Number.isInteger(number) ? number & 0xff : 1);
  };

  #failed = (error) => this.#tell("fail", String(error?.message ?? error));

  /** Starts it. What the driver throws comes out; what it calls meanwhile is heard. */
  start(driver, command, args, context) {
    const process = driver.spawn(command, args, { ...context, onStdout: this.#output("stdout"), onStderr: this.#output("stderr") });
    if (typeof process !== "object" || process === null) throw new TypeError(`spawn of the driver ${driver.name} answered no process`);
    this.#process = process;
    process.onStdout = this.#output("stdout");
    process.onStderr = this.#output("stderr");
    process.onExit = this.#exited;
    if (isFunction(process.wait)) Promise.resolve(process.wait()).then(this.#exited, this.#failed);
  }

  /** Whether it wants its standard input given: one whose writeStdin takes nothing reads descriptor 0 itself. */
  get takesStdin() {
    return isFunction(this.#process?.writeStdin) && this.#process.writeStdin.length > 0;
  }

  /** Calls a method of the process's. What it throws is its own business, and told on its standard error. */
  #call(method, ...args) {
    try {
      return this.#process?.[method]?.(...args);
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  /** May answer a promise: then the next piece waits for it. */
  writeStdin(bytes) {
    return this.#call("writeStdin", bytes);
  }

  closeStdin() {
    this.#call("closeStdin");
  }

  /** Whether it was told. */
  kill(signal) {
    if (!isFunction(this.#process?.kill)) return false;
    this.#call("kill", signal);
    return true;
  }

  /** Hears nothing more. */
  release() {
    this.#report = undefined;
    this.#process = null;
  }
}
