/**
 * The one tf.js of the site: core, layers and three backends as one ES module, bundled by web/vendor.py.
 * Whole packages are exported, under the names of the `tf` everybody knows: Python asks for its ops by name.
 * It also becomes the global `tf`, where Python looks for it.
 */
import * as tf from "./tf.js";
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js";
import "./gradients.js";
import { getThreadLocks } from "./threads.js";
import { version_cpu } from "@tensorflow/tfjs-backend-cpu";
import { getThreadsCount, setWasmPaths, version_wasm } from "@tensorflow/tfjs-backend-wasm";
import { version_webgl } from "@tensorflow/tfjs-backend-webgl";
import { version_core } from "@tensorflow/tfjs-core";
import { version_layers } from "@tensorflow/tfjs-layers";

// The binaries lie beside this file, wherever the site is hosted.
setWasmPaths(new URL("./", import.meta.url).href);
Object.assign(globalThis, { tf });

export * from "@tensorflow/tfjs-core";
export * from "@tensorflow/tfjs-layers";
export { fuseRelu6 } from "./fuse.js";
/**
 * What adds to it: Python has no import() of its own where a page's policy forbids code in texts.
 *
 * @param {string} file that lies beside this one, such as webgpu.js
 * @returns {Promise<unknown>}
 */
export const importBeside = (file) => import(new URL(file, import.meta.url).href);
export { getThreadLocks, getThreadsCount, setWasmPaths };
/** Versions of the parts, as in the union package. */
export const version = {
  tfjs: version_core,
  "tfjs-core": version_core,
  "tfjs-layers": version_layers,
  "tfjs-backend-cpu": version_cpu,
  "tfjs-backend-wasm": version_wasm,
  "tfjs-backend-webgl": version_webgl,
};
