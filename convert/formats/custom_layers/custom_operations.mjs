// Computations on tensors that no layer of tf.js does. Names and arguments are those of keras.ops.

/** Keras's names of functions of one tensor, and tf.js's. */
const UNARY = {
  exp: "exp",
  log: "log",
  log1p: "log1p",
  expm1: "expm1",
  sqrt: "sqrt",
  rsqrt: "rsqrt",
  sin: "sin",
  cos: "cos",
  tan: "tan",
  sinh: "sinh",
  cosh: "cosh",
  arcsin: "asin",
  arccos: "acos",
  arctan: "atan",
  arcsinh: "asinh",
  arccosh: "acosh",
  arctanh: "atanh",
  sign: "sign",
  floor: "floor",
  ceil: "ceil",
  round: "round",
  reciprocal: "reciprocal",
  erf: "erf",
};

/** And of two. */
const BINARY = {
  divide: "div",
  power: "pow",
  mod: "mod",
  arctan2: "atan2",
  equal: "equal",
  notEqual: "notEqual",
  greater: "greater",
  greaterEqual: "greaterEqual",
  less: "less",
  lessEqual: "lessEqual",
  add: "add",
  subtract: "sub",
  multiply: "mul",
  maximum: "maximum",
  minimum: "minimum",
};

const REDUCING = {
  sum: "sum",
  mean: "mean",
  max: "max",
  min: "min",
  prod: "prod",
  logsumexp: "logSumExp",
  argmax: "argMax",
  argmin: "argMin",
};

/**
 * A function of keras.ops in a graph. `operands` holds its tensors and constants in order: null for the next of the
 * inputs, else numbers. All it gives is float32; what is true is 1.
 */
export function operation(/** @type {any} */ tf) {
  const functions = table(tf);
  return class Operation extends tf.layers.Layer {
    static get className() {
      return "Operation";
    }

    constructor(/** @type {any} */ args) {
      super(args);
      this.operation = args.operation;
      this.operands = args.operands ?? [null];
      this.settings = args.settings ?? {};
      this.shape = args.shape;
      this.supportsMasking = this.settings.keepMask ?? false;
      if (!functions[this.operation]) throw new Error(`custom_layers.mjs has no operation '${this.operation}'.`);
    }

    computeOutputShape(/** @type {any} */ inputShape) {
      const first = Array.isArray(inputShape[0]) ? inputShape[0] : inputShape;
      return [first[0], ...this.shape];
    }

    computeMask(/** @type {any} */ _inputs, /** @type {any} */ mask) {
      return this.settings.keepMask && mask ? [mask].flat()[0] : null;
    }

    call(/** @type {any} */ inputs) {
      return tf.tidy(() => {
        const given = [...(Array.isArray(inputs) ? inputs : [inputs])];
        const values = this.operands.map((/** @type {any} */ one) =>
          tf.cast(one === null ? given.shift() : tf.tensor(one), "float32"),
        );
        return tf.cast(functions[this.operation](values, this.settings), "float32");
      });
    }

    getConfig() {
      const { operation, operands, settings, shape } = this;
      return { ...super.getConfig(), operation, operands, settings, shape };
    }
  };
}

