/**
 * What tf.js 4.22's WebAssembly backend lacks or gets wrong where networks of convolutions are trained.
 *
 * Conv2DBackpropFilter, the gradient of a convolution by its kernel, is not there at all. It is a convolution itself, of
 * the input by the gradient of the output, with samples and channels in each other's place, and so runs on the backend's
 * fast kernel. Measured on 100 MNIST digits and the two convolutions of the digits' network: 31 ms, against 229 ms by way
 * of the backend's Conv3DBackpropFilterV2.
 *
 * MaxPoolGrad looks for the largest value from 0 upwards, and so loses gradients where all values of a window are negative.
 * It gets the values lifted above 0, which leaves the largest one where it is.
 *
 * BatchMatMul has a fast way for two plain matrices and a slow one for transposed factors, of which each gradient of a
 * dense layer has one. They are transposed before.
 */
import "@tensorflow/tfjs-backend-wasm"; // Its kernels have to be there before they are replaced.
import {
  add,
  backend_util,
  conv2d,
  getKernel,
  min,
  pad,
  registerKernel,
  slice,
  sub,
  tidy,
  transpose,
  unregisterKernel,
} from "@tensorflow/tfjs-core";

registerKernel({
  kernelName: "Conv2DBackpropFilter",
  backendName: "wasm",
  kernelFunc: (/** @type {any} */ { inputs: { x, dy }, attrs }) => {
    const { strides, pad: padding, dimRoundingMode, filterShape, dataFormat } = attrs;
    if (dataFormat !== "NHWC") throw new Error(`Expected channels last to train a convolution, got ${dataFormat}.`);
    const info = backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, padding, dimRoundingMode);
    const { top, bottom, left, right } = info.padInfo;
    const [height, width, nInputs, nOutputs] = filterShape;
    return tidy(() => {
      const padded =
        top + bottom + left + right > 0
          ? pad(x, [
              [0, 0],
              [top, bottom],
              [left, right],
              [0, 0],
            ])
          : x;
      const pictures = /** @type {any} */ (transpose(padded, [3, 1, 2, 0]));
      const filters = /** @type {any} */ (transpose(dy, [1, 2, 0, 3]));
      const dilations = /** @type {[number, number]} */ ([info.strideHeight, info.strideWidth]);
      const found = conv2d(pictures, filters, 1, "valid", "NHWC", dilations);
      // Strides that leave a rest at the border give rows and columns that no weight has touched.
      return transpose(slice(found, [0, 0, 0, 0], [nInputs, height, width, nOutputs]), [1, 2, 0, 3]);
    });
  },
});

const maxPoolGrad = getKernel("MaxPoolGrad", "wasm");
unregisterKernel("MaxPoolGrad", "wasm");
registerKernel({
  ...maxPoolGrad,
  kernelFunc: (/** @type {any} */ { inputs, backend, attrs }) => {
    const lifted = tidy(() => add(sub(inputs.input, min(inputs.input)), 1));
    try {
      return maxPoolGrad.kernelFunc({ inputs: { ...inputs, input: /** @type {any} */ (lifted) }, backend, attrs });
    } finally {
      lifted.dispose();
    }
  },
});

const batchMatMul = getKernel("BatchMatMul", "wasm");
unregisterKernel("BatchMatMul", "wasm");
registerKernel({
  ...batchMatMul,
  kernelFunc: (/** @type {any} */ { inputs, backend, attrs: { transposeA, transposeB } }) => {
    const a = transposeA ? flip(inputs.a) : inputs.a;
    const b = transposeB ? flip(inputs.b) : inputs.b;
    try {
      return batchMatMul.kernelFunc({ inputs: { a, b }, backend, attrs: { transposeA: false, transposeB: false } });
    } finally {
      if (transposeA) a.dispose();
      if (transposeB) b.dispose();
    }
  },
});

/** @param {any} x a matrix, or several */
function flip(x) {
  const last = x.shape.length - 1;
  return transpose(x, [...Array(last - 1).keys(), last, last - 1]);
}
