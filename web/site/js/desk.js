/**
 * What can be done with photos and a classifier: each method is a call to the worker, by way of client.js.
 *
 * @typedef {import("./protocol.js").Methods} Methods
 * @typedef {import("./calls.js").Progress} Progress
 * @typedef {{ onProgress?: (progress: Progress) => void, signal?: AbortSignal }} CallOptions
 * @typedef {File | Blob | import("./protocol.js").NamedBlob} PhotoFile  a blob of its own is such as a canvas gives
 * @typedef {<M extends keyof Methods>(
 *   method: M,
 *   args: Methods[M][0],
 *   options?: CallOptions & { files?: Iterable<PhotoFile> },
 * ) => Promise<Methods[M][1]>} Call
 */

import { fetchOneFilePage, fetchReadyPage, fetchReadyTexts } from "./readypage.js";

/** Photos and a classifier to train on them. Each page of the site has its own, and others may have more than one. */
export class Desk {
  #call;
  #site;

  /** @param {Call} call @param {string} site its whole address */
  constructor(call, site) {
    this.#call = call;
    this.#site = site;
  }

  /**
   * Add labelled photos: the folder in a file's path is its label, or its name where no folder tells; zips and
   * tars are looked into, and CSV, TSV, JSON and XML files that name the photos give them their labels.
   * @param {import("./calls.js").Split | import("./calls.js").AddOptions} how
   * @param {Iterable<PhotoFile>} files
   * @param {CallOptions} [options]
   */
  add(how, files, options) {
    return this.#call("add", [how], { ...options, files });
  }

