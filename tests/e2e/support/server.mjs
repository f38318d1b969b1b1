//! Starts `scripts/serve` on a free port and ends it again.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const SERVE = process.env.COBNUT_SERVE ?? fileURLToPath(new URL("../../../scripts/serve", import.meta.url));

/**
 * Serves a folder, cross-origin isolated unless told otherwise.
 * @param {string} folder @param {{ isolated?: boolean }} [options]
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>} `url` ends in a slash
 */
export async function serve(folder, { isolated = true } = {}) {
  const flags = isolated ? [] : ["--no-isolation"];
  const child = spawn(SERVE, ["--port", "0", ...flags, folder], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const url = await Promise.race([
    new Promise((resolve) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        const address = /http:\/\/127\.0\.0\.1:\d+\//.exec(line);
        if (address) resolve(address[0]);
      });
    }),
    ended.then((status) => Promise.reject(new Error(`scripts/serve ended with status ${status}`))),
    new Promise((_, reject) => child.once("error", reject)),
  ]);
  return {
    url,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
