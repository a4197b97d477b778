/** Times `predict` of several models, in turns, on one backend; driven by backbone_folding.py. */
import * as tf from "./vendor/tf.js";

self.onmessage = async ({ data: { backend, models, size, batch, rounds } }) => {
  await tf.setBackend(backend);
  await tf.ready();
  const x = tf.randomUniform([batch, size, size, 3], -1, 1, "float32", 0);
  const loaded = {};
  for (const name of models) {
    loaded[name] = await tf.loadLayersModel(`models/${name}/model.json`);
    if (name.endsWith("fused")) tf.fuseRelu6(loaded[name]);
  }
  const run = async (name) => {
    const start = performance.now();
    const y = loaded[name].predict(x);
    const values = await y.data();
    y.dispose();
    return { ms: (performance.now() - start) / batch, values };
  };
  // The first run of each compiles shaders and uploads weights.
  const results = {};
  for (const name of models) results[name] = (await run(name)).values;
  const times = Object.fromEntries(models.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of models) times[name].push((await run(name)).ms);
  }
  const reference = results[models[0]];
  const differs = (name) => results[name].reduce((most, value, i) => Math.max(most, Math.abs(value - reference[i])), 0);
  self.postMessage({ times, differences: Object.fromEntries(models.map((name) => [name, differs(name)])) });
};