  /**
   * A small picture of a photo, also of those that the browser cannot show itself or that came in a zip. Answers while
   * others are worked on, training included.
   * @param {number} id
   * @param {number} size pixels of the longer side at most
   */
  async picture(id, size) {
    return new Blob([await this.#call("picture", [id, size])], { type: "image/jpeg" });
  }

  /** The photos in order. */
  album() {
    return this.#call("album", []);
  }

  /**
   * Put photos and classes in order: takes effect at once, computes no features anew, and can be undone.
   * @param {import("./calls.js").Edit} edit
   */
  edit(edit) {
    return this.#call("edit", [edit]);
  }

  /** Take the last edit (or intake) back. */
  undo() {
    return this.#call("undo", []);
  }

  /** Do once more what was undone. */
  redo() {
    return this.#call("redo", []);
  }

  /**
   * Look for what may be wrong with the photos that take part: by what is known of them already, which is quick, or,
   * with `whole`, by reading and comparing all of them, with the backbone and at the size that the next training uses.
   * @param {import("./calls.js").CheckOptions & CallOptions} [options]
   */
  check({ onProgress, signal, ...options } = {}) {
    return this.#call("check", [options], { onProgress, signal });
  }

  /** Forget all photos, with no way back (the edit "removeAll" has one). The trained model stays. */
  clear() {
    return this.#call("clear", []);
  }

  /**
   * Take up the project that is kept in this browser, instead of what is here: the one used last, or another one. From
   * then on all that changes is kept; `Client.onKept` tells how it stands. Photos come as progress of the stage "restoring".
   * @param {import("./calls.js").ResumeOptions & CallOptions} [options]
   * @returns {Promise<import("./calls.js").Restored | null>} null where there is none
   */
  resume({ onProgress, signal, ...options } = {}) {
    return this.#call("resume", [options], { onProgress, signal });
  }

  /** Keep what is here as a project of its own, where the one that it was is gone, or another tab has it. */
  keepApart() {
    return this.#call("keepApart", []);
  }

  /**
   * The project as one zip, which `openProject` and Python's `open_project` open.
   * @param {import("./calls.js").SaveOptions & CallOptions} [options]
   * @returns {Promise<{ blob: Blob, lost: number }>} lost: photos that could not be read
   */
  async saveProject({ onProgress, signal, ...options } = {}) {
    /** @type {Blob[]} */
    const pieces = [];
    /** @param {Progress} progress */
    const collect = ({ piece, ...progress }) => {
      // A blob each, which the browser may put on disk: thousands of photos do not fit into memory.
      if (piece) pieces.push(new Blob([piece]));
      onProgress?.(progress);
    };
    const { lost } = await this.#call("saveProject", [options], { onProgress: collect, signal });
    return { blob: new Blob(pieces, { type: "application/zip" }), lost };
  }

  /**
   * Take up a project from a file, instead of what is here.
   * @param {Blob} blob
   * @param {CallOptions} [options]
   */
  openProject(blob, options) {
    return this.#call("openProject", [], { ...options, files: [{ path: "project.zip", blob }] });
  }

  /** Begin another project, with nothing in it. What is kept of the one before stays in this browser. */
  startAnew() {
    return this.#call("startAnew", []);
  }

  /**
   * Keep what the fields of a page say with the project.
   * @param {Record<string, string | boolean>} settings
   */
  keepSettings(settings) {
    return this.#call("keepSettings", [settings]);
  }

  /**
   * Keep the names of classes that were made by hand and have no photo yet.
   * @param {string[]} labels
   */
  planClasses(labels) {
    return this.#call("planClasses", [labels]);
  }

  /**
   * What training the last layers as well would cost for the photos added so far; it tries a step.
   * @param {import("./calls.js").TrainOptions} options
   */
  fineTuneCost(options) {
    return this.#call("fineTuneCost", [options]);
  }

  /** What each quality of `Info` would cost for the photos added so far; it computes some of them to measure by. */
  costs() {
    return this.#call("costs", []);
  }

  /**
   * Compute the features that a training by these settings begins with, without augmentation: they are remembered, so that it
   * need not. An abort leaves those that there are.
   * @param {import("./calls.js").TrainOptions & CallOptions} [options]
   */
  prepare({ onProgress, signal, ...options } = {}) {
    return this.#call("prepare", [options], { onProgress, signal });
  }

  /**
   * Train on the photos added so far. After an abort during training it resolves with what is learned so far.
   * @param {import("./calls.js").TrainOptions & CallOptions} [options]
   */
  train({ onProgress, signal, ...options } = {}) {
    return this.#call("train", [options], { onProgress, signal });
  }

  /**
   * What was said of each photo of the trained model's validation, or of the last cross-validation, the largest loss
   * first; null where there was none.
   * @param {"validation" | "cross"} [judgement]
   */
  results(judgement = "validation") {
    return this.#call("results", [judgement]);
  }

  /**
   * Note that photos are in the right class whatever a model says; it shows in the results.
   * @param {number[]} photos ids
   * @param {boolean} [on] false takes it back
   */
  confirm(photos, on = true) {
    return this.#call("confirm", [photos, on]);
  }

  /** How far the model's certainty can be trusted, on its held-out photos; null where there are none. */
  calibration() {
    return this.#call("calibration", []);
  }

  /**
   * From which probability on answers count; others are "none of these". It is kept in the model.
   * @param {number | null} threshold 0..1; null: every photo gets a class
   */
  setThreshold(threshold) {
    return this.#call("setThreshold", [threshold]);
  }

  /**
   * Judge every photo once by a model that was not trained on it; the trained model stays.
   * @param {import("./calls.js").CrossOptions & CallOptions} [options]
   */
  crossValidate({ onProgress, signal, ...options } = {}) {
    return this.#call("crossValidate", [options], { onProgress, signal });
  }

  /**
   * A picture (PNG) of where in a photo the model looked.
   * @param {number | PhotoFile} photo the id of one that was added, or any
   * @param {{ label?: string }} [options] label: the class that it looked for; by default the most probable one
   */
  explain(photo, options = {}) {
    const added = typeof photo === "number";
    return this.#call("explain", [added ? { ...options, photo } : options], { files: added ? [] : [photo] });
  }

  /** The trainings of this project, the last one first, each compared with the one whose model is in use. */
  runs() {
    return this.#call("runs", []);
  }

  /**
   * Go on with the model of an earlier training; resolves with what `train` did then.
   * @param {number} number of the run
   */
  useRun(number) {
    return this.#call("useRun", [number]);
  }

  /**
   * Forget a training; a model in use stays.
   * @param {number} number of the run
   */
  forgetRun(number) {
    return this.#call("forgetRun", [number]);
  }

  /**
   * Figures on labelled photos that were not trained on.
   * @param {Iterable<PhotoFile>} files
   * @param {CallOptions} [options]
   */
  evaluate(files, options) {
    return this.#call("evaluate", [], { ...options, files });
  }

  /**
   * Recognise photos; results come in the files' order.
   * @param {Iterable<PhotoFile>} files
   * @param {CallOptions} [options]
   */
  predict(files, options) {
    return this.#call("predict", [], { ...options, files });
  }

  /**
   * Keep the last photos that were recognised with the project, beside those before; none: forget them all.
   * @param {Iterable<PhotoFile>} files
   */
  keepTried(files) {
    return this.#call("keepTried", [], { files });
  }

  /**
   * Recognise a frame of a camera, the way that photos go. Wait for the answer before the next one: frames queue up.
   * @param {ImageData} frame
   */
  predictFrame({ width, height, data }) {
    return this.#call("predictFrame", [width, height, data]);
  }

  /**
   * The trained model as a zip that tf.js, ml5 and @teachablemachine/image open, or as an ONNX file.
   * @param {import("./calls.js").ModelOptions} [options]
   */
  async exportModel(options = {}) {
    const model = await this.#call("exportModel", [options]);
    return options.format === "onnx" ? new Blob([model], { type: "application/octet-stream" }) : asZip(model);
  }

  /**
   * What it costs to store the model's weights in fewer bits, measured on the held-out photos.
   * @param {CallOptions} [options]
   */
  measureStorage(options) {
    return this.#call("measureStorage", [], options);
  }

  /** The record of the training, and code that uses the model. */
  takeAway() {
    return this.#call("takeAway", []);
  }

  /**
   * A page that recognises pictures by itself: zipped, for any static host, or one HTML file that a double click opens.
   * @param {Omit<import("./calls.js").PageOptions, "texts"> & { texts?: Record<string, string>, oneFile?: boolean }} options
   *   texts: what the page says, by default in English
   */
  async exportPage({ texts, oneFile = false, ...options }) {
    const spoken = texts ?? (await fetchReadyTexts(this.#site, "en"));
    const files = await (oneFile ? fetchOneFilePage(this.#site) : fetchReadyPage(this.#site));
    const page = await this.#call("exportPage", [{ ...options, texts: spoken }], { files });
    return oneFile ? new Blob([page], { type: "text/html" }) : asZip(page);
  }

  /**
   * Open a zip that `exportModel` or Teachable Machine wrote, or one of a tf.js layers model of others.
   * @param {Blob} blob
   * @param {import("./calls.js").OpenOptions} [options] what its files do not tell
   */
  async openModel(blob, options = {}) {
    return this.#call("openModel", [await blob.arrayBuffer(), options]);
  }

  /**
   * Open a model that lies in model.json and its files of weights, as Teachable Machine hosts it and converters write it.
   * @param {Iterable<PhotoFile>} files
   * @param {import("./calls.js").OpenOptions} [options] what they do not tell
   */
  openLooseModel(files, options = {}) {
    return this.#call("openLooseModel", [options], { files });
  }

  /**
   * On the desk "digits": take in handwritten digits instead of those so far: a pair of files with pictures and labels, as IDX (also packed by
   * gzip) or as the sprite and labels of TensorFlow.js tutorials.
   * @param {Iterable<PhotoFile>} files
   * @param {CallOptions} [options]
   */
  addDigits(files, options) {
    return this.#call("addDigits", [], { ...options, files });
  }

  /**
   * On the desk "digits": train a small network on some of the digits, from scratch.
   * @param {import("./calls.js").DigitOptions & CallOptions} [options]
   */
  trainDigits({ onProgress, signal, ...options } = {}) {
    return this.#call("trainDigits", [options], { onProgress, signal });
  }

  /**
   * On the desk "digits": read a drawn digit, white on black, wherever and however large.
   * @param {ImageData} drawing its red channel counts
   */
  readDigit({ width, height, data }) {
    return this.#call("readDigit", [width, height, data.filter((_, index) => index % 4 === 0)]);
  }
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
function asZip(bytes) {
  return new Blob([bytes], { type: "application/zip" });
}
