/**
 * What tf.js 4.22's WebAssembly backend lacks or gets wrong where networks of convolutions are trained.
 *
 * A convolution of single pixels (1 x 1) is a product of matrices, and so are both its gradients, at the speed of the
 * backend's products.
 *
 * Conv2DBackpropFilter, the gradient of a convolution by its kernel, is not there at all. It is a convolution itself, of
 * the input by the gradient of the output, with samples and channels in each other's place, and so runs on the backend's
 * fast kernel. Measured on 100 MNIST digits and the two convolutions of the digits' network: 31 ms, against 229 ms by way
 * of the backend's Conv3DBackpropFilterV2.
 *
 * Both gradients of a depthwise convolution are not there either. The one by its input is a depthwise convolution of the
 * output's gradient, with the kernel turned round. The one by its kernel is, for each place in the kernel, the sum of the
 * products of the output's gradient and what that place saw.
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
  depthwiseConv2d,
  getKernel,
  matMul,
  min,
  mul,
  ones,
  pad,
  registerKernel,
  reshape,
  reverse,
  slice,
  stack,
  stridedSlice,
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
    const [height, width, nInputs, nOutputs] = filterShape;
    return tidy(() => {
      if (isOfPixels(info)) {
        return reshape(matMul(reshape(x, [-1, nInputs]), reshape(dy, [-1, nOutputs]), true), filterShape);
      }
      const pictures = /** @type {any} */ (transpose(bordered(x, info.padInfo), [3, 1, 2, 0]));
      const filters = /** @type {any} */ (transpose(dy, [1, 2, 0, 3]));
      const dilations = /** @type {[number, number]} */ ([info.strideHeight, info.strideWidth]);
      const found = conv2d(pictures, filters, 1, "valid", "NHWC", dilations);
      // Strides that leave a rest at the border give rows and columns that no weight has touched.
      return transpose(slice(found, [0, 0, 0, 0], [nInputs, height, width, nOutputs]), [1, 2, 0, 3]);
    });
  },
});

const conv2DBackpropInput = getKernel("Conv2DBackpropInput", "wasm");
unregisterKernel("Conv2DBackpropInput", "wasm");
registerKernel({
  ...conv2DBackpropInput,
  kernelFunc: (/** @type {any} */ { inputs, backend, attrs }) => {
    const { strides, pad: padding, dimRoundingMode, inputShape, dataFormat } = attrs;
    const { dy, filter } = inputs;
    const info = backend_util.computeConv2DInfo(inputShape, filter.shape, strides, 1, padding, dimRoundingMode);
    if (dataFormat !== "NHWC" || !isOfPixels(info)) {
      return conv2DBackpropInput.kernelFunc({ inputs, backend, attrs });
    }
    const [nInputs, nOutputs] = filter.shape.slice(2);
    return tidy(() =>
      reshape(matMul(reshape(dy, [-1, nOutputs]), reshape(filter, [nInputs, nOutputs]), false, true), inputShape),
    );
  },
});

registerKernel({
  kernelName: "DepthwiseConv2dNativeBackpropInput",
  backendName: "wasm",
  kernelFunc: (/** @type {any} */ { inputs: { dy, filter }, attrs }) => {
    const info = depthwiseInfo(attrs.inputShape, filter.shape, attrs);
    const { top, left } = info.padInfo;
    const { filterHeight: height, filterWidth: width, inHeight, inWidth } = info;
    return tidy(() => {
      const apart = /** @type {any} */ (spaced(dy, info.strideHeight, info.strideWidth));
      const [, rows, columns] = apart.shape;
      const around = bordered(apart, {
        top: height - 1 - top,
        bottom: inHeight + top - rows,
        left: width - 1 - left,
        right: inWidth + left - columns,
      });
      return depthwiseConv2d(/** @type {any} */ (around), /** @type {any} */ (reverse(filter, [0, 1])), 1, "valid");
    });
  },
});

