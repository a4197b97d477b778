/**
 * The model, away from the page's thread: loads it, checks it, and recognises pictures.
 *
 * Messages in: `{ id, file }` or `{ id, frame }` (an ImageBitmap of the camera). Out: `{ ready }` or `{ id, shares }`,
 * or `{ id, error }`; `shares` are `{ label, probability }`, the most probable first.
 */
import "./vendor/tf.js"; // The global `tf`.
import { isOneFile, readPart } from "./parts.js";
import { drawPattern } from "./patterns.js";
import { drawn, fitImage, loadImage } from "./pixels.js";

/** @type {any} */
const tf = /** @type {any} */ (globalThis).tf;
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;
/** As pyclassifier.archives.TOLERANCE. */
const TOLERANCE = 1e-3;
const WASM = ["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm"];

/**
 * What pyclassifier's model card says of pictures, and the labels.
 *
 * @typedef {import("./pixels.js").Fitting & { mean: number[], std: number[], bgr: boolean, labels: string[], grey: boolean }} Card
 */

const loading = load();
loading.then(
  ({ ready }) => self.postMessage({ ready }),
  (error) => self.postMessage({ failed: String(error?.message ?? error) }),
);

/** Pictures are recognised one after the other. @type {Promise<unknown>} */
let queue = loading;

/** @param {MessageEvent<{ id: number, file?: Blob, frame?: ImageBitmap }>} event */
self.onmessage = ({ data: { id, file, frame } }) => {
  queue = queue.then(async () => {
    try {
      const { card, model } = await loading;
      const pixels = file ? await loadImage(file, card) : ofFrame(/** @type {ImageBitmap} */ (frame), card);
      const row = await predict(model, card, pixels);
      const shares = card.labels.map((label, i) => ({ label, probability: row[i] }));
      self.postMessage({ id, shares: shares.sort((a, b) => b.probability - a.probability) });
    } catch (error) {
      self.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
    }
  });
};

async function load() {
  await startBackend();
  const [metadata, model] = await Promise.all([
    readPart("model/metadata.json").then((response) => response.json()),
    tf.loadLayersModel({ load: readModel }),
  ]);
  // As pyclassifier runs it: a convolution and its ReLU6 as one kernel.
  for (const layer of innerModels(model)) tf.fuseRelu6(layer);
  const ours = metadata.userMetadata?.pyclassifier ?? {};
  const { divisor = 127, offset = -1, preprocessing: how = {} } = ours.card ?? {};
  /** @type {Card} */
  const card = {
    ...{ size: metadata.imageSize, fitMode: ours.fitMode ?? "crop" },
    ...{ cropShare: how.crop_share ?? null, interpolation: how.interpolation ?? "bilinear" },
    ...{ mean: how.mean ?? Array(3).fill(-offset * divisor), std: how.std ?? Array(3).fill(divisor) },
    ...{ bgr: how.channel_order === "bgr", labels: metadata.labels, grey: metadata.grayscale === true },
  };
  const deviation = await check(model, card, ours.selfCheck ?? []);
  const threshold = ours.calibration?.threshold ?? null;
  const otherwise = deviation > TOLERANCE;
  return {
    card,
    model,
    ready: { name: metadata.modelName, backend: tf.getBackend(), deviation, otherwise, threshold },
  };
}

/** @returns {Promise<{ modelTopology: object, weightSpecs: object[], weightData: ArrayBuffer }>} as tf.js asks for it */
async function readModel() {
  const { modelTopology, weightsManifest } = await (await readPart("model/model.json")).json();
  const paths = weightsManifest.flatMap((/** @type {any} */ group) => group.paths);
  const weights = await Promise.all(
    paths.map(async (/** @type {string} */ path) => (await readPart(`model/${path}`)).blob()),
  );
  return {
    modelTopology,
    weightSpecs: weightsManifest.flatMap((/** @type {any} */ group) => group.weights),
    weightData: await new Blob(weights).arrayBuffer(),
  };
}

async function startBackend() {
  // One photo after the other needs one core; what would use more is not beside this page.
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  if (isOneFile) {
    const urls = WASM.map(async (name) => URL.createObjectURL(await (await readPart(`vendor/${name}`)).blob()));
    const [plain, simd] = await Promise.all(urls);
    const threaded = simd; // asked for, never used
    tf.setWasmPaths({ [WASM[0]]: plain, [WASM[1]]: simd, "tfjs-backend-wasm-threaded-simd.wasm": threaded });
  }
  const gl = new OffscreenCanvas(1, 1).getContext("webgl2");
  const info = gl?.getExtension("WEBGL_debug_renderer_info");
  const renderer = gl ? String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER)) : "";
  // WebGL that runs on the CPU is several times slower than WebAssembly.
  const wanted = gl && !SOFTWARE.test(renderer) ? ["webgl", "wasm", "cpu"] : ["wasm", "cpu"];
  for (const name of wanted) {
    if (await tf.setBackend(name).catch(() => false)) return tf.ready();
  }
}

/** @param {any} model @returns {any[]} */
function innerModels(model) {
  return model.layers.flatMap((/** @type {any} */ layer) => {
    if (layer.getClassName() === "Sequential") return innerModels(layer);
    return ["Model", "Functional"].includes(layer.getClassName()) ? [layer] : [];
  });
}

/** @param {any} model @param {Card} card @param {{ pattern?: string, probabilities: number[] }[]} promises */
async function check(model, card, promises) {
  let largest = 0;
  for (const { pattern, probabilities } of promises.slice(0, 16)) {
    const pixels = drawPattern(pattern ?? "", card.size);
    if (!pixels) continue;
    const row = await predict(model, card, pixels);
    for (let i = 0; i < row.length; i++) largest = Math.max(largest, Math.abs(row[i] - probabilities[i]));
  }
  return largest;
}

/** @param {ImageBitmap} frame @param {Card} card */
function ofFrame(frame, card) {
  const pixels = drawn(frame);
  frame.close();
  return fitImage(pixels, card);
}

/** @param {any} model @param {Card} card @param {import("./pixels.js").Rgb} pixels @returns {Promise<Float32Array>} */
async function predict(model, { size, mean, std, bgr, grey }, { data }) {
  const divisors = Float32Array.from(std);
  const shifts = Float32Array.from(mean, (value, channel) => value / std[channel]);
  const values = Float32Array.from(data, (_, i) => {
    const channel = i % 3;
    return Math.fround(data[bgr ? i + 2 - 2 * channel : i] / divisors[channel]) - shifts[channel];
  });
  const input = grey ? greyOf(values) : values;
  const x = tf.tensor(input, [1, size, size, grey ? 1 : 3]);
  const y = model.predict(x);
  try {
    return await y.data();
  } finally {
    x.dispose();
    y.dispose();
  }
}

/** As Pillow makes it (ITU-R 601-2). @param {Float32Array} values */
function greyOf(values) {
  return Float32Array.from(
    { length: values.length / 3 },
    (_, i) => 0.299 * values[3 * i] + 0.587 * values[3 * i + 1] + 0.114 * values[3 * i + 2],
  );
}
