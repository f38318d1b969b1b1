// Rill, a toy language, and a driver that runs it: `rill FILE`, `rill` (the program on standard input), or a script that begins with
// `#!/bin/rill`. See docs/drivers.md.
//
//   say WORDS…          prints the words; $name stands for a variable
//   let NAME = A [+-*/ B]
//   ask NAME            reads a line of standard input
//   times N … end       repeats what is between
//   load NAME FILE      the text of a file
//   sh COMMAND          runs a shell command with the program's own standard streams
//   exit [CODE]

/** @import { DriverProcess, KernelInterface, ProcessContext, RuntimeDriver } from "cobnut" */

const O_RDONLY = 0;
const SIGTERM = 15;

/** Thrown to end a program. */
class Exit extends Error {
  /** @param {number} code */
  constructor(code) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** One running program. */
class Program {
  /** @type {Map<string, string>} */
  variables = new Map();
  #unread = "";
  #decoder = new TextDecoder();
  #encoder = new TextEncoder();
  /** @type {number | null} */
  signal = null;
  /** @type {number | null} the child that a signal is passed on to */
  child = null;

  /** @param {KernelInterface} ki @param {ProcessContext} ctx */
  constructor(ki, ctx) {
    this.ki = ki;
    this.ctx = ctx;
  }

  /** Writes text to a descriptor; waits while a pipe is full. @param {number} fd @param {string} text */
  async print(fd, text) {
    await this.ki.fdWriteAll(this.ctx.pid, fd, this.#encoder.encode(text));
  }

  /** A line of standard input without its end, or null. */
  async readLine() {
    for (;;) {
      const end = this.#unread.indexOf("\n");
      if (end >= 0) {
        const line = this.#unread.slice(0, end);
        this.#unread = this.#unread.slice(end + 1);
        return line;
      }
      const bytes = await this.ki.fdRead(this.ctx.pid, this.ctx.fds.stdin, 4096);
      if (bytes.length === 0) {
        const rest = this.#unread;
        this.#unread = "";
        return rest === "" ? null : rest;
      }
      this.#unread += this.#decoder.decode(bytes, { stream: true });
    }
  }

  /** The text of a file, relative to the process's directory. @param {string} path */
  async readFile(path) {
    const { ki, ctx: { pid } } = this;
    const fd = ki.fdOpen(pid, path, O_RDONLY);
    try {
      const parts = [];
      for (let part = await ki.fdRead(pid, fd, 65_536); part.length > 0; part = await ki.fdRead(pid, fd, 65_536)) parts.push(part);
      return new TextDecoder().decode(await new Blob(/** @type {BlobPart[]} */ (parts)).arrayBuffer());
    } finally {
      ki.fdClose(pid, fd);
    }
  }

  /** @param {string} text */
  substitute(text) {
    return text.replace(/\$(\w+)/g, (_, name) => this.variables.get(name) ?? "");
  }

  /** @param {string} text @param {number} line */
  evaluate(text, line) {
    const parts = this.substitute(text).trim().split(/\s+/);
    if (parts.length === 1) return parts[0] ?? "";
    const [a, operator, b] = [Number(parts[0]), parts[1], Number(parts[2])];
    if (parts.length !== 3 || !Number.isFinite(a) || !Number.isFinite(b)) throw new SyntaxError(`line ${line}: cannot work out “${text}”`);
    switch (operator) {
      case "+": return String(a + b);
      case "-": return String(a - b);
      case "*": return String(a * b);
      case "/": return String(a / b);
      default: throw new SyntaxError(`line ${line}: there is no operator ${operator}`);
    }
  }

  /** Runs a shell command on this program's streams. @param {string} command */
  async shell(command) {
    const { pid, fds } = this.ctx;
    const child = this.ki.spawn("sh", ["-c", command], { ppid: pid, stdinFd: fds.stdin, stdoutFd: fds.stdout, stderrFd: fds.stderr });
    this.child = child.pid;
    const { status } = await this.ki.waitpid(child.pid);
    this.child = null;
    this.variables.set("status", String(status));
  }

  /** Runs the lines from `from` to `to`. @param {string[]} lines @param {number} from @param {number} to */
  async run(lines, from = 0, to = lines.length) {
    for (let at = from; at < to; at += 1) {
      if (this.signal !== null) throw new Exit(128 + this.signal);
      const text = (lines[at] ?? "").trim();
      if (text === "" || text.startsWith("#")) continue;
      const [, word = "", rest = ""] = /^(\S+)\s*(.*)$/.exec(text) ?? [];
      switch (word) {
        case "say":
          await this.print(this.ctx.fds.stdout, `${this.substitute(rest)}\n`);
          break;
        case "let": {
          const [, name, value] = /^(\w+)\s*=\s*(.+)$/.exec(rest) ?? [];
          if (!name || !value) throw new SyntaxError(`line ${at + 1}: let NAME = VALUE`);
          this.variables.set(name, this.evaluate(value, at + 1));
          break;
        }
        case "ask":
          this.variables.set(rest, (await this.readLine()) ?? "");
          break;
        case "load": {
          const [name = "", path = ""] = rest.split(/\s+/);
          this.variables.set(name, (await this.readFile(this.substitute(path))).trimEnd());
          break;
        }
        case "sh":
          await this.shell(this.substitute(rest));
          break;
        case "times": {
          const end = this.endOf(lines, at, to);
          const count = Number(this.evaluate(rest, at + 1));
          for (let round = 1; round <= count; round += 1) {
            this.variables.set("round", String(round));
            await this.run(lines, at + 1, end);
          }
          at = end;
          break;
        }
        case "exit":
          throw new Exit(Number(this.substitute(rest) || 0));
        default:
          throw new SyntaxError(`line ${at + 1}: there is no word ${word}`);
      }
    }
  }

  /** The line of the `end` that belongs to the `times` in line `start`. @param {string[]} lines @param {number} start @param {number} to */
  endOf(lines, start, to) {
    let depth = 0;
    for (let at = start; at < to; at += 1) {
      const word = (lines[at] ?? "").trim().split(/\s/)[0];
      if (word === "times") depth += 1;
      if (word === "end" && --depth === 0) return at;
    }
    throw new SyntaxError(`line ${start + 1}: times without end`);
  }
}

/** @implements {DriverProcess} */
class RillProcess {
  /** @type {((code: number) => void) | null} */
  onExit = null;
  /** @type {((data: Uint8Array) => void) | null} */
  onStdout = null;
  /** @type {((data: Uint8Array) => void) | null} */
  onStderr = null;
  #program;
  #end;

