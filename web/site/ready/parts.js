/** The files that the page is made of: they lie beside it, or within it where the page is one file. */

/** Base64 by path, where they are within it; the worker gets them as a global. @type {Record<string, string> | null} */
const inside =
  /** @type {any} */ (globalThis).ownFiles ??
  JSON.parse(globalThis.document?.getElementById("own-files")?.textContent ?? "null");

/** Whether the page is one file. */
export const isOneFile = inside !== null;

/** @param {string} path from the page @returns {Promise<Response>} */
export async function readPart(path) {
  if (!inside) return fetch(new URL(path, import.meta.url));
  const type = path.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
  return fetch(`data:${type};base64,${inside[path]}`);
}

/** @returns {Promise<Worker>} that recognises */
export async function startWorker() {
  if (!inside) return new Worker("worker.js", { type: "module" });
  const code = await (await readPart("worker.js")).text();
  const blob = new Blob([`globalThis.ownFiles = ${JSON.stringify(inside)};\n`, code], { type: "text/javascript" });
  return new Worker(URL.createObjectURL(blob)); // Of a page on the disk browsers start no worker that is a module.
}
