// Layers that tf.js lacks. Call `register(tf)` before tf.loadLayersModel where a model's model.json names them in
// userDefinedMetadata.pyclassifier.customLayers. The files custom_*.mjs beside this one belong to it.
import { einsumDense, multiHeadAttention } from "./custom_attention.mjs";
import { operation } from "./custom_operations.mjs";
import { gruResetAfter } from "./custom_recurrent.mjs";

/**
 * Make the layers known to tf.js.
 * @param {any} tf The module @tensorflow/tfjs.
 */
export function register(tf) {
  for (const make of [gruResetAfter, operation, einsumDense, multiHeadAttention])
    tf.serialization.registerClass(make(tf));
}
