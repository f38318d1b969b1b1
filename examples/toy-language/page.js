import init, { createKernel, createWasmVmRuntime } from "../pkg/cobnut.js";
import { createRillRuntime } from "./rill.js";

const output = /** @type {HTMLPreElement} */ (document.querySelector("#output"));
const program = /** @type {HTMLTextAreaElement} */ (document.querySelector("#program"));
const run = /** @type {HTMLButtonElement} */ (document.querySelector("#run"));

/** @param {string} text @param {string} [className] */
const show = (text, className = "") => {
  const span = document.createElement("span");
  span.className = className;
  span.textContent = text;
  output.append(span);
};

try {
  await init();
  const kernel = createKernel({});
  await kernel.mount(createWasmVmRuntime());
  await kernel.mount(createRillRuntime());
  output.textContent = "";
  run.disabled = false;
  run.addEventListener("click", async () => {
    output.textContent = "";
    run.disabled = true;
    const texts = [new TextDecoder(), new TextDecoder()];
    const process = kernel.spawn("rill", [], {
      onStdout: (bytes) => show(texts[0]?.decode(bytes, { stream: true }) ?? ""),
      onStderr: (bytes) => show(texts[1]?.decode(bytes, { stream: true }) ?? "", "error"),
    });
    process.writeStdin(program.value);
    process.closeStdin();
    const code = await process.wait();
    if (code !== 0) show(`exit code ${code}\n`, "error");
    run.disabled = false;
  });
} catch (error) {
  output.textContent = "";
  show(/** @type {Error} */ (error).message, "error");
}
