export * from "../../tf.js";
