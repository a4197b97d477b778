import { photoPath } from "./album.js";
import { isRecorded } from "./burst.js";
import { openHeatmap } from "./heatmap.js";
import { acceptDrops, inOrder, takeInput, takePhotos } from "./intake.js";
import { looksLikeModel } from "./models.js";
import { openAs } from "./openers.js";
import { showRecognised } from "./recognised.js";
import { isFree } from "./state.js";
import { labels, texts } from "./texts.js";
import { removeThumbnails } from "./thumbnails.js";
import { createTryPhotos } from "./tryphotos.js";

/**
 * @typedef {import("./types.js").State} State
 * @typedef {import("./calls.js").Progress} Progress
 * @typedef {import("./intake.js").Source} Source
 * @typedef {import("./types.js").Photo} Photo
 */

/** The third step: photos are recognised. */
export class TryView {
  #panel;
  #input;
  #reason;
  #box;
  #rows;
  #app;
  /** The one that the sample photos were offered for. @type {import("./types.js").Model | null} */
  #model = null;

  /** @param {import("./types.js").App} app */
  constructor(app) {
    this.#app = app;
    const { find } = app;
    this.#panel = find("try", HTMLElement);
    this.#input = find("try-photos", HTMLInputElement);
    this.#reason = find("try-reason", HTMLElement);
    this.#box = find("recognised-box", HTMLElement);
    this.#rows = find("recognised", HTMLElement);
    this.#input.addEventListener("change", () => this.#take(takeInput(this.#input)));
    const isOpen = () => isFree(app.store.get(), "loading", "recognising");
    acceptDrops(this.#panel, isOpen, (source) => (source ? this.#take(source) : app.status.fail(() => texts.noFiles)));
    this.#panel.addEventListener("paste", (event) => this.#paste(event));
    find("clear-list", HTMLButtonElement).addEventListener("click", () => {
      this.forget();
      app.status.show(() => texts.listCleared);
      this.#input.focus();
    });
    const samples = createTryPhotos(
      find("try-samples", HTMLElement),
      app.desk === "logos" ? "logos" : "photos",
      async (photo) => {
        await this.#take(takePhotos([photo]));
        this.#rows.querySelector("li")?.scrollIntoView({ block: "nearest" });
      },
    );
    const now = find("try-now", HTMLButtonElement);
    now.addEventListener("click", () => this.#lead());
    app.store.subscribe((state) => {
      this.#update(state);
      now.hidden = state.model?.source !== "trained";
      if (state.model === this.#model) return;
      this.#model = state.model;
      find("try-samples", HTMLElement).hidden = true;
      if (state.model) samples.show((names) => isOfSamples(this.#model, names));
    });
  }

  /** Lead on to this step: to the live camera, where the photos came from the camera. */
  #lead() {
    const { store, find } = this.#app;
    const used = store.get().album?.classes.flatMap(({ photos }) => photos) ?? [];
    const recorded = used.filter((id) => isRecorded(photoPath(store.get(), id)));
    this.#panel.scrollIntoView({ block: "start" });
    this.#input.focus({ preventScroll: true });
    if (recorded.length * 2 > used.length) find("live-open", HTMLButtonElement).click();
  }

  /** Show nothing of what was recognised. */
  clear() {
    removeThumbnails(this.#rows);
    this.#box.hidden = true;
  }

  /** Forget what was recognised, such as by a model that is no longer there. */
  forget() {
    this.clear();
    this.#keep([]);
  }

  /** Show photos that were recognised before the page was loaded again. @param {Photo[]} photos */
  showAgain(photos) {
    if (photos.length === 0) return;
    this.#app.run("recognising", this.#panel, async (client) => {
      await this.#list(asItems(photos, await client.predict(photos)));
    });
  }

  /** Keep photos for when the page is loaded again; none: forget them. @param {Photo[]} photos */
  #keep(photos) {
    const { store, desk } = this.#app;
    store
      .get()
      .client?.desk(desk)
      .keepTried(photos)
      .catch(() => {}); // what ended is said elsewhere
  }

  /** A picture that is pasted while the focus is in this step is one to recognise. @param {ClipboardEvent} event */
  #paste(event) {
    if (event.target instanceof HTMLInputElement || !canRecognise(this.#app.store.get())) return;
    const photos = [...(event.clipboardData?.files ?? [])];
    event.preventDefault();
    event.stopPropagation(); // the whole page may take pictures in as well
    if (photos.length > 0) this.#take(async () => ({ photos, problems: [] }));
    else this.#app.status.fail(() => texts.nothingPasted);
  }

  /** @param {Source} source */
  #take(source) {
    const { run, status, store } = this.#app;
    /** @param {Progress} progress */
    const onProgress = ({ stage, done, total }) => {
      if (stage !== "features") return; // decoding runs ahead of the recognising
      status.progress(() => texts.recognising(done, total), done, total);
    };
    return run("recognising", this.#panel, async (client) => {
      status.progress(() => texts.findingPhotos);
      const intake = await source();
      if (looksLikeModel(intake.photos)) return openAs(this.#app, "model", intake.photos);
      if (!store.get().model) return status.fail(() => labels.needModel);
      const photos = inOrder(intake.photos);
      const predictions = await client.predict(photos, { onProgress });
      this.#keep(photos.filter((_, index) => predictions[index].error === undefined));
      const unopened = intake.problems.map(({ path, reason: error }) => ({ photo: null, prediction: { path, error } }));
      await this.#show([...asItems(photos, predictions), ...unopened]);
    });
  }

  /** @param {import("./recognised.js").Item[]} items */
  async #show(items) {
    await this.#list(items);
    const good = items.filter(({ prediction }) => prediction.error === undefined).length;
    this.#app.status.show(() => texts.recognised(good, items.length - good));
  }

  /** @param {import("./recognised.js").Item[]} items */
  async #list(items) {
    this.#box.hidden = false;
    await showRecognised(this.#rows, items, undefined, (photo, label) => openHeatmap(this.#app, photo, label));
  }

  /** @param {State} state */
  #update(state) {
    this.#input.disabled = !canRecognise(state);
    this.#panel.dataset.model = String(state.model !== null);
    this.#reason.hidden = state.model !== null;
  }
}

/** @param {Photo[]} photos @param {import("./calls.js").Recognised[]} predictions in their order */
function asItems(photos, predictions) {
  return predictions.map((prediction, index) => ({ photo: photos[index], prediction }));
}

/** @param {import("./types.js").Model | null} model @param {string[]} names of sample photos, such as "fruit-0.png" */
function isOfSamples(model, names) {
  const labels = new Set(names.map((name) => name.replace(/-\d+\.\w+$/, "")));
  return model !== null && model.classes.length === labels.size && model.classes.every((label) => labels.has(label));
}

/** @param {State} state */
function canRecognise(state) {
  return state.model !== null && isFree(state, "recognising");
}