registerKernel({
  kernelName: "DepthwiseConv2dNativeBackpropFilter",
  backendName: "wasm",
  kernelFunc: (/** @type {any} */ { inputs: { x, dy }, attrs }) => {
    const info = depthwiseInfo(x.shape, attrs.filterShape, attrs);
    const [n, rows, columns, channels] = dy.shape;
    const { strideHeight, strideWidth } = info;
    return tidy(() => {
      const padded = bordered(x, info.padInfo);
      const all = /** @type {any} */ (ones([1, n * rows * columns]));
      const sums = [];
      for (let i = 0; i < info.filterHeight; i++) {
        for (let j = 0; j < info.filterWidth; j++) {
          const end = [n, i + (rows - 1) * strideHeight + 1, j + (columns - 1) * strideWidth + 1, channels];
          const seen =
            strideHeight * strideWidth > 1
              ? stridedSlice(padded, [0, i, j, 0], end, [1, strideHeight, strideWidth, 1])
              : slice(padded, [0, i, j, 0], dy.shape);
          // A product of matrices: the backend sums no rows without turning them round first.
          sums.push(tidy(() => matMul(all, reshape(mul(seen, dy), [-1, channels]))));
          if (seen !== padded) seen.dispose();
        }
      }
      return reshape(stack(sums), attrs.filterShape);
    });
  },
});

/** A depthwise convolution's sizes; as MobileNet's and EfficientNet's are, one output of each channel.
 * @param {number[]} inputShape
 * @param {number[]} filterShape
 * @param {any} attrs
 */
function depthwiseInfo(inputShape, filterShape, { strides, dilations, pad: padding, dimRoundingMode }) {
  const [shape, filter] = /** @type {[any, any]} */ ([inputShape, filterShape]);
  const info = backend_util.computeConv2DInfo(shape, filter, strides, dilations, padding, dimRoundingMode, true);
  if (info.dilationHeight * info.dilationWidth !== 1 || info.outChannels !== info.inChannels) {
    throw new Error("Expected a depthwise convolution to train without dilation, and with one output of each channel.");
  }
  return info;
}

/** @param {import("@tensorflow/tfjs-core").backend_util.Conv2DInfo} info */
function isOfPixels({ filterHeight, filterWidth, strideHeight, strideWidth, padInfo }) {
  const { top, bottom, left, right } = padInfo;
  return filterHeight * filterWidth * strideHeight * strideWidth === 1 && top + bottom + left + right === 0;
}

/** Zeros around each picture; fewer than none cut some of it off.
 * @param {any} x
 * @param {{ top: number, bottom: number, left: number, right: number }} widths
 */
function bordered(x, { top, bottom, left, right }) {
  const [n, height, width, channels] = x.shape;
  const cut = [top, bottom, left, right].map((n) => Math.max(-n, 0));
  const inner = cut.some(Boolean)
    ? slice(x, [0, cut[0], cut[2], 0], [n, height - cut[0] - cut[1], width - cut[2] - cut[3], channels])
    : x;
  if (Math.max(top, bottom, left, right) <= 0) return inner;
  const added = [top, bottom, left, right].map((n) => Math.max(n, 0));
  return pad(inner, [
    [0, 0],
    [added[0], added[1]],
    [added[2], added[3]],
    [0, 0],
  ]);
}

/** Zeros between the pixels, as many as a convolution's strides leave out.
 * @param {any} x
 * @param {number} strideHeight
 * @param {number} strideWidth
 */
function spaced(x, strideHeight, strideWidth) {
  if (strideHeight * strideWidth === 1) return x;
  const [n, height, width, channels] = x.shape;
  // As one row of columns, each followed by zeros; then as rows of such rows, each followed by rows of zeros.
  const columns = pad(reshape(x, [-1, channels]), [
    [0, 0],
    [0, (strideWidth - 1) * channels],
  ]);
  const rows = pad(reshape(columns, [n * height, -1]), [
    [0, 0],
    [0, (strideHeight - 1) * width * strideWidth * channels],
  ]);
  return reshape(rows, [n, height * strideHeight, width * strideWidth, channels]);
}

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
