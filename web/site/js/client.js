/**
 * Train and use image classifiers from any page: `import { connect } from ".../js/client.js"`, also from a site of another
 * origin, whose host then has to let others read its files (Access-Control-Allow-Origin). In a bundle of Vite, webpack or
 * esbuild it has to be told where a built site lies, `connect({ site: "/classifier/" })`: its worker is started from there.
 *
 * Python (Pyodide) and TensorFlow.js run in a worker; this thread only hands files over and gets results. Calls are
 * queued and run one after the other. Every promise rejects with an Error whose message is fit for a visitor, and whose
 * code and values make a sentence of it in other languages: see texts/fr.js. A call stopped through its signal before
 * there was a result rejects with an "AbortError". What there is to call is in desk.js.
 *
 *     const client = await connect({ backend: "auto" });
 *     await client.add("training", files);               // files: File[] or { path: "cat/1.jpg", blob }[]
 *     const { evaluation } = await client.train({ onProgress: console.log });
 *     const [{ label, probability }] = await client.predict([photo]);
 *     const zip = await client.exportModel();
 *     client.close();
 */

import { Desk } from "./desk.js";
import { addressOf, sayNoWorker, startWorker } from "./place.js";
import { ABORTED } from "./protocol.js";
import { drawVector } from "./vector.js";

const FILES_PER_MESSAGE = 50;

/**
 * @typedef {import("./protocol.js").Methods} Methods
 * @typedef {import("./calls.js").Progress} Progress
 * @typedef {import("./desk.js").CallOptions} CallOptions
 * @typedef {import("./desk.js").PhotoFile} PhotoFile
 * @typedef {{ resolve: (value: any) => void, reject: (error: Error) => void, onProgress?: (p: Progress) => void }} Waiting
 */

/**
 * Start the worker, load Python, TensorFlow.js and the backbone.
 *
 * @param {{
 *   backend?: string,
 *   fastest?: import("./protocol.js").Fastest | null,
 *   load?: import("./calls.js").Load,
 *   site?: string,
 *   onProgress?: (progress: Progress) => void,
 * }} [options]
 *   backend: "auto" (the fastest, as far as that is known; else WebGL, or WebAssembly where WebGL would run on the CPU),
 *   "webgpu", "webgl", "wasm" or "cpu"; fastest: what is known; load: "backbone" to train on, "network" to `recognise` with,
 *   or "nothing" before it is needed; site: where a built site lies, by default where this file does
 * @returns {Promise<Client>}
 */
export async function connect({ backend = "auto", fastest = null, load = "backbone", site, onProgress } = {}) {
  const client = new Client(addressOf(site));
  try {
    await client.start({ backend, fastest, load }, onProgress);
  } catch (error) {
    client.close();
    throw error;
  }
  return client;
}

