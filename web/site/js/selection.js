/** Which photos are chosen; several grids may share a selection. */
export class Selection {
  /** @type {Set<number>} */
  #ids = new Set();
  /** @type {Set<() => void>} */
  #listeners = new Set();

  get size() {
    return this.#ids.size;
  }

  /** @param {number} id */
  has(id) {
    return this.#ids.has(id);
  }

  /** @returns {number[]} in the order in which they were chosen */
  ids() {
    return [...this.#ids];
  }

  /** @param {Iterable<number>} ids the chosen ones from now on */
  replace(ids) {
    this.#ids = new Set(ids);
    for (const listener of this.#listeners) listener();
  }

  /** @param {Iterable<number>} ids chosen too */
  add(ids) {
    this.replace([...this.#ids, ...ids]);
  }

  /** @param {number} id chosen if it was not, and the other way round */
  toggle(id) {
    if (this.#ids.has(id)) this.replace(this.ids().filter((chosen) => chosen !== id));
    else this.add([id]);
  }

  /** @param {() => void} listener called after every change @returns {() => void} ends that */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
