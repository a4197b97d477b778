/**
 * Starts the worker, which loads Python, before anything else of the page is there: js/app.js hands it to `connect`, which
 * would start one. A script of its own, before those that wait for the whole page.
 */

const worker = new Worker("js/worker.js", { type: "module" });
globalThis.begun = /** @type {Worker | null} */ (worker);
worker.addEventListener("error", () => {
  globalThis.begun = null; // Another one will say what went wrong.
});
