// Train a head in tf.js: `node fit_head.mjs NODE_MODULES MODEL_URL N_FEATURES N_CLASSES`; prints losses and accuracy as JSON.
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [modules, url, nFeatures, nClasses] = process.argv.slice(2);
console.warn = () => {}; // tf.js advertises tfjs-node.
const tf = createRequire(join(resolve(modules), "any.js"))("@tensorflow/tfjs");
await tf.setBackend("cpu");

const model = await tf.loadLayersModel(url);
model.compile({ optimizer: tf.train.adam(0.01), loss: "categoricalCrossentropy", metrics: ["accuracy"] });
// Each class has features of its own that are larger.
const classes = Array.from({ length: 48 }, (_, i) => i % Number(nClasses));
const shift = tf.tidy(() => tf.oneHot(tf.tensor1d(classes, "int32"), Number(nFeatures)).mul(5));
const x = tf.randomUniform([48, Number(nFeatures)], 0, 1, "float32", 1).add(shift);
const y = tf.oneHot(tf.tensor1d(classes, "int32"), Number(nClasses)).toFloat();
const { history } = await model.fit(x, y, { epochs: 6, batchSize: 16, shuffle: false });
console.log(JSON.stringify({ loss: history.loss, accuracy: history.acc }));
