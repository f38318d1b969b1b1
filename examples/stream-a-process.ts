//! A process with its streams: write to it while it runs, see its output as it comes, end it.
import { SIGTERM } from "cobnut";
import { startKernel } from "./run-commands";

/** Sorts lines that arrive over time. @param show is called with what `sort` writes */
export async function sortStream(lines: AsyncIterable<string>, show: (text: string) => void): Promise<number> {
  const kernel = await startKernel();
  const decoder = new TextDecoder();
  const sort = kernel.spawn("sort", ["-u"], {
    onStdout: (bytes) => show(decoder.decode(bytes, { stream: true })),
    onStderr: (bytes) => console.warn(new TextDecoder().decode(bytes)),
  });
  console.log(`sort runs as process ${sort.pid}`);
  for await (const line of lines) sort.writeStdin(`${line}\n`);
  sort.closeStdin();
  const status = await sort.wait();
  await kernel.dispose();
  return status;
}

/** Starts something endless and ends it; a process that a signal ended has 128 + its number as status. */
export async function startAndStop(): Promise<boolean> {
  const kernel = await startKernel();
  const endless = kernel.spawn("yes", []);
  endless.kill(SIGTERM);
  const ended = (await endless.wait()) === 128 + SIGTERM;
  await kernel.dispose();
  return ended;
}
