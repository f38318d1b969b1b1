//! The smallest use: a kernel, its userland, and command lines. `timeout` shows what an error carries.
import init, { KernelError, allowAll, createInMemoryFileSystem, createKernel, createWasmVmRuntime } from "cobnut";

/** Makes a kernel with the whole userland in it. The page must be cross-origin isolated (docs/embedding.md). */
export async function startKernel() {
  await init();
  const kernel = createKernel({
    filesystem: createInMemoryFileSystem(),
    permissions: allowAll,
    env: { HOME: "/root", PATH: "/bin:/usr/bin" },
  });
  await kernel.mount(createWasmVmRuntime());
  return kernel;
}

/** Counts the lines of a text that match a pattern, with the commands that everybody knows. */
export async function countMatches(text: string, pattern: string): Promise<number> {
  const kernel = await startKernel();
  try {
    await kernel.mkdir("/tmp/work");
    await kernel.writeFile("/tmp/work/input", text);
    const { stdout } = await kernel.exec('grep -e "$PATTERN" input | wc -l', {
      cwd: "/tmp/work",
      env: { PATTERN: pattern },
      timeout: 5000,
    });
    return Number(stdout);
  } catch (error) {
    if (error instanceof KernelError && error.code === "ETIMEDOUT") return Number.NaN;
    throw error;
  } finally {
    await kernel.dispose();
  }
}