/** What each operation does to its operands. */
function table(/** @type {any} */ tf) {
  const truth = (/** @type {any} */ x) => tf.notEqual(x, 0);
  const squares = (/** @type {any} */ x, /** @type {any} */ s) =>
    tf.mean(tf.square(tf.sub(x, tf.mean(x, s.axis, true))), s.axis, s.keepdims);
  /** @type {Record<string, (values: any[], settings: any) => any>} */
  const functions = {
    floorDivide: ([x, y]) => tf.floor(tf.div(x, y)),
    where: ([condition, x, y]) => {
      const shape = tf.broadcastTo(condition, tf.add(tf.add(condition, x), y).shape);
      return tf.where(truth(shape), tf.broadcastTo(x, shape.shape), tf.broadcastTo(y, shape.shape));
    },
    logicalAnd: ([x, y]) => tf.logicalAnd(truth(x), truth(y)),
    logicalOr: ([x, y]) => tf.logicalOr(truth(x), truth(y)),
    logicalXor: ([x, y]) => tf.notEqual(tf.cast(truth(x), "float32"), tf.cast(truth(y), "float32")),
    logicalNot: ([x]) => tf.equal(x, 0),
    any: ([x], s) => tf.max(tf.cast(truth(x), "float32"), s.axis, s.keepdims),
    all: ([x], s) => tf.min(tf.cast(truth(x), "float32"), s.axis, s.keepdims),
    var: ([x], s) => squares(x, s),
    std: ([x], s) => tf.sqrt(squares(x, s)),
    cumsum: ([x], s) => tf.cumsum(x, s.axis),
    cumprod: ([x], s) => tf.cumprod(x, s.axis),
    matmul: ([x, y]) => tf.matMul(x, y),
    einsum: (values, s) => einsum(tf, s.equation, values),
    flip: ([x], s) => tf.reverse(x, s.axis),
    take: ([x], s) => tf.gather(x, tf.tensor1d(s.indices, "int32"), s.axis),
    tile: ([x], s) => tf.tile(x, s.repeats),
    pad: ([x], s) => tf.pad(x, s.padWidth, s.value),
    oneHot: ([x], s) => tf.oneHot(tf.cast(x, "int32"), s.count),
    // How many of the limits, in ascending order, are at most x.
    digitize: ([x], s) => tf.sum(tf.cast(tf.greaterEqual(tf.expandDims(x, -1), tf.tensor1d(s.bins)), "int32"), -1),
    squareplus: ([x], s) => tf.mul(0.5, tf.add(x, tf.sqrt(tf.add(tf.square(x), s.b)))),
    sparsemax: ([x]) => sparsemax(tf, x),
  };
  for (const [name, own] of Object.entries(UNARY)) functions[name] = ([x]) => tf[own](x);
  for (const [name, own] of Object.entries(BINARY)) functions[name] = ([x, y]) => tf[own](x, y);
  for (const [name, own] of Object.entries(REDUCING)) {
    functions[name] = own.startsWith("arg")
      ? ([x], s) => (s.keepdims ? tf.expandDims(tf[own](x, s.axis), s.axis) : tf[own](x, s.axis))
      : ([x], s) => tf[own](x, s.axis, s.keepdims);
  }
  return functions;
}

/** The projection of the last axis onto the probability simplex. */
function sparsemax(/** @type {any} */ tf, /** @type {any} */ x) {
  const n = x.shape.at(-1);
  const sorted = tf.topk(x, n, true).values;
  const sums = tf.cumsum(sorted, x.shape.length - 1); // A negative axis breaks the wasm backend's memory.
  const ranks = tf.range(1, n + 1);
  const support = tf.cast(tf.greater(tf.add(tf.mul(ranks, sorted), 1), sums), "float32");
  const count = tf.sum(support, -1, true);
  const threshold = tf.div(tf.sub(tf.sum(tf.mul(sorted, support), -1, true), 1), count);
  return tf.relu(tf.sub(x, threshold));
}

/**
 * Einstein's sum of one or two tensors, by transposing, reshaping and matMul, which every backend has.
 * @param {any} tf
 * @param {string} equation Letters only, each at most once per tensor: "abc,cd->abd".
 * @param {any[]} tensors
 */
export function einsum(tf, equation, tensors) {
  const [left, out] = equation.split("->");
  const names = left.split(",");
  const operands = names.map((letters, i) => {
    const others = names.filter((_, j) => j !== i).join("");
    const gone = [...letters].flatMap((letter, axis) =>
      out.includes(letter) || others.includes(letter) ? [] : [axis],
    );
    const kept = [...letters].filter((_, axis) => !gone.includes(axis)).join("");
    return { letters: kept, x: gone.length ? tf.sum(tensors[i], gone) : tensors[i] };
  });
  if (operands.length === 1) return transposed(tf, operands[0].x, operands[0].letters, out);
  const [a, b] = operands;
  const shared = [...a.letters].filter((letter) => b.letters.includes(letter));
  const batch = shared.filter((letter) => out.includes(letter)).join("");
  const summed = shared.filter((letter) => !out.includes(letter)).join("");
  const rows = [...a.letters].filter((letter) => !b.letters.includes(letter)).join("");
  const columns = [...b.letters].filter((letter) => !a.letters.includes(letter)).join("");
  const first = transposed(tf, a.x, a.letters, batch + rows + summed);
  const second = transposed(tf, b.x, b.letters, batch + summed + columns);
  const size = (/** @type {string} */ letters) => {
    return [...letters].map((letter) =>
      a.letters.includes(letter) ? a.x.shape[a.letters.indexOf(letter)] : b.x.shape[b.letters.indexOf(letter)],
    );
  };
  const product = (/** @type {string} */ letters) => size(letters).reduce((total, n) => total * n, 1);
  const made = tf.matMul(
    tf.reshape(first, [product(batch), product(rows), product(summed)]),
    tf.reshape(second, [product(batch), product(summed), product(columns)]),
  );
  return transposed(tf, tf.reshape(made, size(batch + rows + columns)), batch + rows + columns, out);
}

function transposed(/** @type {any} */ tf, /** @type {any} */ x, /** @type {string} */ from, /** @type {string} */ to) {
  return from === to
    ? x
    : tf.transpose(
        x,
        [...to].map((letter) => from.indexOf(letter)),
      );
}
