//! A WebAssembly program of one's own as a command: any module for WASI preview 1.
import init, { createInMemoryFileSystem, createKernel, createWasmVmRuntime } from "cobnut";

/** Runs the program at `url` on `input`, in a pipeline with the userland's commands. */
export async function filterWith(url: string, input: string): Promise<string> {
  await init();
  const kernel = createKernel({ filesystem: createInMemoryFileSystem(), env: { PATH: "/bin" } });
  // The userland's commands, and one more: a URL, bytes, or a module that is compiled already.
  await kernel.mount(createWasmVmRuntime({ commands: { "my-filter": url } }));
  const { exitCode, stdout, stderr } = await kernel.exec("my-filter | sort | uniq -c", { stdin: input });
  await kernel.dispose();
  if (exitCode !== 0) throw new Error(stderr);
  return stdout;
}
