/**
 * tf.js's WebAssembly on several cores, in workers of pages that are isolated from other origins (COOP and COEP), where
 * browsers let threads share memory. Elsewhere, and where the threads do not start, it is the one of a single thread.
 *
 * A thread that dies, such as for want of memory, leaves those that compute waiting for ever, and this worker with them: it
 * hears no event any more. So each thread holds a lock for as long as it lives, and the page, which knows their names, ends
 * this worker when one of them is free, and starts another one.
 *
 * tf.js 4.22 would make the threads' scripts of texts, which the site's policy forbids; here they are files beside this one.
 */
import { BackendWasm, setThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import startModule from "@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js";
import { env, findBackendFactory, registerBackend, removeBackend } from "@tensorflow/tfjs-core";

/** As many as tf.js makes workers for; kernels of small photos hardly gain by more. */
const MOST = 8;
const PATIENCE_MS = 20_000;
const LOCK_MS = 20;
const LOCK_TRIES = 100;
const PRIORITY = 2; // as tf.js registers it

/** What the backend calls in the module, as tf.js itself names it: result and arguments. @type {Record<string, [string, string | null, string[]]>} */
const CALLS = {
  init: ["init", null, []],
  initWithThreadsCount: ["init_with_threads_count", null, ["number"]],
  getThreadsCount: ["get_threads_count", "number", []],
  registerTensor: ["register_tensor", null, ["number", "number", "number"]],
  disposeData: ["dispose_data", null, ["number"]],
  dispose: ["dispose", null, []],
};

/** @type {string[]} */
let held = [];

const startSingle = findBackendFactory("wasm");
removeBackend("wasm");
registerBackend(
  "wasm",
  async () => {
    const n = Math.min(navigator.hardwareConcurrency ?? 1, MOST);
    if (n > 1 && (await mayShare())) {
      try {
        return await startThreads(n);
      } catch (error) {
        console.info("WebAssembly computes on one core, as its threads did not start.", error);
      }
    }
    env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
    return startSingle();
  },
  PRIORITY,
);

async function mayShare() {
  // A page's own thread must not wait for others.
  if (!globalThis.crossOriginIsolated || "document" in globalThis) return false;
  const able = ["WASM_HAS_SIMD_SUPPORT", "WASM_HAS_MULTITHREAD_SUPPORT"].map((flag) => env().getAsync(flag));
  return (await Promise.all(able)).every(Boolean);
}

/** @param {number} n */
async function startThreads(n) {
  /** @type {any} */
  const module = { locateFile, mainScriptUrlOrBlob: locateFile("tfjs-backend-wasm-threaded-simd.js") };
  /** @type {Promise<never>} */
  const failed = new Promise((_, reject) => (module.onAbort = reject));
  module.instantiateWasm = (/** @type {any} */ imports, /** @type {(...made: any[]) => void} */ receive) => {
    // It would take half of them, for processors that count each core twice: others would have half of theirs idle.
    imports.env.emscripten_num_logical_cores = () => 2 * n;
    WebAssembly.instantiateStreaming(fetch(locateFile("tfjs-backend-wasm-threaded-simd.wasm")), imports).then(
      ({ instance, module: code }) => receive(instance, code),
      module.onAbort,
    );
    return {};
  };
  const { started, workers, locks } = startWith(module, n - 1); // This thread computes, too.
  try {
    await Promise.race([started, failed, failureOf(workers)]);
    module.tfjs = Object.fromEntries(
      Object.entries(CALLS).map(([name, [symbol, result, types]]) => [name, module.cwrap(symbol, result, types)]),
    );
    setThreadsCount(n);
    held = await whichAreHeld(locks);
    return new BackendWasm(module);
  } catch (error) {
    for (const one of workers) one.terminate();
    throw error;
  }
}

/**
 * Start the module with no more workers than it needs: it makes eight at once, and waits for all of them.
 *
 * @param {any} module @param {number} most
 * @returns {{ started: Promise<unknown>, workers: Worker[], locks: string[] }} locks: by name, one of each worker
 */
function startWith(module, most) {
  const { Worker } = globalThis;
  /** @type {Worker[]} */
  const workers = [];
  const locks = Array.from({ length: most }, (_, i) => `pyclassifier-thread-${i}-${Date.now()}-${Math.random()}`);
  /** @param {string} url */
  function make(url) {
    const name = locks[workers.length];
    return name ? workers[workers.push(new Worker(url, { name })) - 1] : {};
  }
  try {
    Object.assign(globalThis, { Worker: make });
    const started = startModule(module);
    module.PThread.unusedWorkers.splice(most);
    return { started, workers, locks };
  } finally {
    Object.assign(globalThis, { Worker });
  }
}

/** @returns {string[]} the locks that threads hold as long as they live, by name */
export function getThreadLocks() {
  return held;
}

/**
 * Wait for the locks that threads asked for when they started, which browsers may grant a little later.
 *
 * @param {string[]} locks
 * @returns {Promise<string[]>} none where the browser has no locks
 */
async function whichAreHeld(locks) {
  if (!navigator.locks) return [];
  for (let tries = 0; ; tries++) {
    const all = (await navigator.locks.query()).held ?? [];
    const found = locks.filter((lock) => all.some(({ name }) => name === lock));
    if (found.length === locks.length || tries === LOCK_TRIES) return found;
    await new Promise((resolve) => setTimeout(resolve, LOCK_MS));
  }
}

/** @param {string} name */
function locateFile(name) {
  return new URL(name, import.meta.url).href;
}

/**
 * Rejects when one of them does not start; later it is silent, and what they do wrong ends the worker that they belong to.
 *
 * @param {Worker[]} workers
 * @returns {Promise<never>}
 */
function failureOf(workers) {
  return new Promise((_, reject) => {
    for (const one of workers) {
      const fail = (/** @type {Event} */ event) => {
        event.preventDefault();
        event.stopImmediatePropagation(); // What tf.js's module does then would end this worker as well.
        reject(new Error(`A thread did not start: ${/** @type {ErrorEvent} */ (event).message ?? "no script"}`));
      };
      one.addEventListener("error", fail);
      one.addEventListener("message", () => one.removeEventListener("error", fail), { once: true });
    }
    setTimeout(() => reject(new Error(`The threads did not start within ${PATIENCE_MS} ms.`)), PATIENCE_MS);
  });
}
