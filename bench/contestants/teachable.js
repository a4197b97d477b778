/**
 * @teachablemachine/image as its documentation says, with the tf.js 1.3.1 that it wants, on the page's thread. It keeps
 * 15 % of each class to itself for validation; the run's own validation photos are recognised one by one afterwards.
 */
import { labelsOf, loadImage, loadScript } from "./race.js";

// The defaults of Teachable Machine's own page.
const SETTINGS = { denseUnits: 100, learningRate: 0.001, batchSize: 16 };

export async function prepare({ tfjs, library, model, epochs }) {
  await loadScript(tfjs);
  await loadScript(library);
  const { tf, tmImage } = globalThis;
  await tf.setBackend("webgl");
  await tf.ready();
  const base = { version: 1, checkpointUrl: model, trainingLayer: "conv_pw_13_relu" };
  const teachable = await tmImage.createTeachable({ tfjsVersion: tf.version.tfjs }, base);
  return (training, validation) => run(teachable, epochs, training, validation);
}

async function run(teachable, epochs, training, validation) {
  const { tf } = globalThis;
  const start = performance.now();
  const labels = labelsOf(training);
  teachable.setLabels(labels);
  for (const { label, file } of training) {
    await teachable.addExample(labels.indexOf(label), await squareOf(file));
  }
  const featured = performance.now();
  await teachable.train({ ...SETTINGS, epochs });
  const trained = performance.now();
  let correct = 0;
  for (const { label, file } of validation) {
    const [best] = await teachable.predictTopK(await squareOf(file), 1);
    if (best.className === label) correct += 1;
  }
  const details = {
    features: (featured - start) / 1000,
    training: (trained - featured) / 1000,
    evaluation: (performance.now() - trained) / 1000,
  };
  return { correct, total: validation.length, details, backend: tf.getBackend() };
}

/** Training takes canvases of the right size; recognising crops by itself, which then changes nothing. */
async function squareOf(file) {
  const image = await loadImage(file);
  const size = 224;
  const canvas = Object.assign(document.createElement("canvas"), { width: size, height: size });
  const side = Math.min(image.width, image.height);
  const [left, top] = [(image.width - side) / 2, (image.height - side) / 2];
  canvas.getContext("2d").drawImage(image, left, top, side, side, 0, 0, size, size);
  return canvas;
}
