// The tf.js that is there already, for bundles that add to it: a core of their own would be a second one.
module.exports = globalThis.tf;
