//! The demo page, used as a person uses it: keys in, screen out.
import assert from "node:assert/strict";
import { join } from "node:path";
import { serve } from "../../scripts/serve.mjs";
import { Suite, output, root } from "./support/suite.mjs";
import { cursorLine, enter, line, lines, running } from "./support/screen.mjs";

/** The shell waits for a command. */
const PROMPT = /[#$] $/;

const demo = new Suite("the demo page", {
  serve: () => serve({ root: join(root, "target/demo") }),
  context: { viewport: { width: 1000, height: 620 }, permissions: ["clipboard-read", "clipboard-write"] },
  ready: async (page) => {
    await page.waitForFunction(() => "cobnut" in globalThis, null, { timeout: 30_000 });
    await cursorLine(page, PROMPT);
  },
});

export const suites = [demo];

demo.test("greets_and_takes_a_picture", async ({ page }) => {
  await enter(page, "ls --color /");
  await line(page, /\btmp\b/);
  await enter(page, "seq 1 100000 | grep 7 | wc -l");
  await line(page, /^40951$/);
  await enter(page, "for word in a kernel in a tab; do echo $word; done | sort | uniq -c | sort -rn");
  await line(page, /^ *2 a$/);
  await page.keyboard.type("sleep 100");
  await page.keyboard.press("Enter");
  await running(page, "sleep");
  await page.keyboard.press("Control+Z");
  await cursorLine(page, PROMPT);
  await enter(page, "jobs");
  await line(page, /Stopped.*sleep 100/);
  await cursorLine(page, PROMPT);
  await page.screenshot({ path: join(output, "terminal.png") });
});

demo.test("cat_echoes_a_line_and_ends_at_control_d", async ({ page }) => {
  await enter(page, "cat");
  await running(page, "cat");
  await enter(page, "a line of mine");
  // Once as it is typed, and once from cat.
  await page.waitForFunction(() => {
    const { active } = globalThis.cobnut.terminal.buffer;
    const rows = Array.from({ length: active.length }, (_, row) => active.getLine(row).translateToString(true));
    return rows.filter((row) => row === "a line of mine").length === 2;
  });
  await page.keyboard.press("Control+D");
  await cursorLine(page, PROMPT);
  await enter(page, "echo status $?");
  await line(page, /^status 0$/);
});

demo.test("control_c_ends_sleep_with_130", async ({ page }) => {
  await enter(page, "sleep 100");
  await running(page, "sleep");
  await page.keyboard.press("Control+C");
  await line(page, /\^C/);
  await cursorLine(page, PROMPT, 3000);
  await enter(page, "echo status $?");
  await line(page, /^status 130$/);
});

demo.test("control_c_at_the_prompt_drops_the_line", async ({ page }) => {
  await page.keyboard.type("echo never");
  await cursorLine(page, /echo never$/);
  await page.keyboard.press("Control+C");
  await cursorLine(page, PROMPT);
  await enter(page, "echo after");
  await line(page, /^after$/);
  assert.ok(!(await lines(page)).includes("never"));
});

demo.test("control_z_stops_jobs_lists_and_fg_goes_on", async ({ page }) => {
  await enter(page, "sleep 100");
  await running(page, "sleep");
  await page.keyboard.press("Control+Z");
  await line(page, /Stopped.*sleep 100/);
  await cursorLine(page, PROMPT);
  await enter(page, "jobs");
  await page.waitForFunction(() => {
    const { active } = globalThis.cobnut.terminal.buffer;
    const rows = Array.from({ length: active.length }, (_, row) => active.getLine(row).translateToString(true));
    return rows.filter((row) => /^\[1\].*Stopped.*sleep 100/.test(row)).length === 2;
  });
  await enter(page, "fg");
  await line(page, /^sleep 100$/);
  await running(page, "sleep");
  await page.keyboard.press("Control+C");
  await cursorLine(page, PROMPT, 3000);
  await enter(page, "jobs; echo no more jobs");
  await line(page, /^no more jobs$/);
});

demo.test("vi_edits_a_file_and_gives_the_screen_back", async ({ page }) => {
  await enter(page, "echo before; vi /tmp/letter");
  await line(page, /^"\/tmp\/letter" \[New\]/);
  await page.keyboard.type("iDear tab,");
  await page.keyboard.press("Enter");
  await page.keyboard.type("hello");
  await page.keyboard.press("Escape");
  await line(page, /^hello$/);
  // Stopped, it leaves the screen to the shell, and comes back with the text.
  await page.keyboard.press("Control+Z");
  await line(page, /Stopped.*vi \/tmp\/letter/);
  await cursorLine(page, PROMPT);
  await enter(page, "fg");
  await line(page, /^Dear tab,$/);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.type("x");
  await enter(page, ":wq");
  await cursorLine(page, PROMPT);
  await line(page, /^before$/);
  await enter(page, "cat /tmp/letter; echo status $?");
  await line(page, /^status 0$/);
  const shown = await lines(page);
  assert.deepEqual(shown.slice(shown.indexOf("status 0") - 2, shown.indexOf("status 0")), ["Deartab,", "hello"]);
});

demo.test("what_git_shows_goes_through_a_pager_only_where_it_does_not_fit", async ({ page }) => {
  await enter(page, "git config --global user.name Ada; git config --global user.email a@b; git init -q /tmp/p; cd /tmp/p");
  await enter(page, "git commit -q --allow-empty -m one; clear; git log --oneline; echo after");
  await line(page, /^after$/);
  assert.match((await lines(page))[0], /^[0-9a-f]{7} \(HEAD -> master\) one$/);
  await enter(page, "for i in $(seq 60); do git commit -q --allow-empty -m $i; done; clear; git log --oneline");
  await line(page, /^[0-9a-f]{7} \(HEAD -> master\) 60$/);
  await line(page, /^:$/);
  await page.keyboard.press("q");
  await cursorLine(page, PROMPT);
});

demo.test("ls_shows_directories_in_colour", async ({ page }) => {
  await enter(page, "cd /tmp && mkdir shelves && touch plain && ls --color");
  await line(page, /^plain +shelves$/);
  const colours = await page.evaluate(() => {
    const { active } = globalThis.cobnut.terminal.buffer;
    for (let row = active.length - 1; row >= 0; row -= 1) {
      const text = active.getLine(row).translateToString(true);
      if (!/^plain +shelves$/.test(text)) continue;
      const isDefault = (column) => active.getLine(row).getCell(column).isFgDefault();
      return { plain: isDefault(0), shelves: isDefault(text.indexOf("shelves")) };
    }
    return undefined;
  });
  assert.deepEqual(colours, { plain: true, shelves: false });
});

demo.test("stty_size_agrees_after_the_window_is_resized", async ({ page }) => {
  for (const viewport of [{ width: 700, height: 400 }, { width: 1200, height: 800 }]) {
    const before = await page.evaluate(() => [globalThis.cobnut.terminal.rows, globalThis.cobnut.terminal.cols]);
    await page.setViewportSize(viewport);
    await page.waitForFunction(([rows, cols]) => globalThis.cobnut.terminal.rows !== rows && globalThis.cobnut.terminal.cols !== cols, before);
    const [rows, cols] = await page.evaluate(() => [globalThis.cobnut.terminal.rows, globalThis.cobnut.terminal.cols]);
    await enter(page, "stty size");
    await line(page, new RegExp(`^${rows} ${cols}$`));
    await cursorLine(page, PROMPT);
  }
});

demo.test("page_never_scrolls_outside_the_terminal", async ({ page }) => {
  await enter(page, "seq 1 500");
  await line(page, /^500$/);
  const overflow = await page.evaluate(() => {
    const { scrollHeight, scrollWidth, clientHeight, clientWidth } = document.documentElement;
    return [scrollHeight - clientHeight, scrollWidth - clientWidth];
  });
  assert.deepEqual(overflow, [0, 0]);
});

demo.test("control_shift_c_copies_the_selection", async ({ page }) => {
  await enter(page, "echo cop''y me");
  await line(page, /^copy me$/);
  await page.evaluate(() => {
    const { terminal } = globalThis.cobnut;
    const { active } = terminal.buffer;
    for (let row = 0; row < active.length; row += 1) {
      if (active.getLine(row).translateToString(true) === "copy me") terminal.select(0, row, 7);
    }
  });
  await page.keyboard.press("Control+Shift+C");
  await page.waitForFunction(async () => (await navigator.clipboard.readText()) === "copy me");
});

for (const keys of ["Control+Shift+V", "Shift+Insert"]) {
  demo.test(`${keys}_pastes`, async ({ page }) => {
    await page.evaluate(() => navigator.clipboard.writeText("echo past''ed"));
    await page.keyboard.press(keys);
    await cursorLine(page, /echo past''ed$/);
    await page.keyboard.press("Enter");
    await line(page, /^pasted$/);
  });
}

demo.test("shell_that_ends_is_replaced_and_the_page_says_so", async ({ page }) => {
  await enter(page, "sleep 1; x=old; exit 3");
  await line(page, /The shell ended with status 3/);
  await cursorLine(page, PROMPT);
  await enter(page, 'echo "x is ${x-unset}"');
  await line(page, /^x is unset$/);
});

demo.test("unicode_is_typed_and_shown", async ({ page }) => {
  await page.keyboard.insertText("echo größe 漢字");
  await page.keyboard.press("Enter");
  await line(page, /^größe 漢字$/);
});