/** The worker and what it computes: calls go there one after the other, and its own photos and classifier are a desk. */
export class Client extends Desk {
  /** @type {import("./calls.js").Info} */
  info = {
    backend: "",
    kind: "plain",
    renderer: "",
    software: false,
    cores: 1,
    locks: [],
    backends: [],
    backbones: [],
    qualities: [],
    versions: { pyclassifier: "", python: "", tfjs: "" },
  };
  #site;
  #worker;
  #nextId = 1;
  /** @type {Map<number, Waiting>} */
  #calls = new Map();
  /** @type {Promise<void>} */
  #sending = Promise.resolve();
  /** @type {Error | null} */
  #ended = null;
  /** @type {() => void} */
  #tellEnd = () => {};
  /** Resolves when the worker ended without being asked to, such as for want of memory. All that it held is gone. @type {Promise<void>} */
  ended = new Promise((resolve) => (this.#tellEnd = resolve));
  /** @type {((kept: import("./protocol.js").Kept) => void)[]} */
  #keptListeners = [];
  /** @type {((method: keyof Methods) => void)[]} */
  #callListeners = [];

  /** @param {string} site its whole address */
  constructor(site) {
    super((method, args, options) => this.call(method, args, options), site);
    this.#site = site;
    this.#worker = startWorker(site);
    this.#worker.onmessage = ({ data }) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#end(event.message ? `The worker stopped (${event.message}). Reload the page.` : sayNoWorker(site));
    };
  }

  /**
   * Load everything; `connect` does that.
   * @param {Omit<Methods["connect"][0][0], "lock">} how
   * @param {(progress: Progress) => void} [onProgress]
   */
  async start(how, onProgress) {
    const lock = `pyclassifier-worker-${Date.now()}-${Math.random()}`;
    let watching = false;
    /** @param {Progress} progress the first one comes when the worker has its lock, which nothing but its end sets free */
    const watch = (progress) => {
      if (!watching) this.#watch(lock);
      watching = true;
      onProgress?.(progress);
    };
    this.#know(await this.call("connect", [{ ...how, lock }], { onProgress: watch }));
  }

  /** @param {(kept: import("./protocol.js").Kept) => void} listener told how it stands with what is kept of the desks' projects */
  onKept(listener) {
    this.#keptListeners.push(listener);
  }

  /** All that can compute here: `info.backends` may lack what takes a moment to find, such as WebGPU. */
  async findBackends() {
    const found = await this.call("findBackends", []);
    this.info = { ...this.info, backends: found.map(({ name }) => name) };
    return found;
  }

  /** @param {(method: keyof Methods) => void} listener told of each call as soon as it is asked for */
  onCall(listener) {
    this.#callListeners.push(listener);
  }

  /** Whether nothing is being called. */
  get isIdle() {
    return this.#calls.size === 0;
  }

  /**
   * Compute on another backend from now on. Photos, features and the trained model stay.
   * @param {string} backend one of `info.backends`
   */
  async setBackend(backend) {
    return this.#know(await this.call("setBackend", [backend]));
  }

  /**
   * Other photos and another classifier than the client's own.
   * @param {import("./protocol.js").DeskName} name
   */
  desk(name) {
    return new Desk((method, args, options) => this.call(method, args, { ...options, desk: name }), this.#site);
  }

  /**
   * What photos show, among the 1000 classes of ImageNet: needs no training. Results come in the files' order.
   * @param {Iterable<PhotoFile>} files
   * @param {import("./calls.js").NetworkOptions & CallOptions} [options]
   */
  recognise(files, { onProgress, signal, ...options } = {}) {
    return this.call("recognise", [options], { onProgress, signal, files });
  }

  /**
   * The layers of a backbone as published, with output shapes and parameters, and where it is cut for training.
   * @param {import("./calls.js").NetworkOptions} [options]
   */
  network(options = {}) {
    return this.call("network", [options]);
  }

  /** What tf.js holds in memory now. */
  memory() {
    return this.call("memory", []);
  }

  /** End the worker and free all it holds. Open calls are aborted. */
  close() {
    this.#worker.terminate();
    this.#fail(new DOMException("The client was closed.", ABORTED));
  }

  /**
   * @template {keyof Methods} M
   * @param {M} method
   * @param {Methods[M][0]} args
   * @param {CallOptions & { files?: Iterable<PhotoFile>, desk?: import("./protocol.js").DeskName }} [options]
   * @returns {Promise<Methods[M][1]>}
   */
  call(method, args, { onProgress, signal, files, desk = "photos" } = {}) {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        reject(this.#ended);
        return;
      }
      const abort = () => this.#worker.postMessage({ id, abort: true });
      signal?.addEventListener("abort", abort);
      for (const listener of this.#callListeners) listener(method);
      this.#calls.set(id, {
        resolve(value) {
          signal?.removeEventListener("abort", abort);
          resolve(value);
        },
        reject(error) {
          signal?.removeEventListener("abort", abort);
          reject(error);
        },
        onProgress,
      });
      const named = Array.from(files ?? [], nameFile);
      // One call after the other: a call must not overtake one whose files are still on their way.
      this.#sending = this.#sending.then(() => this.#send({ id, method, args, desk }, named, signal));
    });
  }

  /**
   * @param {import("./protocol.js").Request} request
   * @param {import("./protocol.js").NamedBlob[]} files
   * @param {AbortSignal} [signal]
   */
  async #send(request, files, signal) {
    // Handing over a thousand files in one message would block the page for a tenth of a second.
    for (let i = 0; i < files.length && !signal?.aborted; i += FILES_PER_MESSAGE) {
      const sent = await Promise.all(files.slice(i, i + FILES_PER_MESSAGE).map(drawVector));
      this.#worker.postMessage({ id: request.id, files: sent });
      this.#calls.get(request.id)?.onProgress?.({ stage: "sending", done: i + sent.length, total: files.length });
      await new Promise((resolve) => setTimeout(resolve));
    }
    if (signal?.aborted)
      this.#receive({ id: request.id, error: { name: ABORTED, message: "Stopped before it began." } });
    else this.#worker.postMessage(request);
  }

  /** @param {import("./protocol.js").Reply} reply */
  #receive(reply) {
    if ("ended" in reply) {
      this.#end(reply.ended);
      return;
    }
    if ("note" in reply) {
      for (const listener of this.#keptListeners) listener(reply.note);
      return;
    }
    const call = this.#calls.get(reply.id);
    if (!call) return;
    if ("progress" in reply) {
      call.onProgress?.(reply.progress);
      return;
    }
    this.#calls.delete(reply.id);
    if ("error" in reply) {
      const { name, message, code, values } = reply.error;
      const error = Object.assign(new Error(message), { name, code, values });
      call.reject(name === ABORTED ? new DOMException(message, ABORTED) : error);
    } else {
      call.resolve(reply.result);
    }
  }

  /** @param {import("./calls.js").Info} info */
  #know(info) {
    for (const lock of info.locks) if (!this.info.locks.includes(lock)) this.#watch(lock);
    this.info = info;
    return info;
  }

  /** End when a lock is free that something holds as long as it lives. @param {string} lock */
  #watch(lock) {
    navigator.locks?.request(lock, () => this.#end("What computes here ended unexpectedly."));
  }

  /** @param {string} message */
  #end(message) {
    if (this.#ended) return;
    this.#worker.terminate();
    this.#fail(new Error(message));
    this.#tellEnd();
  }

  /** @param {Error} error */
  #fail(error) {
    this.#ended = error;
    for (const call of this.#calls.values()) call.reject(error);
    this.#calls.clear();
  }
}

/**
 * @param {PhotoFile} file
 * @returns {import("./protocol.js").NamedBlob}
 */
function nameFile(file) {
  if ("blob" in file) return { path: file.path, blob: file.blob };
  return { path: "name" in file ? file.webkitRelativePath || file.name : "photo", blob: file };
}
