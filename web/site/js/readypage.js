/** The page that recognises by itself, which visitors take away: its parts lie on this site. */

const READY = ["index.html", "page.css", "page.js", "parts.js", "worker.js", "pixels.js", "patterns.js"];
const VENDOR = ["tf.js", "tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm"];

/** @returns {Promise<import("./protocol.js").NamedBlob[]>} by their paths in the page */
export function fetchReadyPage() {
  return Promise.all([
    ...READY.map(async (name) => ({ path: name, blob: await fetchPart(`ready/${name}`) })),
    ...VENDOR.map(async (name) => ({ path: `vendor/${name}`, blob: await fetchPart(`vendor/${name}`) })),
  ]);
}

/** @returns {Promise<import("./protocol.js").NamedBlob[]>} the same page as one file */
export async function fetchOneFilePage() {
  return [{ path: "page.html", blob: await fetchPart("ready/page.html") }];
}

/** @param {import("./locale.js").Language} language @returns {Promise<Record<string, string>>} what the page says */
export async function fetchReadyTexts(language) {
  return JSON.parse(await (await fetchPart(`ready/texts/${language}.json`)).text());
}

/** @param {string} path @returns {Promise<Blob>} a file of this site */
async function fetchPart(path) {
  const response = await fetch(new URL(`../${path}`, import.meta.url));
  if (!response.ok)
    throw new Error(
      `Expected ${path} on this site, got HTTP status ${response.status}. The site may not be completely installed.`,
    );
  return response.blob();
}
