//! Reads the demo page's terminal as a person would: by what is on the screen. Every function waits until it is there.

const LIMIT_MS = 20_000;

/** The lines of the terminal's buffer, scrolled-off ones included. @param {import("playwright-core").Page} page */
export const lines = (page) => page.evaluate(() => {
  const { active } = globalThis.cobnut.terminal.buffer;
  return Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? "");
});

/** Waits until a line matches. @param {import("playwright-core").Page} page @param {RegExp} pattern */
export async function line(page, pattern, limitMs = LIMIT_MS) {
  await waitFor(page, pattern, limitMs, ([source, flags]) => {
    const { active } = globalThis.cobnut.terminal.buffer;
    const wanted = new RegExp(source, flags);
    for (let row = 0; row < active.length; row += 1) {
      if (wanted.test(active.getLine(row)?.translateToString(true) ?? "")) return true;
    }
    return false;
  });
}

/** Waits until what stands before the cursor matches. @param {import("playwright-core").Page} page @param {RegExp} pattern */
export async function cursorLine(page, pattern, limitMs = LIMIT_MS) {
  await waitFor(page, pattern, limitMs, ([source, flags]) => {
    const { active } = globalThis.cobnut.terminal.buffer;
    const text = active.getLine(active.baseY + active.cursorY)?.translateToString(false, 0, active.cursorX) ?? "";
    return new RegExp(source, flags).test(text);
  });
}

async function waitFor(page, pattern, limitMs, condition) {
  try {
    await page.waitForFunction(condition, [pattern.source, pattern.flags], { timeout: limitMs, polling: 20 });
  } catch (error) {
    const seen = await lines(page).catch(() => [error.message]);
    throw new Error(`${pattern} did not come up in ${limitMs} ms; the screen:\n${seen.join("\n").trimEnd()}`);
  }
}

/** Waits until a process runs `command` (and so reads the terminal, or sleeps). @param {import("playwright-core").Page} page */
export const running = (page, command) => page.waitForFunction(
  (wanted) => [...globalThis.cobnut.kernel.processes.values()].some((info) => info.command === wanted && info.status === "running"),
  command,
  { timeout: LIMIT_MS, polling: 20 },
);

/** Types a command line. @param {import("playwright-core").Page} page @param {string} text */
export async function enter(page, text) {
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}
