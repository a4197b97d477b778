import { addAll, addPhotos, sayTaken } from "./adding.js";
import { arrange } from "./album.js";
import { createChosenBar } from "./chosen.js";
import { createClassList } from "./classes.js";
import { draggedPhotos } from "./dragged.js";
import { createHistoryBar } from "./history.js";
import { acceptDrops, takeChosen } from "./intake.js";
import { createProblemList } from "./problems.js";
import { fetchSamples } from "./samples.js";
import { Selection } from "./selection.js";
import { isFree } from "./state.js";
import { texts } from "./texts.js";
import { createWays } from "./ways.js";

/**
 * @typedef {import("./types.js").Desk} Desk
 * @typedef {import("./types.js").State} State
 * @typedef {import("./calls.js").Split} Split
 * @typedef {import("./intake.js").Source} Source
 */

/** The first step: photos come in, by dropping, choosing or as samples. */
export class PhotosView {
  #panel;
  #samples;
  #remove;
  #waiting;
  #problems;
  /** The problems of the store that are listed already. @type {State["problems"] | null} */
  #seen = null;
  /** Whether the samples are on their way. */
  #asked = false;
  #app;

  /** @param {import("./types.js").App} app */
  constructor(app) {
    this.#app = app;
    const { find } = app;
    this.#panel = find("photos", HTMLElement);
    this.#samples = find("samples", HTMLButtonElement);
    this.#remove = find("remove-all", HTMLButtonElement);
    this.#waiting = find("photos-waiting", HTMLElement);
    const selection = new Selection();
    createHistoryBar(app);
    createClassList(app, selection);
    createChosenBar(app, selection);
    this.#problems = createProblemList(app);
    // Where a browser lets nobody choose a folder, there is no button for it.
    const folders = "webkitdirectory" in HTMLInputElement.prototype;
    for (const part of this.#panel.querySelectorAll(".folders-only")) part.toggleAttribute("hidden", !folders);
    this.#samples.addEventListener("click", () => this.#takeSamples());
    this.#remove.addEventListener("click", () => this.#removeAll());
    // Photos may be dropped anywhere on the page; a folder is for training unless it falls into the validation zone.
    this.#listen("training", /** @type {HTMLElement} */ (this.#panel.closest("main")));
    this.#listen("validation", find("validation-zone", HTMLElement));
    const { capture } = createWays(app);
    this.hide = capture.close;
    app.store.subscribe((state) => this.#update(state));
  }

  /** @param {import("./calls.js").Problem[]} problems */
  addProblems(problems) {
    this.#problems.add(problems);
  }

  /** Show that there are no photos. */
  clear() {
    this.#problems.clear();
    this.#app.store.set({ classes: [], album: null, photos: new Map(), problems: [] });
  }

  /** @param {Split} split @param {HTMLElement} zone */
  #listen(split, zone) {
    const { store, status, find } = this.#app;
    takeChosen(find(`${split}-folder`, HTMLInputElement), (source) => this.#take(split, source));
    const isOpen = (/** @type {DragEvent} */ event) =>
      draggedPhotos(event).length === 0 && isFree(store.get(), "loading", "adding");
    acceptDrops(zone, isOpen, (source) => (source ? this.#take(split, source) : status.fail(() => texts.noFiles)));
  }

  /** @param {Split} split @param {Source} source */
  #take(split, source) {
    addPhotos(this.#app, { split }, source);
  }

  async #takeSamples() {
    sayTaken(this.#app);
    this.#asked = true;
    this.#update(this.#app.store.get());
    await this.#app.run("adding", this.#panel, (desk) => this.#addSamples(desk));
    this.#asked = false;
    this.#update(this.#app.store.get());
  }

  /** @param {Desk} client */
  async #addSamples(client) {
    const { status } = this.#app;
    const page = this.#app.desk === "logos" ? "logos" : "photos";
    const samples = await fetchSamples(page, (done, total) =>
      status.progress(() => texts.fetchingSamples(done, total), done, total),
    );
    await addAll(this.#app, client, { split: "training" }, samples.training);
    if (samples.validation.length > 0) await addAll(this.#app, client, { split: "validation" }, samples.validation);
  }

  async #removeAll() {
    const { store } = this.#app;
    if (store.get().album && !(await arrange(this.#app, { type: "removeAll" }, () => texts.removedAll))) return;
    this.#problems.clear();
    store.set({ problems: [] });
    this.#app.find("undo", HTMLButtonElement).focus(); // the button has gone with the photos
  }

  /** @param {State} state */
  #update(state) {
    const open = isFree(state, "loading", "adding");
    /** @type {NodeListOf<HTMLInputElement>} */
    const inputs = this.#panel.querySelectorAll("input.file-input");
    for (const input of inputs) input.disabled = !open;
    this.#samples.disabled = !open || this.#asked;
    this.#samples.hidden = state.classes.length > 0; // to begin with only
    this.#remove.disabled = !isFree(state);
    this.#remove.hidden = state.classes.length === 0 && this.#problems.count() === 0;
    if (state.problems !== this.#seen) this.#problems.add(state.problems);
    this.#seen = state.problems;
    this.#panel.dataset.empty = String(state.classes.length === 0);
    if (state.busy !== "loading") this.#waiting.hidden = true;
  }
}

/** @param {import("./calls.js").ClassCount[]} classes */
export function countPhotos(classes) {
  return classes.reduce((sum, { photos }) => sum + photos.length, 0);
}
