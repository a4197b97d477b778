/** The page that recognises by itself, which visitors take away: its parts lie on this site. */

const MODULES = ["page.js", "parts.js", "worker.js", "pixels.js", "orientation.js", "patterns.js"];
const READY = ["index.html", "page.css", ...MODULES];
const VENDOR = ["tf.js", "tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm"];

/**
 * @param {string} site its whole address
 * @returns {Promise<import("./protocol.js").NamedBlob[]>} by their paths in the page
 */
export function fetchReadyPage(site) {
  return Promise.all([
    ...READY.map(async (name) => ({ path: name, blob: await fetchPart(site, `ready/${name}`) })),
    ...VENDOR.map(async (name) => ({ path: `vendor/${name}`, blob: await fetchPart(site, `vendor/${name}`) })),
  ]);
}

/**
 * @param {string} site its whole address
 * @returns {Promise<import("./protocol.js").NamedBlob[]>} the same page as one file
 */
export async function fetchOneFilePage(site) {
  return [{ path: "page.html", blob: await fetchPart(site, "ready/page.html") }];
}

/**
 * @param {string} site its whole address
 * @param {import("./locale.js").Language} language
 * @returns {Promise<Record<string, string>>} what the page says
 */
export async function fetchReadyTexts(site, language) {
  return JSON.parse(await (await fetchPart(site, `ready/texts/${language}.json`)).text());
}

/** @param {string} site @param {string} path @returns {Promise<Blob>} a file of the site */
async function fetchPart(site, path) {
  const response = await fetch(site + path);
  if (!response.ok)
    throw new Error(
      `Expected ${path} on this site, got HTTP status ${response.status}. The site may not be completely installed.`,
    );
  return response.blob();
}
