import { createAddressForm } from "./address.js";
import { createCamera } from "./camera.js";
import { element, find } from "./dom.js";
import { helpWith } from "./form.js";
import { nameOf, pathOf } from "./format.js";
import { acceptDrops, inOrder, takeAddress, takeInput } from "./intake.js";
import { showNetwork } from "./network.js";
import { showRecognised } from "./recognised.js";
import { isFree } from "./state.js";
import { texts } from "./texts.js";
import { removeThumbnails, thumbnail } from "./thumbnails.js";
import { createTryPhotos } from "./tryphotos.js";

/**
 * @typedef {import("./types.js").Photo} Photo
 * @typedef {import("./types.js").State} State
 */

/** The page "Recognise": pictures come in by five ways, and a pretrained network says what they show. */
export class RecogniseView {
  #page = find("page-recognise", HTMLElement);
  #panel = find("pictures", HTMLElement);
  #input = find("picture-files", HTMLInputElement);
  #form = find("predict-form", HTMLFormElement);
  #button = find("predict", HTMLButtonElement);
  #reason = find("predict-reason", HTMLElement);
  #topK = find("top-k", HTMLInputElement);
  #network = find("network-name", HTMLSelectElement);
  #chosen = find("picked", HTMLElement);
  #list = find("answers-list", HTMLElement);
  #camera;
  #samples;
  #app;
  /** @type {Photo[]} */
  #photos = [];
  /** The network whose layers are shown. @type {string | null} */
  #shown = null;

  /** @param {import("./types.js").App} app */
  constructor(app) {
    this.#app = app;
    this.#camera = createCamera(app.status, (photo) => this.#add([photo]));
    this.#input.addEventListener("change", () => this.#take(takeInput(this.#input)));
    const onDrop = (/** @type {import("./intake.js").Source | null} */ source) =>
      source ? this.#take(source) : app.status.fail(() => texts.noFiles);
    acceptDrops(this.#panel, () => true, onDrop);
    document.addEventListener("paste", (event) => this.#paste(event));
    helpWith(this.#topK);
    this.#samples = createTryPhotos(find("recognise-samples", HTMLElement), "recognise", (photo) => this.#add([photo]));
    this.#listenToAddress();
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.#button.disabled) this.#predict();
    });
    this.#network.addEventListener("change", () => this.#loadNetwork());
    find("remove-pictures", HTMLButtonElement).addEventListener("click", () => this.#clear());
    app.store.subscribe((state) => this.#update(state));
  }

  /** The page is shown: what it needs can be loaded. */
  show() {
    this.#loadNetwork();
    this.#samples.show(() => true);
  }

  /** The page is left. */
  hide() {
    this.#camera.close();
  }

  /** @param {import("./intake.js").Source} source */
  async #take(source) {
    const { status } = this.#app;
    try {
      const { photos, problems } = await source();
      this.#add(inOrder(photos));
      if (problems.length > 0) status.fail(`${problems[0].path}: ${problems[0].reason}`);
      return true;
    } catch (error) {
      status.fail(() => texts.notFetched, error);
      return false;
    }
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    if (this.#page.hidden || event.target instanceof HTMLInputElement) return;
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) this.#add(files);
    else this.#app.status.fail(() => texts.nothingPasted);
  }

  #listenToAddress() {
    const { status } = this.#app;
    const form = find("address-form", HTMLFormElement);
    createAddressForm(form, async (url) => {
      status.clearError();
      status.progress(() => texts.fetching(url));
      if (await this.#take(takeAddress(url))) form.reset();
    });
  }

  /** @param {Photo[]} photos */
  #add(photos) {
    this.#photos.push(...photos);
    this.#chosen.append(...photos.map((photo) => thumbnail(photo, nameOf(pathOf(photo)))));
    this.#app.status.clearError();
    this.#update(this.#app.store.get());
    if (photos.length > 0 && this.#form.reportValidity()) this.#predict();
  }

  #clear() {
    this.#photos = [];
    removeThumbnails(this.#chosen);
    this.#update(this.#app.store.get());
    this.#input.focus();
  }

  #loadNetwork() {
    this.#app.run("network", find("network", HTMLElement), async (_, client) => {
      const backbone = this.#network.value;
      if (this.#page.hidden || backbone === this.#shown) return;
      this.#app.status.progress(() => texts.loadingNetwork);
      await showNetwork(await client.network({ backbone }));
      this.#shown = backbone;
      this.#app.status.show(() => texts.ready);
    });
  }

  #predict() {
    const { run, status } = this.#app;
    const photos = [...this.#photos];
    /** @param {import("./calls.js").Progress} progress */
    const onProgress = ({ stage, done, total }) => {
      if (stage === "features") status.progress(() => texts.recognising(done, total), done, total);
    };
    run("recognising", find("answers", HTMLElement), async (_, client) => {
      status.progress(() => texts.recognising(0, photos.length), 0, photos.length);
      const options = { topK: this.#topK.valueAsNumber, backbone: this.#network.value }; // there by now
      const predictions = await client.recognise(photos, { ...options, onProgress });
      const items = predictions.map((prediction, index) => ({ photo: photos[index], prediction }));
      find("no-answers", HTMLElement).hidden = true;
      removeThumbnails(this.#list);
      await showRecognised(this.#list, items, options.topK);
      const good = predictions.filter(({ error }) => error === undefined).length;
      const [{ label, probability }] = predictions;
      const alone = predictions.length === 1 && label !== undefined && probability !== undefined;
      status.show(() => (alone ? texts.shows(label, probability) : texts.recognised(good, predictions.length - good)));
    });
  }

  /** @param {State} state */
  #update(state) {
    if (state.info && this.#network.options.length === 0) {
      const options = state.info.backbones.map(({ name, title }) => element("option", { value: name }, title));
      this.#network.replaceChildren(...options);
    }
    const n = this.#photos.length;
    find("picked-box", HTMLElement).hidden = n === 0;
    find("picked-count", HTMLElement).textContent = texts.pictures(n);
    this.#button.disabled = n === 0 || !isFree(state);
    this.#network.disabled = !isFree(state);
    this.#reason.textContent = n === 0 ? texts.needPictures : state.busy === "loading" ? texts.predictWhenReady : "";
  }
}
