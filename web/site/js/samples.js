import { texts } from "./texts.js";

/**
 * @typedef {import("./protocol.js").NamedBlob} NamedBlob
 */

const FOLDER = new URL("../samples/", import.meta.url);
const DIGITS = new URL("../digits/", import.meta.url);
const AT_ONCE = 6;

/**
 * What others.json lists, by page: pictures that are new to a model, and those to train on where index.json has none.
 *
 * @typedef {{ photos: { new: string[] }, logos: { training: string[], new: string[] }, recognise: { new: string[] } }} Others
 */

/**
 * Fetch the sample photos that come with the site.
 *
 * @param {"photos" | "logos"} page
 * @param {(done: number, total: number) => void} onProgress
 * @returns {Promise<{ training: NamedBlob[], validation: NamedBlob[] }>}
 */
export async function fetchSamples(page, onProgress) {
  /** @type {Record<"training" | "validation", string[]>} */
  const index =
    page === "logos"
      ? { training: (await fetchOthers()).logos.training, validation: [] }
      : await (await get("index.json")).json();
  const total = index.training.length + index.validation.length;
  let done = 0;
  /** @param {keyof typeof index} split */
  const fetchSplit = (split) =>
    mapAtOnce(index[split], async (path) => {
      const photo = await fetchPhoto(path, page === "logos" ? "" : `${split}/`);
      onProgress(++done, total);
      return photo;
    });
  return { training: await fetchSplit("training"), validation: await fetchSplit("validation") };
}

/**
 * Fetch the pictures that no model of the samples has learned from.
 *
 * @param {keyof Others} page
 * @returns {Promise<NamedBlob[]>}
 */
export async function fetchNew(page) {
  return mapAtOnce((await fetchOthers())[page].new, (path) => fetchPhoto(path));
}

/** @returns {Promise<Others>} */
async function fetchOthers() {
  return (await get("others.json")).json();
}

/** @param {string} path @param {string} [folder] @returns {Promise<NamedBlob>} */
async function fetchPhoto(path, folder = "") {
  return { path, blob: await (await get(`${folder}${path}`)).blob() };
}

/**
 * Fetch the handwritten digits that come with the site, as the pair of files that they are.
 *
 * @returns {Promise<NamedBlob[]>}
 */
export function fetchDigits() {
  const names = ["mnist_images.png", "mnist_labels_uint8"];
  return Promise.all(names.map(async (path) => ({ path, blob: await (await get(path, DIGITS)).blob() })));
}

/** @param {string} path @param {URL} [folder] */
async function get(path, folder = FOLDER) {
  const response = await fetch(new URL(path, folder));
  if (!response.ok) throw new Error(texts.sampleMissing(path, response.status));
  return response;
}

/**
 * @template T, R
 * @param {T[]} items
 * @param {(item: T) => Promise<R>} work
 * @returns {Promise<R[]>} in the order of the items
 */
async function mapAtOnce(items, work) {
  /** @type {R[]} */
  const results = new Array(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
