// Layers of dense attention that tf.js lacks.
import { einsum } from "./custom_operations.mjs";

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const MASKED = -2.4e38; // As low as float32 goes, and some room.

/** Keras's EinsumDense: any product with a kernel that Einstein's notation states. */
export function einsumDense(/** @type {any} */ tf) {
  return class EinsumDense extends tf.layers.Layer {
    static get className() {
      return "EinsumDense";
    }

    constructor(/** @type {any} */ args) {
      super(args);
      this.equation = args.equation;
      this.kernelShape = args.kernelShape;
      this.biasShape = args.biasShape ?? null;
      this.shape = args.shape;
    }

    build(/** @type {any} */ _inputShape) {
      this.kernel = this.addWeight("kernel", this.kernelShape, "float32", tf.initializers.glorotUniform({}));
      this.bias = this.biasShape && this.addWeight("bias", this.biasShape, "float32", tf.initializers.zeros());
      this.built = true;
    }

    computeOutputShape(/** @type {any} */ inputShape) {
      return [inputShape[0], ...this.shape];
    }

    call(/** @type {any} */ inputs) {
      return tf.tidy(() => {
        const y = einsum(tf, this.equation, [Array.isArray(inputs) ? inputs[0] : inputs, this.kernel.read()]);
        return this.bias ? tf.add(y, this.bias.read()) : y;
      });
    }

    getConfig() {
      const { equation, kernelShape, biasShape, shape } = this;
      return { ...super.getConfig(), equation, kernelShape, biasShape, shape };
    }
  };
}

/**
 * Keras's MultiHeadAttention, called on [query, value], then the key where `separateKey`, then a mask of scores where
 * `masked`: (samples, queries, values), 0 where a query must not see a value.
 */
