/**
 * A decoder: a worker with a Python of its own, which does what the Python of another worker, or of a notebook, asks it to,
 * mostly to decode photos. What passes between them is in pyclassifier/engines/tfjs/decoders.py.
 */

import { loadPyodide } from "../pyodide/pyodide.mjs";
import "../pyodide/pyodide.asm.js"; // What Pyodide would load later.
import { watchLoads } from "./loads.js";
import { pythonOf } from "./python.js";

/** @typedef {[id: number, call: ArrayBuffer]} Call */

/** @param {unknown} error */
function fail(error) {
  self.postMessage({ failed: String(error) });
}

/** Held as long as this worker lives: when it is free, the other one knows that this one is gone, whatever ended it. */
const lock = `pyclassifier-decoder-${Date.now()}-${Math.random()}`;
const held = new Promise((resolve) => {
  if (!navigator.locks) resolve(undefined);
  else
    navigator.locks.request(lock, () => {
      resolve(undefined);
      return new Promise(() => {});
    });
});

const { startPython, instead } = pythonOf(loadPyodide, new URL("../", import.meta.url).href);
const python = watchLoads(startPython, instead).then((pyodide) =>
  pyodide.pyimport("pyclassifier.engines.tfjs.decoders"),
);

/** @param {MessageEvent<Call>} event */
self.onmessage = async ({ data: [id, call] }) => {
  try {
    const { buffer } = (await python).answer(call);
    self.postMessage({ id, reply: buffer }, { transfer: [buffer] });
  } catch (error) {
    fail(error);
  }
};

Promise.all([python, held]).then(([decoders]) => self.postMessage({ versions: decoders.versions(), lock }), fail);
