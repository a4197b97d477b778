/**
 * The well-known transfer learning tutorial of TensorFlow.js, as people copy it: everything on the page's thread, one
 * photo at a time, tf.js 4.22 on WebGL, a head on the flattened feature map.
 */
import { labelsOf, loadImage, loadScript } from "./race.js";

export async function prepare({ tfjs, model, epochs }) {
  await loadScript(tfjs);
  const { tf } = globalThis;
  await tf.setBackend("webgl");
  await tf.ready();
  const mobilenet = await tf.loadLayersModel(model);
  const layer = mobilenet.getLayer("conv_pw_13_relu");
  const pretrained = tf.model({ inputs: mobilenet.inputs, outputs: layer.output });
  return (training, validation) => run(tf, pretrained, epochs, training, validation);
}

async function run(tf, pretrained, epochs, training, validation) {
  const start = performance.now();
  const labels = labelsOf(training);
  const classes = training.map(({ label }) => labels.indexOf(label));
  const xs = await featuresOf(tf, pretrained, training);
  const ys = tf.tidy(() => tf.oneHot(tf.tensor1d(classes, "int32"), labels.length).toFloat());
  const featured = performance.now();
  const model = headOf(tf, pretrained.outputs[0].shape.slice(1), labels.length);
  await model.fit(xs, ys, { epochs, batchSize: Math.floor(training.length * 0.4), shuffle: true });
  const trained = performance.now();
  const correct = await countCorrect(tf, pretrained, model, labels, validation);
  const details = {
    features: (featured - start) / 1000,
    training: (trained - featured) / 1000,
    evaluation: (performance.now() - trained) / 1000,
  };
  return { correct, total: validation.length, details, backend: tf.getBackend() };
}

async function featuresOf(tf, pretrained, photos) {
  const rows = [];
  for (const { file } of photos) {
    const image = await loadImage(file);
    rows.push(tf.tidy(() => pretrained.predict(prepareImage(tf, image))));
  }
  const features = tf.concat(rows, 0);
  tf.dispose(rows);
  return features;
}

/** Centre crop, 224 x 224, scaled to about -1..1, a batch of one. */
function prepareImage(tf, image) {
  const pixels = tf.browser.fromPixels(image);
  const [height, width] = pixels.shape;
  const side = Math.min(height, width);
  const corner = [Math.floor((height - side) / 2), Math.floor((width - side) / 2), 0];
  const square = tf.image.resizeBilinear(pixels.slice(corner, [side, side, 3]), [224, 224]);
  return square.expandDims(0).toFloat().div(127).sub(1);
}

function headOf(tf, inputShape, units) {
  const kernelInitializer = () => tf.initializers.varianceScaling({});
  const layers = [
    tf.layers.flatten({ inputShape }),
    tf.layers.dense({ units: 100, activation: "relu", kernelInitializer: kernelInitializer(), useBias: true }),
    tf.layers.dense({ units, activation: "softmax", kernelInitializer: kernelInitializer(), useBias: false }),
  ];
  const model = tf.sequential({ layers });
  model.compile({ optimizer: tf.train.adam(0.0001), loss: "categoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

async function countCorrect(tf, pretrained, model, labels, photos) {
  let correct = 0;
  for (const { label, file } of photos) {
    const image = await loadImage(file);
    const best = tf.tidy(
      () =>
        model
          .predict(pretrained.predict(prepareImage(tf, image)))
          .argMax(1)
          .dataSync()[0],
    );
    if (labels[best] === label) correct += 1;
  }
  return correct;
}
