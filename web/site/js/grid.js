/**
 * Photos by their ids, as many as there are: only those in sight are in the document.
 *
 *     const grid = new PhotoGrid(app, { label: () => texts.mistakes });
 *     box.append(grid.root);
 *     grid.show([3, 14, 15]);            // ids, in the order to show them in; again whenever they change
 *
 * A click, or Enter, opens a larger view (photodialog.js) whose arrows go through the ids. With a `selection`
 * (selection.js; grids may share one), photos are chosen by a click, with Ctrl or Shift more of them, by the corner of
 * a photo or a long touch, and with arrows, Space, Shift and Ctrl+A; a double click opens; chosen photos can be dragged
 * (dragged.js). Keys that the grid does not know bubble on, such as Delete.
 */
import { describePhoto } from "./album.js";
import { element, write, writeAttribute } from "./dom.js";
import { dragPhotos } from "./dragged.js";
import { isTick, makePhotoCell } from "./photocell.js";
import { openPhoto } from "./photodialog.js";
import { onLongTouch } from "./touch.js";

/**
 * @typedef {import("./types.js").App} App
 * @typedef {import("./dom.js").Text} Text
 * @typedef {{
 *   label: Text,
 *   selection?: import("./selection.js").Selection,
 *   describe?: (id: number) => string,
 *   badge?: (id: number) => string,
 *   details?: (id: number) => Node[],
 * }} GridOptions  label: what the grid is called; describe: a photo in words, its class and name by default; badge: a
 *   word laid over it, "" for none; details: what else the larger view shows
 * @typedef {import("./photocell.js").PhotoCell} PhotoCell
 */

/** Smallest side of a cell, larger for fingers, and the room between cells, in CSS pixels. */
const SIDE = matchMedia("(pointer: coarse)").matches ? 72 : 56;
const GAP = 6;
/** Rows in the document above and below those in sight. */
const MORE_ROWS = 2;

/** @typedef {{ width: number, scrollTop: number, clientHeight: number }} Sizes  of a grid's boxes */

export class PhotoGrid {
  /** @type {WeakMap<Element, PhotoGrid>} */
  static #grids = new WeakMap();
  /** One for all grids: their sizes are read before the first of them changes anything, which has the page laid out anew. */
  static #observer = new ResizeObserver((entries) => {
    const grids = entries.flatMap(({ target }) => PhotoGrid.#grids.get(target) ?? []);
    const sizes = grids.map((grid) => grid.#sizes());
    for (const [i, grid] of grids.entries()) grid.#measure(sizes[i]);
  });
  root;
  #app;
  #options;
  #sheet = element("div", { class: "photo-sheet", role: "listbox" });
  /** @type {number[]} */
  #ids = [];
  #oneRow = false;
  #columns = 0;
  #step = 0;
  /** By id, those in the document. @type {Map<number, PhotoCell>} */
  #cells = new Map();
  /** Position of the photo that the keyboard is at, and where a range begins. */
  #active = 0;
  #anchor = 0;
  #stopListening;

