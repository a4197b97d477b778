// Builds layers models in tf.js with seeded random weights, and what they predict: one JSON line each on stdout.
// node tfjs_cases.mjs WEB_DIRECTORY [name ...]       (--list: their names only)
import { createRequire } from "node:module";
import { cases } from "./tfjs_case_list.mjs";

const require = createRequire(`${process.argv[2]}/package.json`);
console.warn = () => {};
const log = console.log;
console.log = () => {};
const tf = require("@tensorflow/tfjs");

let state = 1;
const random = () => {
  state = (state * 1103515245 + 12345) % 2147483648;
  return state / 2147483648;
};
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

function randomize(model) {
  for (const weight of model.weights) {
    const size = tf.util.sizeFromShape(weight.shape);
    const positive = weight.originalName.endsWith("moving_variance");
    const scale = weight.originalName.includes("kernel") ? Math.min(1, 2 / Math.sqrt(size / weight.shape.at(-1))) : 0.7;
    const values = Float32Array.from({ length: size }, () => (positive ? 0.5 + random() : scale * normal()));
    weight.write(tf.tensor(values, weight.shape));
  }
}

function input(tensor, range) {
  const shape = tensor.shape.map((n, i) => n ?? (i === 0 ? 3 : 5));
  const size = tf.util.sizeFromShape(shape);
  const make = range ? () => Math.floor(random() * range) : normal;
  const values = Array.from({ length: size }, make);
  return tf.tensor(values, shape, tensor.dtype);
}

const pack = (tensor) => ({
  shape: tensor.shape,
  dtype: tensor.dtype,
  data: Buffer.from(Float32Array.from(tensor.dataSync()).buffer).toString("base64"),
});
const listed = (x) => (Array.isArray(x) ? x : [x]);

async function run(name, build) {
  state = 7;
  const made = build(tf);
  const { model, range, zeros, mangle } = made.model ? made : { model: made };
  if (model.layers) randomize(model);
  let saved;
  const keep = tf.io.withSaveHandler(async (artifacts) => {
    saved = artifacts;
    return {};
  });
  if (model.layers) {
    await model.save(keep);
  } else {
    // A topology: tf.js makes its weights.
    const first = await tf.models.modelFromJSON({ modelTopology: structuredClone(model) });
    randomize(first);
    await first.save(keep);
    saved.modelTopology = model;
  }
  saved.modelTopology = JSON.parse(JSON.stringify(saved.modelTopology));
  if (mangle) mangle(saved.modelTopology);
  const loaded = await tf.loadLayersModel(tf.io.fromMemory(structuredClone(saved)));
  const inputs = loaded.inputs.map((tensor) => {
    const made = input(tensor, range);
    return zeros ? zeros(tf, made) : made;
  });
  const outputs = listed(loaded.predict(inputs.length > 1 ? inputs : inputs[0]));
  const weights = loaded.weights.map((weight) => ({ name: weight.originalName, ...pack(weight.read()) }));
  log(
    JSON.stringify({
      name,
      topology: saved.modelTopology,
      weights,
      inputs: inputs.map(pack),
      outputs: outputs.map(pack),
    }),
  );
}

const wanted = process.argv.slice(3);
if (wanted[0] === "--list") {
  for (const name of Object.keys(cases)) log(name);
  process.exit();
}
for (const [name, build] of Object.entries(cases)) {
  if (wanted.length && !wanted.includes(name)) continue;
  try {
    await run(name, build);
  } catch (error) {
    log(JSON.stringify({ name, error: String(error.stack ?? error).slice(0, 600) }));
  }
}
