/**
 * Small pictures of photos by their id: each is made once, off the page's thread, newest wish first, and kept as long as
 * there is room.
 *
 * @typedef {import("./types.js").App} App
 * @typedef {(url: string | null) => void} OnPicture  null where there can be no picture
 */
import { photoBlob, pythonPicture } from "./album.js";

/** Sharp in cells of up to 80 pixels on screens with two dots per pixel. */
const SIDE = 160;
/** Pictures kept, of some 5 kB each. */
const MOST = 1000;

/** @type {Worker | undefined} */
let worker;
/** What the worker makes now, and for whom. @type {Map<number, (picture: Blob | null) => void>} */
const orders = new Map();
let lastOrder = 0;

/** @param {Blob} blob @returns {Promise<Blob | null>} */
function shrink(blob) {
  if (!worker) {
    worker = new Worker(new URL("./thumbnailer.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => {
      orders.get(data.key)?.(data.picture);
      orders.delete(data.key);
    };
  }
  const key = ++lastOrder;
  worker.postMessage({ key, blob, side: SIDE });
  return new Promise((resolve) => orders.set(key, resolve));
}

/** @type {WeakMap<import("./types.js").Store, Pictures>} */
const known = new WeakMap();

/** @param {App} app @returns {Pictures} the pictures of the page's photos */
export function picturesOf(app) {
  const pictures = known.get(app.store) ?? new Pictures(app);
  known.set(app.store, pictures);
  return pictures;
}

export class Pictures {
  #app;
  /** Least recently used first. @type {Map<number, string | null>} */
  #made = new Map();
  /** Oldest wish first. @type {Map<number, Set<OnPicture>>} */
  #wanted = new Map();
  #working = false;

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
    let { photos } = app.store.get();
    app.store.subscribe((state) => {
      if (state.photos !== photos) this.#forget();
      photos = state.photos;
    });
  }

  /**
   * Ask for a picture.
   *
   * @param {number} id of a photo
   * @param {OnPicture} onPicture called at once where it is there
   * @returns {() => void} takes the wish back
   */
  want(id, onPicture) {
    const made = this.#made.get(id);
    if (made !== undefined) {
      this.#keep(id, made);
      onPicture(made);
      return () => {};
    }
    const waiting = this.#wanted.get(id) ?? new Set();
    this.#wanted.delete(id);
    this.#wanted.set(id, waiting.add(onPicture)); // the newest wish now
    this.#work();
    return () => {
      waiting.delete(onPicture);
      if (waiting.size === 0 && this.#wanted.get(id) === waiting) this.#wanted.delete(id);
    };
  }

  async #work() {
    if (this.#working) return;
    this.#working = true;
    await Promise.resolve(); // so that all wishes of one turn are there, and the first of them on the screen comes first
    for (let next = [...this.#wanted].at(-1); next; next = [...this.#wanted].at(-1)) {
      const [id, waiting] = next;
      this.#wanted.delete(id);
      const { photos } = this.#app.store.get();
      const picture = await this.#make(id);
      if (photos !== this.#app.store.get().photos) continue; // of photos that have gone
      const url = picture && URL.createObjectURL(picture);
      this.#keep(id, url);
      for (const onPicture of waiting) onPicture(url);
    }
    this.#working = false;
  }

  /** @param {number} id @returns {Promise<Blob | null>} */
  async #make(id) {
    const blob = photoBlob(this.#app.store.get(), id);
    return (blob && (await shrink(blob))) ?? pythonPicture(this.#app, id, 2 * SIDE);
  }

  /** @param {number} id @param {string | null} url */
  #keep(id, url) {
    this.#made.delete(id);
    this.#made.set(id, url);
    if (this.#made.size <= MOST) return;
    const [[oldest, dropped]] = this.#made;
    this.#made.delete(oldest);
    if (dropped) URL.revokeObjectURL(dropped);
  }

  #forget() {
    for (const url of this.#made.values()) if (url) URL.revokeObjectURL(url);
    this.#made.clear();
    this.#wanted.clear();
  }
}
