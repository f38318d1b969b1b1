//! Compiles the guests that are kept as text (`*.wat`) with wabt.
import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import wabtInit from "wabt";

const FEATURES = { exceptions: true, bulk_memory: true, sign_extension: true, mutable_globals: true };

/** Compiles every .wat of a folder. @param {string} folder @returns {Promise<Map<string, Uint8Array>>} bytes by name */
export async function compileGuests(folder) {
  const wabt = await wabtInit();
  const guests = new Map();
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".wat")).sort()) {
    const path = join(folder, file);
    const module = wabt.parseWat(path, readFileSync(path, "utf8"), FEATURES);
    try {
      guests.set(basename(file, ".wat"), module.toBinary({}).buffer);
    } finally {
      module.destroy();
    }
  }
  return guests;
}
