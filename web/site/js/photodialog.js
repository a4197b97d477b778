/** A photo in large, with what is known of it; arrows go on to its neighbours. */
import { describePhoto, photoBlob, photoPath, placeOf, pythonPicture } from "./album.js";
import { element, write } from "./dom.js";
import { openHeatmap } from "./heatmap.js";
import { nameOf } from "./format.js";
import { labels, texts } from "./texts.js";
import { kindOf } from "./thumbnails.js";

/**
 * @typedef {import("./types.js").App} App
 * @typedef {{
 *   describe?: (id: number) => string,
 *   details?: (id: number) => Node[],
 *   onClose?: (id: number) => void,
 * }} ViewOptions  details: what else to show of a photo; onClose: gets the photo that was shown last
 */

/** Pixels of the longer side where Python has to make the picture. */
const LARGE = 1024;

/** @type {PhotoDialog | undefined} */
let dialog;

/**
 * @param {App} app
 * @param {number[]} ids through which the arrows go
 * @param {number} id
 * @param {ViewOptions} [options]
 */
export function openPhoto(app, ids, id, options = {}) {
  dialog ??= new PhotoDialog();
  dialog.open(app, ids, id, options);
}

class PhotoDialog {
  #title = element("h2", { id: "photo-title" });
  #picture = element("div", { class: "photo-large" });
  #facts = element("p", { class: "note" });
  #details = element("div", { class: "photo-details" });
  #where = element("button", { type: "button" }, () => texts.whereDidItLook);
  #position = element("span", { class: "note" });
  #previous = element("button", { type: "button" }, () => labels.previousPhoto);
  #next = element("button", { type: "button" }, () => labels.nextPhoto);
  #root;
  /** @type {App | null} */
  #app = null;
  /** @type {number[]} */
  #ids = [];
  #at = 0;
  /** @type {ViewOptions} */
  #options = {};
  #url = "";

  constructor() {
    const close = element("button", { type: "button", class: "quiet close", "aria-label": () => labels.close }, "✕");
    const head = element("div", { class: "dialog-head" }, this.#title, close);
    const foot = element("div", { class: "dialog-foot" }, this.#previous, this.#position, this.#next);
    this.#root = element(
      "dialog",
      { class: "dialog photo-dialog", "aria-labelledby": "photo-title" },
      head,
      this.#picture,
      this.#facts,
      this.#details,
      this.#where,
      foot,
    );
    document.body.append(this.#root);
    close.addEventListener("click", () => this.#root.close());
    this.#where.addEventListener("click", () => this.#app && openHeatmap(this.#app, this.#ids[this.#at]));
    this.#previous.addEventListener("click", () => this.#go(this.#at - 1));
    this.#next.addEventListener("click", () => this.#go(this.#at + 1));
    this.#root.addEventListener("click", ({ target }) => target === this.#root && this.#root.close()); // beside it
    this.#root.addEventListener("keydown", (event) => this.#press(event));
    this.#root.addEventListener("close", () => {
      this.#release();
      this.#options.onClose?.(this.#ids[this.#at]);
    });
  }

  /** @param {App} app @param {number[]} ids @param {number} id @param {ViewOptions} options */
  open(app, ids, id, options) {
    this.#app = app;
    this.#ids = ids;
    this.#options = options;
    this.#root.showModal();
    this.#go(ids.indexOf(id));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    // The arrows of a field or list in the details are its own.
    if (!step || (event.target instanceof Element && event.target.closest("select, input"))) return;
    event.preventDefault();
    this.#go(this.#at + step);
  }

  /** @param {number} at */
  #go(at) {
    const app = this.#app;
    if (!app || at < 0 || at >= this.#ids.length) return;
    this.#at = at;
    const id = this.#ids[at];
    const state = app.store.get();
    const describe = this.#options.describe ?? ((photo) => describePhoto(state, photo));
    const path = photoPath(state, id);
    write(this.#title, nameOf(path));
    write(this.#facts, () =>
      texts.photoFacts(placeOf(state, id)?.label ?? null, placeOf(state, id)?.marked ?? null, path),
    );
    write(this.#position, () => texts.outOf(at + 1, this.#ids.length));
    this.#where.hidden = state.model === null;
    this.#previous.disabled = at === 0;
    this.#next.disabled = at === this.#ids.length - 1;
    if (document.activeElement === document.body) this.#root.focus(); // the button at the end was disabled
    this.#details.replaceChildren(...(this.#options.details?.(id) ?? []));
    this.#show(app, id, () => describe(id));
  }

  /** @param {App} app @param {number} id @param {() => string} alt */
  async #show(app, id, alt) {
    this.#release();
    const state = app.store.get();
    const kind = kindOf(nameOf(photoPath(state, id)));
    const none = element("span", { class: "thumbnail placeholder", role: "img", "data-kind": kind, "aria-label": alt });
    const blob = photoBlob(state, id);
    if (blob && (await this.#try(id, blob, alt))) return;
    const picture = this.#isAt(id) ? await pythonPicture(app, id, LARGE) : null;
    if (!(picture && (await this.#try(id, picture, alt))) && this.#isAt(id)) this.#picture.replaceChildren(none);
  }

  /** @param {number} id @param {Blob} blob @param {() => string} alt @returns {Promise<boolean>} whether it could be shown */
  async #try(id, blob, alt) {
    if (!this.#isAt(id)) return true; // the visitor has gone on
    this.#release();
    this.#url = URL.createObjectURL(blob);
    const image = element("img", { alt, src: this.#url });
    this.#picture.replaceChildren(image);
    return image.decode().then(
      () => true,
      () => !this.#isAt(id),
    );
  }

  /** @param {number} id */
  #isAt(id) {
    return this.#root.open && this.#ids[this.#at] === id;
  }

  #release() {
    URL.revokeObjectURL(this.#url);
    this.#url = "";
    this.#picture.replaceChildren();
  }
}
