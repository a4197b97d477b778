/**
 * The worker: hosts Python (Pyodide) and TensorFlow.js, and passes messages to desks/session.py. It computes nothing itself.
 */

import { fetchBackbone } from "./ahead.js";
import { imported, watchLoads } from "./loads.js";
import { hold } from "./lock.js";
import { ProjectStorage } from "./projects.js";
import { ABORTED } from "./protocol.js";
import { pythonOf } from "./python.js";
import { readable } from "./readable.js";

/**
 * @typedef {import("./calls.js").Progress} Progress
 * @typedef {{ requested: boolean }} Stop
 * @typedef {(progress: Progress) => void} Report
 * @typedef {<T>(stage: string, work: Promise<T>) => Promise<T>} Step  wait for a stage, then report it
 */

const SITE = new URL("../", import.meta.url).href;

// All of this is on its way before anybody asks for it.
const { startPython, instead } = pythonOf(SITE);
/** @type {string} what `connect` is to load */
let load = "backbone";
const loading = watchLoads(() => {
  const index = fetch(new URL("models/index.json", SITE)).then((response) => response.text());
  const next = () => load === "backbone" && fetchBackbone(SITE, index);
  return Promise.all([startPython(next), index]);
}, instead);
const tensorflow = imported("tf.js", import("../vendor/tf.js")); // The global `tf`, which Python uses.
for (const promise of [loading, tensorflow]) promise.catch(() => {}); // `connect` says what went wrong.

/** @type {any} the Python object `desks.session.Session` */
let session = null;
/** Calls run one after the other: Python and tf.js have one state. */
let queue = Promise.resolve();
/** @type {Map<number, Stop>} */
const stops = new Map();
/** Files of requests that are still to come. @type {Map<number, import("./protocol.js").NamedBlob[]>} */
const files = new Map();
/** Calls that do not wait for those before them: Python tells them when it is there. @type {Set<string>} */
let atOnce = new Set();

/** @param {MessageEvent} event */
self.onmessage = ({ data }) => {
  if ("abort" in data) {
    const stop = stops.get(data.id);
    if (stop) stop.requested = true;
    else files.delete(data.id); // Its request will not come.
    return;
  }
  if ("files" in data) {
    files.set(data.id, (files.get(data.id) ?? []).concat(data.files));
    return;
  }
  stops.set(data.id, { requested: false });
  if (atOnce.has(data.method)) answer(data);
  else queue = queue.then(() => answer(data));
};

/** @param {import("./protocol.js").Request} request */
async function answer({ id, method, args, desk }) {
  const stop = /** @type {Stop} */ (stops.get(id));
  /** @type {Report} */
  const report = (progress) => self.postMessage({ id, progress });
  try {
    if (stop.requested) throw Object.assign(new Error("Stopped before it began."), { name: ABORTED });
    const handed = (files.get(id) ?? []).map(readable);
    const result =
      method === "connect" ? await connect(args, report) : await callPython(method, args, report, stop, desk, handed);
    self.postMessage({ id, result });
  } catch (error) {
    const { name, message, code, values } = /** @type {Error & import("./calls.js").Coded} */ (error);
    self.postMessage({ id, error: { name, message, code, values } });
    if (/fatally failed/.test(message) || Object(error).pyodide_fatal_error)
      end("Python ran out of memory, or failed otherwise.");
  } finally {
    stops.delete(id);
    files.delete(id);
  }
  if (!atOnce.has(method)) await session?.keep(desk).catch(console.error);
}

/** End this worker; the client starts another one, which takes up what is kept. @param {string} reason */
function end(reason) {
  self.postMessage({ ended: reason });
  self.close();
}

/**
 * Where the graphics processor was reset, or given to others, all tensors are gone, and what waits for them may wait forever.
 * A new worker has a new context, or another backend where there is none to be had.
 */
const onReset = () => end("The graphics processor was reset.");

/**
 * Load everything; `done` counts the stages that are there.
 * @param {any} args
 * @param {Report} report
 */
async function connect(args, report) {
  let done = 0;
  /** @type {Step} */
  const step = async (stage, work) => {
    const result = await work;
    report({ stage, done: ++done, total: 4 });
    return result;
  };
  ({ load } = args[0]);
  await hold(args[0].lock);
  report({ stage: "python", done: 0, total: 4 });
  await start(args, step);
  const nothing = { requested: false };
  await step("tensorflow", callPython("loadEngine", [], report, nothing));
  return step("backbone", callPython("connect", [args[0].load], report, nothing));
}

/**
 * @param {any} args
 * @param {Step} step
 */
async function start([{ backend, fastest }], step) {
  const [pyodide, text] = await step("packages", step("python", loading));
  session = pyodide.pyimport("desks.session").start(SITE, text, backend, fastest, storageOf, onReset);
  atOnce = new Set(session.at_once.toJs());
  await tensorflow;
}

/** @param {import("./protocol.js").DeskName} desk */
function storageOf(desk) {
  return new ProjectStorage(desk, (note) => self.postMessage({ note }));
}

/**
 * @param {string} method
 * @param {unknown[]} args
 * @param {Report} report
 * @param {Stop} stop
 * @param {import("./protocol.js").DeskName} [desk]
 * @param {ReturnType<typeof readable>[]} [handed] files
 */
async function callPython(method, args, report, stop, desk = "photos", handed = []) {
  const emit = (/** @type {any} */ progress) => report(toObject(progress));
  const reply = await session.call(method, args, handed, emit, stop, desk);
  const { result, error } = toObject(reply);
  reply.destroy();
  if (error) throw Object.assign(new Error(error.message), error);
  return result;
}

/** @param {any} proxy a Python dict */
function toObject(proxy) {
  return proxy.toJs({ dict_converter: Object.fromEntries, create_pyproxies: false });
}
