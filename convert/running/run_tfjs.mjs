// Runs tf.js models under Node.js and writes down what they compute. Called by tfjs_runs.py.
//
// A job comes as JSON on stdin: {node_modules, backend, jobs: [{model, custom, layer, strict, graph, inputs: [{path, shape, dtype}], out}]},
// with graph: [names of inputs, names of outputs] for a graph model.
// For each job an answer goes to stdout, a line of JSON: {outputs: [{path, shape}], shapes: {layer: shape}} or {error}.
import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const { node_modules: modules, backend, jobs } = JSON.parse(readFileSync(0, "utf8"));
const require = createRequire(join(resolve(modules), "any.js"));
console.log = console.info = console.warn = () => {}; // tf.js advertises tfjs-node; stdout is for answers.
const tf = require("@tensorflow/tfjs");
if (backend !== "cpu") {
  try {
    require("@tensorflow/tfjs-backend-wasm");
    await tf.setBackend("wasm");
  } catch {
    // Not installed: the cpu backend computes the same, slower.
  }
}
if (tf.getBackend() !== "wasm") await tf.setBackend("cpu");

/** An IOHandler for a model.json on disk. */
function fromDisk(path) {
  return {
    load: async () => {
      const json = JSON.parse(await readFile(path, "utf8"));
      return tf.io.getModelArtifactsForJSON(json, async (manifest) => {
        const names = manifest.flatMap((group) => group.paths);
        const shards = await Promise.all(names.map((name) => readFile(join(dirname(path), name))));
        const bytes = new Uint8Array(shards.reduce((sum, shard) => sum + shard.length, 0));
        let offset = 0;
        for (const shard of shards) {
          bytes.set(shard, offset);
          offset += shard.length;
        }
        return [tf.io.getWeightSpecs(manifest), bytes.buffer];
      });
    },
  };
}

const TYPES = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

async function readTensor({ path, shape, dtype }) {
  const bytes = await readFile(path);
  const values = new TYPES[dtype](new Uint8Array(bytes).buffer);
  return tf.tensor(values, shape, dtype);
}

/** A model of either kind, the layers it has, and what computes its outputs from a list of inputs. */
async function load({ model: path, layer, strict, graph }) {
  if (graph) {
    const model = await tf.loadGraphModel(fromDisk(path));
    const [names, wanted] = graph;
    const named = (given) => Object.fromEntries(names.map((name, i) => [name, given[i]]));
    return { model, layers: [], predict: (given) => model.executeAsync(named(given), wanted) };
  }
  const model = await tf.loadLayersModel(fromDisk(path), { strict });
  const part = layer ? tf.model({ inputs: model.inputs, outputs: model.getLayer(layer).output }) : model;
  return { model, layers: model.layers, predict: (given) => part.predict(given.length === 1 ? given[0] : given) };
}

async function run(job) {
  const { custom, inputs, out } = job;
  for (const file of custom) {
    const module = await import(pathToFileURL(file).href);
    await (module.register ?? module.default)(tf);
  }
  const start = performance.now();
  const { model, layers, predict } = await load(job);
  const loaded = performance.now();
  const given = await Promise.all(inputs.map(readTensor));
  let made;
  try {
    made = await predict(given);
  } catch (error) {
    // Some kernels exist in the cpu backend only.
    if (tf.getBackend() === "cpu" || !/kernel|wasm|not (yet )?(supported|implemented)/i.test(String(error)))
      throw error;
    await tf.setBackend("cpu");
    return run(job);
  }
  const tensors = Array.isArray(made) ? made : [made];
  const outputs = [];
  for (const [i, tensor] of tensors.entries()) {
    const file = `${out}-${i}.bin`;
    await writeFile(file, new Uint8Array(Float32Array.from(await tensor.data()).buffer));
    outputs.push({ path: file, shape: tensor.shape });
  }
  const ran = performance.now();
  const shapes = Object.fromEntries(layers.map((layer) => [layer.name, shapeOf(layer)]));
  const used = tf.getBackend();
  model.dispose();
  tf.dispose([...given, ...tensors]);
  return { outputs, shapes, backend: used, load_ms: loaded - start, predict_ms: ran - loaded };
}

function shapeOf(layer) {
  try {
    return layer.outputShape;
  } catch {
    return null; // Called more than once, on inputs of different shapes.
  }
}

const preferred = tf.getBackend();
for (const job of jobs) {
  await tf.setBackend(preferred);
  let answer;
  try {
    answer = await run(job);
  } catch (error) {
    answer = { error: String(error?.message ?? error).slice(0, 1000) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