  /** @param {App} app @param {GridOptions} options */
  constructor(app, options) {
    this.#app = app;
    this.#options = options;
    this.root = element("div", { class: "photo-grid" }, this.#sheet);
    if (options.selection) this.#sheet.setAttribute("aria-multiselectable", "true");
    this.#stopListening = options.selection?.subscribe(() => this.#showChosen());
    this.root.addEventListener("scroll", () => requestAnimationFrame(() => this.#render()), { passive: true });
    PhotoGrid.#grids.set(this.root, this);
    PhotoGrid.#observer.observe(this.root);
    this.#listen();
  }

  /** @param {number[]} ids of the photos, in the order to show them in */
  show(ids) {
    const focused = this.#hasFocus();
    const last = this.#ids[this.#active];
    this.#ids = ids;
    writeAttribute(this.#sheet, "aria-label", this.#options.label);
    // Where the photo has gone, the one that took its place.
    const position = ids.indexOf(last);
    this.#active = Math.max(0, position >= 0 ? position : Math.min(this.#active, ids.length - 1));
    for (const [id, cell] of this.#cells) this.#describe(id, cell);
    this.#render();
    if (focused) this.focus();
  }

  /** @param {boolean} oneRow whether only the first row is shown */
  fold(oneRow) {
    this.#oneRow = oneRow;
    this.root.dataset.folded = String(oneRow);
    if (oneRow) this.root.scrollTop = 0;
    this.#render();
  }

  /** How many photos a row has; 0 while the grid is not on the page. */
  get columns() {
    return this.#columns;
  }

  /** @param {number} [id] give this photo the keyboard's focus; by default the one that had it last */
  focus(id) {
    const position = id === undefined ? this.#active : this.#ids.indexOf(id);
    if (this.#columns > 0 && position >= 0 && position < this.#count()) this.#go(position);
  }

  /** Let go of everything; the grid is not used again. */
  remove() {
    this.#stopListening?.();
    PhotoGrid.#observer.unobserve(this.root);
    for (const id of [...this.#cells.keys()]) this.#drop(id);
    this.root.remove();
  }

  #count() {
    return this.#oneRow ? Math.min(this.#columns, this.#ids.length) : this.#ids.length;
  }

  #hasFocus() {
    return this.#sheet.contains(document.activeElement);
  }

  /** @returns {Sizes} */
  #sizes() {
    const { scrollTop, clientHeight } = this.root;
    return { width: this.#sheet.clientWidth, scrollTop, clientHeight };
  }

  /** @param {Sizes} sizes */
  #measure(sizes) {
    const { width } = sizes;
    if (width === 0) return;
    const before = this.#columns;
    this.#columns = Math.max(3, Math.floor((width + GAP) / (SIDE + GAP)));
    this.#step = (width + GAP) / this.#columns;
    this.#sheet.style.setProperty("--side", `${this.#step - GAP}px`);
    this.#render(sizes);
    if (before !== this.#columns) this.root.dispatchEvent(new CustomEvent("columns"));
  }

  /**
   * Put what is in sight into the document, and take out what is not.
   *
   * @param {Sizes} [sizes] where they are known
   */
  #render(sizes) {
    if (this.#columns === 0) return;
    const { scrollTop, clientHeight } = sizes ?? this.root;
    const count = this.#count();
    const rows = Math.ceil(count / this.#columns);
    this.#sheet.hidden = count === 0;
    this.#sheet.style.setProperty("--height", `${Math.max(0, rows * this.#step - GAP)}px`);
    const first = Math.max(0, Math.floor(scrollTop / this.#step) - MORE_ROWS);
    const end = Math.ceil((scrollTop + (clientHeight || this.#step)) / this.#step) + MORE_ROWS;
    const wanted = new Set();
    // The photo that the keyboard is at stays, so that Tab comes back to it.
    if (this.#active < count) wanted.add(this.#active);
    for (let i = first * this.#columns; i < Math.min(end * this.#columns, count); i++) wanted.add(i);
    const ids = new Set([...wanted].map((position) => this.#ids[position]));
    for (const id of [...this.#cells.keys()]) if (!ids.has(id)) this.#drop(id);
    for (const position of [...wanted].sort((a, b) => a - b)) this.#place(position, count);
  }

  /** @param {number} position @param {number} count */
  #place(position, count) {
    const id = this.#ids[position];
    const cell = this.#cells.get(id) ?? this.#make(id);
    const { root } = cell;
    root.style.setProperty("--x", `${(position % this.#columns) * this.#step}px`);
    root.style.setProperty("--y", `${Math.floor(position / this.#columns) * this.#step}px`);
    root.setAttribute("aria-posinset", String(position + 1));
    root.setAttribute("aria-setsize", String(count));
    root.tabIndex = position === this.#active ? 0 : -1;
  }

  /** @param {number} id @returns {PhotoCell} */
  #make(id) {
    const { selection } = this.#options;
    const cell = makePhotoCell(this.#app, id, selection !== undefined);
    if (selection) cell.root.setAttribute("aria-selected", String(selection.has(id)));
    this.#cells.set(id, cell);
    this.#describe(id, cell);
    this.#sheet.append(cell.root);
    return cell;
  }

  /** @param {number} id @param {PhotoCell} cell */
  #describe(id, { root, badge }) {
    const describe = this.#options.describe ?? ((photo) => describePhoto(this.#app.store.get(), photo));
    writeAttribute(root, "aria-label", () => [describe(id), this.#options.badge?.(id)].filter(Boolean).join(", "));
    write(badge, () => this.#options.badge?.(id) ?? "");
  }

  /** @param {number} id */
  #drop(id) {
    const cell = this.#cells.get(id);
    cell?.cancel();
    cell?.root.remove();
    this.#cells.delete(id);
  }

  #showChosen() {
    const { selection } = this.#options;
    for (const [id, { root }] of this.#cells) root.setAttribute("aria-selected", String(selection?.has(id)));
  }

  /** @param {number} position where the keyboard is from now on, scrolled into view */
  #go(position) {
    this.#active = position;
    const top = Math.floor(position / this.#columns) * this.#step;
    const { clientHeight, scrollTop } = this.root;
    if (top < scrollTop) this.root.scrollTop = top;
    else if (top + this.#step > scrollTop + clientHeight) this.root.scrollTop = top + this.#step - clientHeight;
    this.#render();
    this.#cells.get(this.#ids[position])?.root.focus({ preventScroll: true });
  }

  /** @param {number} position choose all from where the range began to here */
  #chooseTo(position) {
    const [from, to] = [Math.min(this.#anchor, position), Math.max(this.#anchor, position)];
    this.#options.selection?.replace(this.#ids.slice(from, to + 1));
  }

  /** @param {number} position */
  #open(position) {
    openPhoto(this.#app, this.#ids.slice(0, this.#count()), this.#ids[position], {
      ...this.#options,
      onClose: (id) => this.focus(id),
    });
  }

  #listen() {
    const sheet = this.#sheet;
    sheet.addEventListener("keydown", (event) => {
      if (this.#press(event)) event.preventDefault();
    });
    sheet.addEventListener("focusin", (event) =>
      this.#at(event, (position) => {
        if (position === this.#active) return;
        this.#active = position;
        this.#render();
      }),
    );
    onLongTouch(sheet, "[data-photo]", (target) => this.#at({ target }, (position) => this.#toggle(position)));
    sheet.addEventListener("click", (event) => this.#at(event, (position) => this.#click(event, position)));
    sheet.addEventListener("dblclick", (event) => {
      if (this.#options.selection && !isTick(event)) this.#at(event, (position) => this.#open(position));
    });
    sheet.addEventListener("pointerdown", (event) => {
      // A long touch chooses; with a mouse, photos are dragged.
      const draggable = event.pointerType === "mouse" && this.#options.selection !== undefined;
      this.#at(event, (_, photo) => (photo.draggable = draggable));
    });
    sheet.addEventListener("dragstart", (event) => this.#at(event, (position) => this.#drag(event, position)));
  }

  /** @param {MouseEvent} event @param {number} position */
  #click(event, position) {
    const { selection } = this.#options;
    const touch = "pointerType" in event && event.pointerType === "touch";
    if (!selection || (touch && selection.size === 0)) return this.#open(position);
    this.#go(position);
    if (event.shiftKey) return this.#chooseTo(position);
    if (event.ctrlKey || event.metaKey || touch || isTick(event)) return this.#toggle(position);
    this.#anchor = position;
    selection.replace([this.#ids[position]]);
  }

  /** @param {number} position */
  #toggle(position) {
    this.#anchor = position;
    this.#options.selection?.toggle(this.#ids[position]);
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether it was for the grid */
  #press(event) {
    const { selection } = this.#options;
    const control = event.ctrlKey || event.metaKey;
    if (event.key === "Enter") this.#open(this.#active);
    else if (event.key === " " && selection && event.shiftKey) this.#chooseTo(this.#active);
    else if (event.key === " " && selection) this.#toggle(this.#active);
    else if (event.key === "a" && control && selection) selection.replace(this.#ids);
    else if (event.key === "Escape" && selection && selection.size > 0) selection.replace([]);
    else if (!control) return this.#walk(event);
    else return false;
    return true;
  }

  /** @param {KeyboardEvent} event @returns {boolean} */
  #walk({ key, shiftKey }) {
    const last = this.#count() - 1;
    const page = Math.max(1, Math.floor(this.root.clientHeight / this.#step)) * this.#columns;
    /** @type {Record<string, number>} */
    const targets = {
      ArrowLeft: this.#active - 1,
      ArrowRight: this.#active + 1,
      ArrowUp: this.#active - this.#columns,
      ArrowDown: this.#active + this.#columns,
      PageUp: Math.max(0, this.#active - page),
      PageDown: Math.min(last, this.#active + page),
      Home: 0,
      End: last,
    };
    const target = targets[key];
    if (target === undefined) return false;
    if (target < 0 || target > last) return true;
    if (!shiftKey) this.#anchor = target;
    this.#go(target);
    if (shiftKey && this.#options.selection) this.#chooseTo(target);
    return true;
  }

  /** @param {DragEvent} event @param {number} position */
  #drag({ dataTransfer }, position) {
    const { selection } = this.#options;
    if (!selection || !dataTransfer) return;
    if (!selection.has(this.#ids[position])) selection.replace([this.#ids[position]]);
    dragPhotos(dataTransfer, selection.ids());
  }

  /**
   * Do something with the photo that an event is at, if it is at one.
   *
   * @param {Pick<Event, "target">} event
   * @param {(position: number, photo: HTMLElement) => void} act
   */
  #at({ target }, act) {
    const photo = target instanceof Element ? target.closest("[data-photo]") : null;
    const position = photo instanceof HTMLElement ? this.#ids.indexOf(Number(photo.dataset.photo)) : -1;
    if (photo instanceof HTMLElement && position >= 0) act(position, photo);
  }
}
