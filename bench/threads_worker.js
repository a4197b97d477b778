/** Times a backbone in tf.js's WebAssembly, on all cores or on one; driven by threads.py. */
import * as tf from "./vendor/tf.js";

let model, x;

self.onmessage = async ({ data: { threads, name, batch, size } }) => {
  const start = performance.now();
  if (name) {
    if (!threads) tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
    await tf.setBackend("wasm");
    await tf.ready();
    const startMs = performance.now() - start;
    model = await tf.loadLayersModel(`models/${name}/features/model.json`);
    tf.fuseRelu6(model);
    x = tf.randomUniform([batch, size, size, 3], -1, 1, "float32", 0);
    const values = await predict(); // The first one packs the weights.
    self.postMessage({ startMs, values, threads: tf.getThreadsCount() });
  } else {
    await predict();
    self.postMessage({ ms: (performance.now() - start) / x.shape[0] });
  }
};

async function predict() {
  const y = model.predict(x);
  const values = await y.data();
  y.dispose();
  return values;
}
