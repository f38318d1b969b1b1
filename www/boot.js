//! The first script of the demo page: makes sure that this browser, on this address, can run the kernel, and only then
//! loads the rest (`www/cobnut_www.js`, the page in Rust). What is missing is said on the page, with what to do about it.
//!
//! Shared memory needs a cross-origin isolated page. Where the host doesn't send the headers for that, the service worker
//! `coi-sw.js` does: it is installed here, and the page is loaded once more.

/** Set while the page reloads to come under the service worker, so that it reloads once and no more. */
const RELOADED = "cobnut-reloaded-for-isolation";

/** What keeps the kernel from running: the sentence that says what, and one that says what to do. */
class Obstacle extends Error {
  /** @param {string} what @param {string} advice @param {unknown} [cause] */
  constructor(what, advice, cause) {
    super(what, { cause });
    this.advice = advice;
  }
}

const UPDATE = "Please use a current version of Chrome, Edge, Firefox or Safari.";

/** What the kernel asks of a browser besides isolation: [is it there, its name]. */
const NEEDS = [
  [() => typeof WebAssembly === "object" && WebAssembly.validate(SHARED_MEMORY_MODULE), "WebAssembly with threads"],
  [() => typeof Worker === "function", "workers"],
  [() => typeof Atomics === "object" && "waitAsync" in Atomics, "Atomics.waitAsync"],
  [() => "locks" in navigator, "Web Locks"],
];

/** The smallest module that declares a shared memory. */
const SHARED_MEMORY_MODULE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 5, 4, 1, 3, 1, 1]);

/** @returns {Promise<boolean>} whether the page may go on; if not, it is being loaded again */
async function becomeIsolated() {
  if (globalThis.crossOriginIsolated) {
    sessionStorage.removeItem(RELOADED);
    return true;
  }
  if (!globalThis.isSecureContext) {
    throw new Obstacle(
      "This page was loaded over plain HTTP, so the browser doesn't share memory between its threads.",
      "Load it over HTTPS, or from localhost.",
    );
  }
  if (!navigator.serviceWorker) {
    throw new Obstacle(
      "The page is not cross-origin isolated, and this browser offers it no service worker to become so.",
      "Leave private browsing, or have the server send the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.",
    );
  }
  if (sessionStorage.getItem(RELOADED)) {
    sessionStorage.removeItem(RELOADED);
    throw new Obstacle(
      "The page is not cross-origin isolated, although its service worker is in place.",
      "If it is shown in a frame, open it in a tab of its own. " + UPDATE,
    );
  }
  try {
    await navigator.serviceWorker.register("./coi-sw.js");
    await navigator.serviceWorker.ready;
  } catch (cause) {
    throw new Obstacle(
      "The page is not cross-origin isolated, and its service worker could not be installed.",
      "Allow this site to store data, or serve it with the headers that isolate it.",
      cause,
    );
  }
  sessionStorage.setItem(RELOADED, "yes");
  location.reload();
  return false;
}

function checkBrowser() {
  const missing = NEEDS.filter(([present]) => !present()).map(([, name]) => name);
  if (missing.length > 0) throw new Obstacle(`This browser lacks ${missing.join(", ")}.`, UPDATE);
}

/** Shows the failure instead of the progress bar or the terminal. @param {unknown} error */
function showFailure(error) {
  const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const known = error instanceof Obstacle;
  byId("failure-what").textContent = known ? error.message : "The kernel stopped with an error that the page can't mend.";
  byId("failure-advice").textContent = known ? error.advice : "Loading the page again starts a new kernel.";
  const detail = known ? error.cause : error;
  if (detail !== undefined) {
    byId("failure-detail").textContent = detail instanceof Error ? `${detail.name}: ${detail.message}` : String(detail);
    byId("failure-detail").hidden = false;
  }
  byId("failure-retry").addEventListener("click", () => location.reload());
  byId("boot").hidden = true;
  byId("failure").hidden = false;
}

try {
  if (await becomeIsolated()) {
    checkBrowser();
    const page = await import("./www/cobnut_www.js");
    await page.default();
    await page.run();
  }
} catch (error) {
  console.error(error);
  showFailure(error);
}
