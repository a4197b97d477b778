/**
 * Runs `convolution -> ReLU6` as one kernel instead of four: bias, relu and clip go into the convolution.
 * tf.js's layers only fuse plain relu and linear, and its depthwise layer fuses nothing. bench/backbone_folding.py
 * measures the gain.
 */
import { fused } from "@tensorflow/tfjs-core";

/**
 * Fuse, in place, each ReLU layer with `max_value` 6 into the convolution before it, if that is linear, has a bias, and
 * nothing else takes its output. Configs, weights and the model's output stay; only the output of the convolution on
 * its own would be another one. Within gradients tf.js takes the fused kernels apart again by itself.
 *
 * @param {import("@tensorflow/tfjs-layers").LayersModel} model
 * @returns {number} how many were fused
 */
export function fuseRelu6(model) {
  let count = 0;
  for (const layer of model.layers) {
    const relu = /** @type {any} */ (layer);
    if (relu.getClassName() !== "ReLU" || relu.maxValue !== 6) continue;
    const convolution = relu.inboundNodes[0].inboundLayers[0];
    const run = fusedCall(convolution, relu);
    if (!run) continue;
    convolution.call = run;
    relu.call = first;
    count++;
  }
  return count;
}

/** @param {any} layer a convolution, perhaps; its fields are those of tfjs-layers 4.22 @param {any} relu after it */
function fusedCall(layer, relu) {
  const name = layer.getClassName();
  const linear = !layer.activation || layer.activation.getClassName() === "linear";
  const plain = layer.dilationRate?.every((/** @type {number} */ rate) => rate === 1) ?? true;
  // Of a network that sees several views of a picture, both are called for each of them.
  const alone = layer.outboundNodes.every((/** @type {any} */ node) => node.outboundLayer === relu);
  if (!linear || !plain || !layer.useBias || !alone || layer.dataFormat !== "channelsLast") return null;
  /** @param {any} inputs */
  const options = (inputs) => ({
    x: first(inputs),
    strides: layer.strides,
    pad: layer.padding,
    bias: layer.bias.read(),
    activation: /** @type {"relu6"} */ ("relu6"),
  });
  if (name === "Conv2D") {
    return (/** @type {any} */ inputs) => fused.conv2d({ ...options(inputs), filter: layer.kernel.read() });
  }
  if (name === "DepthwiseConv2D") {
    return (/** @type {any} */ inputs) =>
      fused.depthwiseConv2d({ ...options(inputs), filter: layer.depthwiseKernel.read() });
  }
  return null;
}

/** @param {any} inputs a tensor, or a list of one */
function first(inputs) {
  return Array.isArray(inputs) ? inputs[0] : inputs;
}