export function multiHeadAttention(/** @type {any} */ tf) {
  return class MultiHeadAttention extends tf.layers.Layer {
    static get className() {
      return "MultiHeadAttention";
    }

    constructor(/** @type {any} */ args) {
      super(args);
      this.numHeads = args.numHeads;
      this.keyDim = args.keyDim;
      this.valueDim = args.valueDim ?? args.keyDim;
      this.useBias = args.useBias ?? true;
      this.useGate = args.useGate ?? false;
      this.projection = args.projection ?? null;
      this.attentionAxes = args.attentionAxes;
      this.slidingWindow = args.slidingWindow ?? null;
      this.useCausalMask = args.useCausalMask ?? false;
      this.separateKey = args.separateKey ?? false;
      this.masked = args.masked ?? false;
      this.returnAttentionScores = args.returnAttentionScores ?? false;
      this.dropout = args.dropout ?? 0;
    }

    build(/** @type {any} */ shapes) {
      const [query, value] = shapes;
      const key = this.separateKey ? shapes[2] : value;
      const add = (/** @type {string} */ name, /** @type {number[]} */ kernel, /** @type {number[]} */ bias) => {
        const one = {
          kernel: this.addWeight(`${name}_kernel`, kernel, "float32", tf.initializers.glorotUniform({})),
          bias: null,
        };
        if (this.useBias) one.bias = this.addWeight(`${name}_bias`, bias, "float32", tf.initializers.zeros());
        return one;
      };
      const heads = (/** @type {string} */ name, /** @type {number} */ channels, /** @type {number} */ size) =>
        add(name, [channels, this.numHeads, size], [this.numHeads, size]);
      this.query = heads("query", query.at(-1), this.keyDim);
      this.key = heads("key", key.at(-1), this.keyDim);
      this.gate = this.useGate ? heads("gate", query.at(-1), this.valueDim) : null;
      this.value = heads("value", value.at(-1), this.valueDim);
      const out = this.projection ?? [query.at(-1)];
      /** @type {any} */
      this.joined = add("output", [this.numHeads, this.valueDim, ...out], out);
      this.built = true;
    }

    computeOutputShape(/** @type {any} */ shapes) {
      const [query, value] = shapes;
      const output = [...query.slice(0, -1), ...(this.projection ?? [query.at(-1)])];
      if (!this.returnAttentionScores) return output;
      const along = (/** @type {any} */ shape) => this.attentionAxes.map((/** @type {number} */ axis) => shape[axis]);
      const batch = query
        .slice(0, -1)
        .filter((/** @type {any} */ _, /** @type {number} */ axis) => !this.attentionAxes.includes(axis));
      return [output, [...batch, this.numHeads, ...along(query), ...along(value)]];
    }

    computeMask() {
      return null;
    }

    call(/** @type {any} */ inputs) {
      return tf.tidy(() => {
        const [x, v, ...more] = inputs;
        const k = this.separateKey ? more.shift() : v;
        const query = tf.mul(project(tf, x, this.query), 1 / Math.sqrt(this.keyDim));
        const rank = query.shape.length;
        const [product, combined] = equations(rank, this.attentionAxes);
        const scores = einsum(tf, product, [project(tf, k, this.key), query]);
        const n = this.attentionAxes.length;
        const weights = softmax(tf, this.hide(scores, this.masked ? more[0] : null), n);
        let y = einsum(tf, combined, [weights, project(tf, v, this.value)]);
        if (this.gate) y = tf.mul(y, tf.sigmoid(project(tf, x, this.gate)));
        const from = LETTERS.slice(0, rank);
        const to = LETTERS.slice(rank, rank + (this.projection?.length ?? 1));
        y = einsum(tf, `${from},${from.slice(-2)}${to}->${from.slice(0, -2)}${to}`, [y, this.joined.kernel.read()]);
        if (this.joined.bias) y = tf.add(y, this.joined.bias.read());
        return this.returnAttentionScores ? [y, weights] : y;
      });
    }

    /** Scores with those that must not count made as low as can be. */
    hide(/** @type {any} */ scores, /** @type {any} */ mask) {
      let shown = scores;
      const hidden = (/** @type {any} */ seen) => {
        const whole = tf.broadcastTo(seen, scores.shape);
        shown = tf.where(tf.notEqual(whole, 0), shown, tf.fill(scores.shape, MASKED));
      };
      if (mask) hidden(tf.expandDims(tf.cast(mask, "float32"), mask.shape.length - 2 * this.attentionAxes.length));
      const [rows, columns] = scores.shape.slice(-2);
      const distance = tf.sub(tf.expandDims(tf.range(0, rows), 1), tf.range(0, columns));
      if (this.useCausalMask) hidden(tf.cast(tf.greaterEqual(distance, 0), "float32"));
      if (this.slidingWindow !== null) hidden(tf.cast(tf.less(tf.abs(distance), this.slidingWindow), "float32"));
      return shown;
    }

    getConfig() {
      const { numHeads, keyDim, valueDim, useBias, useGate, projection, attentionAxes, slidingWindow } = this;
      const { useCausalMask, separateKey, masked, returnAttentionScores, dropout } = this;
      const own = { numHeads, keyDim, valueDim, useBias, useGate, projection, attentionAxes, slidingWindow };
      return { ...super.getConfig(), ...own, useCausalMask, separateKey, masked, returnAttentionScores, dropout };
    }
  };
}

/** A tensor's last axis as heads: (..., channels) -> (..., heads, size). */
function project(/** @type {any} */ tf, /** @type {any} */ x, /** @type {any} */ weights) {
  const from = LETTERS.slice(0, x.shape.length);
  const y = einsum(tf, `${from},${from.at(-1)}yz->${from.slice(0, -1)}yz`, [x, weights.kernel.read()]);
  return weights.bias ? tf.add(y, weights.bias.read()) : y;
}

/** How keys and queries make scores, and scores and values the result, as Keras's _build_attention_equation has it. */
function equations(/** @type {number} */ rank, /** @type {number[]} */ axes) {
  const target = LETTERS.slice(0, rank);
  let next = rank;
  const source = [...target].map((letter, axis) => (axes.includes(axis) ? LETTERS[next++] : letter)).join("");
  const batch = [...target].filter((_, axis) => !axes.includes(axis) && axis !== rank - 1).join("");
  const scores = batch + axes.map((axis) => target[axis]).join("") + axes.map((axis) => source[axis]).join("");
  return [`${source},${target}->${scores}`, `${scores},${source}->${target}`];
}

/** Softmax over the last axes together. */
function softmax(/** @type {any} */ tf, /** @type {any} */ x, /** @type {number} */ axes) {
  if (axes === 1) return tf.softmax(x);
  return tf.reshape(tf.softmax(tf.reshape(x, [...x.shape.slice(0, -axes), -1])), x.shape);
}
