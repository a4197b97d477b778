import { element, write } from "./dom.js";
import { createDrawing } from "./drawing.js";
import { createFields } from "./fields.js";
import { helpWith } from "./form.js";
import { percent } from "./format.js";
import { acceptDrops, takeInput } from "./intake.js";
import { createModelView } from "./models.js";
import { makeBars } from "./recognised.js";
import { createResultsView } from "./results.js";
import { fetchDigits } from "./samples.js";
import { isFree } from "./state.js";
import { texts } from "./texts.js";
import { createTrainButtons, reasonAgainst } from "./trainbuttons.js";
import { runTraining } from "./training.js";

/**
 * @typedef {import("./types.js").State} State
 * @typedef {import("./types.js").Photo} Photo
 */

/** The page "Digits": a network is trained from nothing on MNIST's digits, and reads what one draws. */
export class DigitsView {
  #app;
  #panel;
  #results;
  #drawing;
  #fields;
  /** What was loaded last, for when what computes is started again. @type {Photo[] | null} */
  #files = null;
  #isLoaded = false;

  /** @param {import("./types.js").App} app */
  constructor(app) {
    this.#app = app;
    this.#panel = app.find("panel", HTMLElement);
    this.#results = createResultsView(app.find);
    this.#listenToFiles();
    this.#listenToTraining();
    const listeners = { onStroke: () => this.#read(), onClear: () => this.#forgetReading() };
    const canvas = app.find("canvas", HTMLCanvasElement);
    this.#drawing = createDrawing(canvas, app.find("pen", HTMLElement), listeners);
    app.find("clear", HTMLButtonElement).addEventListener("click", () => this.#drawing.clear());
    app.find("read", HTMLButtonElement).addEventListener("click", () => this.#read());
    const tryout = { forget: () => this.#forgetReading() };
    createModelView(app, { results: this.#results, tryout });
    this.#fields = createFields(app);
    app.whenStarted((client, again) => this.#resume(client, again));
    app.store.subscribe((state) => this.#update(state));
  }

  /** The page is shown: what it needs can be loaded. */
  show() {
    if (!this.#isLoaded) this.#load(fetchDigits);
    this.#isLoaded = true;
  }

  /**
   * Take up the network that is kept in this browser.
   *
   * @param {import("./types.js").Client} client
   * @param {boolean} again
   */
  async #resume(client, again) {
    const { store, status, find } = this.#app;
    const desk = client.desk("digits");
    const had = store.get().model;
    try {
      if (again && this.#files) await this.#take(desk, this.#files);
      const chosen = this.#fields.read(); // also what was chosen since
      const restored = await desk.resume();
      const model = restored?.model ?? null;
      if (restored) this.#fields.write(again ? chosen : restored.settings);
      store.set({ model: model && { classes: model.classes, source: "nTraining" in model ? "trained" : "opened" } });
      this.#forgetReading();
      if (!model) for (const part of ["result-figures", "curves", "result"]) find(part, HTMLElement).hidden = true;
      else if ("nTraining" in model) await this.#results.showTrained(model);
      else await this.#results.showOpened(model);
      if (again) status.show(() => texts.startedAgain(store.get().left));
      if (had && !model) status.fail(() => texts.startedBefore);
    } catch (error) {
      status.fail(() => texts.failed.restoring, error);
    }
  }

  #listenToFiles() {
    const { store, status, find } = this.#app;
    const input = find("files", HTMLInputElement);
    /** @param {import("./intake.js").Source} source */
    const take = (source) => this.#load(async () => (await source()).photos);
    input.addEventListener("change", () => take(takeInput(input)));
    const isOpen = () => isFree(store.get(), "loading", "adding");
    acceptDrops(this.#panel, isOpen, (source) => (source ? take(source) : status.fail(() => texts.noFiles)));
  }

  /** @param {() => Promise<Photo[]>} fetchFiles */
  #load(fetchFiles) {
    const { run, status } = this.#app;
    run("adding", this.#panel, async (desk) => {
      status.progress(() => texts.loadingDigits);
      const { total, classes } = await this.#take(desk, await fetchFiles());
      status.show(() => texts.digitsReady(total, classes.length));
    });
  }

  /** @param {import("./types.js").Desk} desk @param {Photo[]} files */
  async #take(desk, files) {
    const { store, find } = this.#app;
    const digits = await desk.addDigits(files);
    const { total, classes, examples } = digits;
    this.#files = files;
    write(find("count", HTMLElement), () => texts.digitCount(total));
    const items = examples.map(({ label, picture }) =>
      element("li", {}, element("img", { src: picture, alt: "", width: "56", height: "56" }), label),
    );
    find("examples", HTMLElement).replaceChildren(...items);
    store.set({
      classes: classes.map((label, key) => ({
        key,
        label,
        enabled: true,
        training: 0,
        validation: 0,
        test: 0,
        photos: [],
        marked: [],
        tested: [],
      })),
    });
    return digits;
  }

  #listenToTraining() {
    const { store, status, find } = this.#app;
    const form = find("train-form", HTMLFormElement);
    for (const input of form.querySelectorAll("input")) helpWith(input);
    const buttons = createTrainButtons(form, find, explainDigits);
    let abort = new AbortController();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (explainDigits(store.get()).against) return; // Enter in a field submits too
      abort = new AbortController();
      const { signal } = abort;
      const options = this.#readOptions();
      runTraining(
        this.#app,
        this.#results,
        buttons,
        signal,
        (desk, onProgress) => desk.trainDigits({ ...options, signal, onProgress }),
        (result) => this.#showTrained(result, options.epochs),
      );
    });
    buttons.stop.addEventListener("click", () => {
      abort.abort();
      buttons.stop.disabled = true;
      status.progress(() => texts.stopping);
    });
    store.subscribe((state) => buttons.update(state));
  }

  #readOptions() {
    /** @param {string} id */
    const number = (id) => this.#app.find(id, HTMLInputElement).valueAsNumber;
    return {
      nTraining: number("n-training"),
      nValidation: number("n-validation"),
      batchSize: number("batch-size"),
      epochs: number("epochs"),
      learningRate: number("learning-rate"),
    };
  }

  /** @param {import("./calls.js").Trained} result @param {number} epochs as asked for */
  async #showTrained(result, epochs) {
    const { store, status } = this.#app;
    store.set({ model: { classes: result.classes, source: "trained" } });
    this.#forgetReading();
    await this.#results.showTrained(result);
    const { evaluation } = result;
    status.show(() => (result.stopped ? texts.stopped(result.epochs, epochs, evaluation) : texts.trained(evaluation)));
  }

  #read() {
    const { run, store, status, find } = this.#app;
    if (store.get().model === null || this.#drawing.isEmpty()) return;
    run("recognising", find("try", HTMLElement), async (desk) => {
      status.progress(() => texts.readingDrawing);
      const { label, probability, shares, picture } = await desk.readDigit(this.#drawing.pixels());
      if (this.#drawing.isEmpty()) return; // cleared meanwhile
      find("reading", HTMLElement).hidden = false;
      find("read-label", HTMLElement).textContent = label;
      write(find("read-share", HTMLElement), () => percent(probability));
      find("read-picture", HTMLImageElement).src = picture;
      find("shares", HTMLElement).replaceChildren(makeBars(shares));
      status.show(() => texts.read(label, probability));
    });
  }

  #forgetReading() {
    this.#app.find("reading", HTMLElement).hidden = true;
  }

  /** @param {State} state */
  #update(state) {
    const { find } = this.#app;
    find("files", HTMLInputElement).disabled = !isFree(state, "loading", "adding");
    find("read", HTMLButtonElement).disabled = state.model === null || !isFree(state, "recognising");
    find("need-model", HTMLElement).hidden = state.model !== null;
  }
}

/** @param {State} state */
function explainDigits(state) {
  const missing = state.classes.length === 0 ? texts.needDigitFiles : "";
  return { against: reasonAgainst(state, missing), ready: texts.digitsTrainReady };
}
