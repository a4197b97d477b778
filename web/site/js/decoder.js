/**
 * A decoder: a worker with a Python of its own, which does what the Python of another worker, or of a notebook, asks it to,
 * mostly to decode photos. What passes between them is in pyclassifier/engines/tfjs/decoders.py.
 */

import { watchLoads } from "./loads.js";
import { hold } from "./lock.js";
import { pythonOf } from "./python.js";

/** @typedef {[id: number, call: ArrayBuffer]} Call */

/** @param {unknown} error */
function fail(error) {
  self.postMessage({ failed: String(error) });
}

const lock = `pyclassifier-decoder-${Date.now()}-${Math.random()}`;
const { startPython, instead } = pythonOf(new URL("../", import.meta.url).href);
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

Promise.all([python, hold(lock)]).then(([decoders]) => self.postMessage({ versions: decoders.versions(), lock }), fail);
