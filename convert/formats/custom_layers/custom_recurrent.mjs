// The recurrent layer of Keras that tf.js lacks.

/** Keras's GRU with reset_after=True: the reset gate acts on what the recurrent kernel gave, which has a bias too. */
export function gruResetAfter(/** @type {any} */ tf) {
  return class GRUResetAfter extends tf.layers.Layer {
    static get className() {
      return "GRUResetAfter";
    }

    constructor(/** @type {any} */ args) {
      super(args);
      this.units = args.units;
      this.activationName = args.activation ?? "tanh";
      this.recurrentActivationName = args.recurrentActivation ?? "sigmoid";
      this.useBias = args.useBias ?? true;
      this.returnSequences = args.returnSequences ?? false;
      this.returnState = args.returnState ?? false;
      this.goBackwards = args.goBackwards ?? false;
      this.activate = activation(tf, this.activationName);
      this.gate = activation(tf, this.recurrentActivationName);
      this.supportsMasking = true;
      this.stateSize = this.units;
      this.inputSpec = [{ ndim: 3 }];
    }

    assertInputCompatibility() {
      // An initial state may come as a second input.
    }

    get states() {
      return [null];
    }

    build(/** @type {any} */ inputShape) {
      const shape = Array.isArray(inputShape[0]) ? inputShape[0] : inputShape;
      const add = (/** @type {string} */ name, /** @type {number[]} */ size, /** @type {any} */ initializer) =>
        this.addWeight(name, size, "float32", initializer);
      this.kernel = add("kernel", [shape[2], 3 * this.units], tf.initializers.glorotUniform({}));
      this.recurrentKernel = add("recurrent_kernel", [this.units, 3 * this.units], tf.initializers.glorotUniform({}));
      this.bias = this.useBias ? add("bias", [2, 3 * this.units], tf.initializers.zeros()) : null;
      this.built = true;
    }

    computeOutputShape(/** @type {any} */ inputShape) {
      const shape = Array.isArray(inputShape[0]) ? inputShape[0] : inputShape;
      const state = [shape[0], this.units];
      const output = this.returnSequences ? [shape[0], shape[1], this.units] : state;
      return this.returnState ? [output, state] : output;
    }

    computeMask(/** @type {any} */ _inputs, /** @type {any} */ mask) {
      const output = this.returnSequences ? (Array.isArray(mask) ? mask[0] : mask) : null;
      return this.returnState ? [output, null] : output;
    }

    call(/** @type {any} */ inputs, /** @type {any} */ kwargs) {
      return tf.tidy(() => {
        const x = Array.isArray(inputs) ? inputs[0] : inputs;
        const n = this.units;
        let steps = tf.unstack(x, 1);
        const mask = Array.isArray(kwargs?.mask) ? kwargs.mask[0] : kwargs?.mask;
        let masks = mask ? tf.unstack(tf.cast(mask, "float32"), 1) : null;
        if (this.goBackwards) {
          steps = steps.reverse();
          masks = masks?.reverse();
        }
        const [inputBias, innerBias] = this.bias ? tf.split(this.bias.read(), 2, 0) : [0, 0];
        // Given as further inputs, or by Bidirectional.
        const given = [kwargs?.initialState, Array.isArray(inputs) ? inputs[1] : null].flat().find((one) => one);
        let h = given ?? tf.zeros([x.shape[0], n]);
        const all = [];
        for (const [t, step] of steps.entries()) {
          const [xz, xr, xh] = tf.split(tf.add(tf.matMul(step, this.kernel.read()), inputBias), 3, 1);
          const [hz, hr, hh] = tf.split(tf.add(tf.matMul(h, this.recurrentKernel.read()), innerBias), 3, 1);
          const z = this.gate(tf.add(xz, hz));
          const r = this.gate(tf.add(xr, hr));
          const candidate = this.activate(tf.add(xh, tf.mul(r, hh)));
          let next = tf.add(tf.mul(z, h), tf.mul(tf.sub(1, z), candidate));
          if (masks) {
            const keep = tf.expandDims(masks[t], 1);
            next = tf.add(tf.mul(next, keep), tf.mul(h, tf.sub(1, keep)));
          }
          h = next;
          all.push(h);
        }
        const output = this.returnSequences ? tf.stack(all, 1) : h;
        return this.returnState ? [output, h] : output;
      });
    }

    getConfig() {
      return {
        ...super.getConfig(),
        units: this.units,
        activation: this.activationName,
        recurrentActivation: this.recurrentActivationName,
        useBias: this.useBias,
        returnSequences: this.returnSequences,
        returnState: this.returnState,
        goBackwards: this.goBackwards,
      };
    }
  };
}

/** The function of one of tf.js's activations. */
function activation(/** @type {any} */ tf, /** @type {string} */ name) {
  const layer = tf.layers.activation({ activation: name });
  return (/** @type {any} */ x) => layer.call(x, {});
}
