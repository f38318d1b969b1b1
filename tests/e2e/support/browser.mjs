//! The browser that the end-to-end tests and the bench run in: the machine's Chromium, headless, through playwright-core.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/** Also what makes Chromium keep to itself: no updates, no sync, no background requests. */
const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The path of Chromium: the environment's CHROMIUM, or the first that PATH has. */
export function chromiumPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of NAMES) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not here.
      }
    }
  }
  throw new Error("no Chromium found: set CHROMIUM to its path, or install it (`make setup` says how)");
}

/** Starts the browser. @returns {Promise<import("playwright-core").Browser>} */
export function launch() {
  // Chromium's own sandbox refuses to run as root.
  const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: chromiumPath(), headless: true, args: [...FLAGS, ...asRoot] });
}