  /** @param {KernelInterface} ki @param {string[]} args @param {ProcessContext} ctx */
  constructor(ki, args, ctx) {
    this.#program = new Program(ki, ctx);
    this.#end = this.#main(args);
  }

  /** @param {string[]} args */
  async #main(args) {
    const program = this.#program;
    const { stderr } = program.ctx.fds;
    try {
      let text = "";
      const [file] = args;
      if (file !== undefined) text = await program.readFile(file);
      else for (let line = await program.readLine(); line !== null; line = await program.readLine()) text += `${line}\n`;
      args.slice(1).forEach((arg, at) => program.variables.set(String(at + 1), arg));
      await program.run(text.split("\n"));
      return 0;
    } catch (error) {
      if (error instanceof Exit) return error.code;
      await program.print(stderr, `rill: ${/** @type {Error} */ (error).message}\n`).catch(() => {});
      return error instanceof SyntaxError ? 2 : 1;
    }
  }

  // Standard input is read with fdRead, so nothing is to be given: these take no arguments.
  writeStdin() {}
  closeStdin() {}

  kill(signal = SIGTERM) {
    const program = this.#program;
    program.signal = signal;
    if (program.child !== null) program.ki.kill(program.child, signal);
    this.onExit?.(128 + signal);
  }

  wait() {
    return this.#end;
  }
}

/** The driver. @returns {RuntimeDriver} */
export const createRillRuntime = () => {
  /** @type {KernelInterface} */
  let ki;
  return {
    name: "rill",
    commands: ["rill"],
    async init(kernel) {
      ki = kernel;
    },
    spawn: (_command, args, ctx) => new RillProcess(ki, args, ctx),
    async dispose() {},
  };
};
