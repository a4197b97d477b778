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
 */

/** The third step: photos are recognised. */
export class TryView {
  #panel;
  #input;
  #reason;
  #box;
  #list;
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
    this.#list = find("recognised", HTMLElement);
    this.#input.addEventListener("change", () => this.#take(takeInput(this.#input)));
    const isOpen = () => isFree(app.store.get(), "loading", "recognising");
    acceptDrops(this.#panel, isOpen, (source) => (source ? this.#take(source) : app.status.fail(() => texts.noFiles)));
    this.#panel.addEventListener("paste", (event) => this.#paste(event));
    find("clear-list", HTMLButtonElement).addEventListener("click", () => {
      this.clear();
      app.status.show(() => texts.listCleared);
      this.#input.focus();
    });
    const samples = createTryPhotos(
      find("try-samples", HTMLElement),
      app.desk === "logos" ? "logos" : "photos",
      async (photo) => {
        await this.#take(takePhotos([photo]));
        this.#list.querySelector("li")?.scrollIntoView({ block: "nearest" });
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

  /** Forget what was recognised, such as by a model that is no longer there. */
  clear() {
    removeThumbnails(this.#list);
    this.#box.hidden = true;
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
      const tried = predictions.map((prediction, index) => ({ photo: photos[index], prediction }));
      const unopened = intake.problems.map(({ path, reason: error }) => ({ photo: null, prediction: { path, error } }));
      await this.#show([...tried, ...unopened]);
    });
  }

  /** @param {import("./recognised.js").Item[]} items */
  async #show(items) {
    this.#box.hidden = false;
    await showRecognised(this.#list, items, undefined, (photo, label) => openHeatmap(this.#app, photo, label));
    const good = items.filter(({ prediction }) => prediction.error === undefined).length;
    this.#app.status.show(() => texts.recognised(good, items.length - good));
  }

  /** @param {State} state */
  #update(state) {
    this.#input.disabled = !canRecognise(state);
    this.#panel.dataset.model = String(state.model !== null);
    this.#reason.hidden = state.model !== null;
  }
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
