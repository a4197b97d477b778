/**
 * Measures one backend of TensorFlow.js, in a worker that has no other work and is ended afterwards, so that all that
 * was on the graphics processor for it is free again.
 *
 * @typedef {{ backbone: string, name: string, addition: string }} Task  page -> worker
 * @typedef {{ loaded: true } | { ms: number } | { failed: string }} Step  worker -> page: all files are there; milliseconds
 *   for a photo
 */
import "../vendor/tf.js"; // The global `tf`.

/** @type {any} */
const tf = /** @type {any} */ (globalThis).tf;
const MODELS = new URL("../models/", import.meta.url).href;
/** Pixels of a side: the fewest that the page offers for training. */
const SIZE = 128;
/** Of a batch that takes less, most may be what a batch takes whatever is in it: then more photos tell more. */
const SHORT_MS = 80;
const MANY = 4;

/** @param {MessageEvent<Task>} event */
self.onmessage = async ({ data: { backbone, name, addition } }) => {
  /** @param {Step} step */
  const tell = (step) => self.postMessage(step);
  try {
    const [artifacts] = await Promise.all([readModel(`${MODELS}${backbone}/features/`), add(addition)]);
    tell({ loaded: true });
    if (!(await tf.setBackend(name))) throw new Error(`${name} does not start.`);
    await tf.ready();
    const model = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    tf.fuseRelu6(model);
    const alone = await time(model, 1);
    tell({ ms: alone < SHORT_MS ? (await time(model, MANY)) / MANY : alone });
  } catch (error) {
    tell({ failed: error instanceof Error ? error.message : String(error) });
  }
};

/** @param {string} addition a script that a backend is in, "" where tf.js has it already */
async function add(addition) {
  if (addition) await tf.importBeside(addition);
}

/** @param {string} folder */
async function readModel(folder) {
  const { modelTopology, weightsManifest } = await (await read(`${folder}model.json`)).json();
  const [{ paths, weights }] = weightsManifest;
  const parts = await Promise.all(paths.map(async (/** @type {string} */ path) => (await read(folder + path)).blob()));
  modelTopology.model_config.config.layers[0].config.batch_input_shape = [null, SIZE, SIZE, 3];
  return { modelTopology, weightSpecs: weights, weightData: await new Blob(parts).arrayBuffer() };
}

/** @param {string} url */
async function read(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  return response;
}

/** Milliseconds for a batch, once the engine has prepared what it needs for it. @param {any} model @param {number} n */
async function time(model, n) {
  await run(model, n);
  const started = performance.now();
  await run(model, n);
  return performance.now() - started;
}

/** @param {any} model @param {number} n */
async function run(model, n) {
  const photos = tf.tensor(new Float32Array(n * SIZE * SIZE * 3).fill(0.5), [n, SIZE, SIZE, 3]);
  const features = model.predictOnBatch(photos);
  await features.data();
  tf.dispose([photos, features]);
}
