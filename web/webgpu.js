/**
 * What makes vendor/tf.js compute on WebGPU. A file of its own, loaded when WebGPU is asked for: few have to have it.
 */
import "@tensorflow/tfjs-backend-webgpu";
