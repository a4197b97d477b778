/** A class: its name, a switch, a menu, and its photos, of which the first row is shown until all are asked for. */
import { arrange, badgeOf, canArrange, describePhoto, placeOf } from "./album.js";
import { askClass } from "./classdialog.js";
import { createClassWays } from "./classways.js";
import { element, write, writeAttribute } from "./dom.js";
import { draggedPhotos } from "./dragged.js";
import { PhotoGrid } from "./grid.js";
import { acceptDrops } from "./intake.js";
import { createMenu } from "./menu.js";
import { createName } from "./name.js";
import { isFree } from "./state.js";
import { labels, texts } from "./texts.js";
import { createAddPhotos } from "./ways.js";

/**
 * @typedef {import("./types.js").App} App
 * @typedef {import("./calls.js").ClassCount} ClassCount
 */

export class ClassCard {
  root;
  #app;
  #grid;
  #menu;
  #name;
  #ways;
  #total = element("span", { class: "count" });
  #split = element("span", { class: "badge" });
  #enabled = element("input", { type: "checkbox", role: "switch" });
  #all = element("button", { type: "button", class: "quiet small", "aria-expanded": "false" });
  #open = false;
  /** @type {ClassCount} */
  #shown;

  /**
   * @param {App} app
   * @param {import("./selection.js").Selection} selection shared by all cards
   * @param {ClassCount} first
   */
  constructor(app, selection, first) {
    this.#app = app;
    this.#shown = first;
    const state = () => app.store.get();
    this.#name = createName({
      name: () => this.#shown.label,
      canEdit: () => canArrange(state()),
      onRename: (to) => {
        const { label } = this.#shown;
        return this.#arrange({ type: "renameClass", label, to }, () => texts.renamed(label, to));
      },
    });
    this.#ways = createClassWays(app, () => this.#shown.label);
    this.#grid = new PhotoGrid(app, {
      label: () => texts.photosOf(this.#shown.label),
      selection,
      describe: (id) => describePhoto(state(), id),
      badge: (id) => badgeOf(placeOf(state(), id)),
    });
    this.#menu = createMenu(
      () => texts.classMenu(this.#shown.label),
      () => this.#items(),
    );
    const toggle = element("label", { class: "switch" }, this.#enabled, element("span", { "aria-hidden": "true" }));
    const { heading, pencil } = this.#name;
    const head = element("div", { class: "class-head" }, heading, pencil, toggle, this.#menu.root);
    const { help, buttons } = this.#ways;
    const counts = element("div", { class: "class-counts" }, this.#total, " ", this.#split, help);
    const foot = element("div", { class: "class-foot" }, buttons, this.#all);
    this.root = element("li", { class: "class" }, head, counts, this.#grid.root, foot);
    this.#grid.fold(true);
    this.#listen();
    this.show(first);
  }

  /** @returns {string} the name of the class */
  get label() {
    return this.#shown.label;
  }

  /** @param {ClassCount} count what is in the class now */
  show(count) {
    const before = this.#shown;
    this.#shown = count;
    const { label, enabled, training, validation, test, photos } = count;
    if (before.label !== label || before === count) this.#showName();
    this.#ways.show(photos.length);
    write(this.#total, () => texts.photos(photos.length));
    write(this.#split, () => texts.split(training, validation, test));
    this.#split.hidden = validation + test === 0;
    this.#enabled.checked = enabled;
    this.root.dataset.enabled = String(enabled);
    const focused = this.root.contains(document.activeElement);
    this.#grid.show(photos);
    this.#showAll();
    if (focused && !this.root.contains(document.activeElement)) this.focus(); // the last photo has gone
  }

  #showName() {
    const { label } = this.#shown;
    this.#name.show();
    this.#menu.update();
    for (const name of ["aria-label", "title"]) writeAttribute(this.#enabled, name, () => texts.takesPart(label));
  }

  /** @param {import("./types.js").State} state */
  enable(state) {
    this.#enabled.disabled = !canArrange(state);
    this.#ways.enable(state);
  }

  focus() {
    this.#menu.button.focus();
  }

  rename() {
    this.#name.edit();
  }

  remove() {
    this.#grid.remove();
    this.root.remove();
  }

  #showAll() {
    const { photos } = this.#shown;
    const more = this.#grid.columns > 0 && photos.length > this.#grid.columns;
    this.#all.hidden = !more;
    write(this.#all, () => (this.#open ? labels.showLess : texts.showAll(photos.length)));
  }

  #listen() {
    this.#grid.root.addEventListener("columns", () => this.#showAll());
    this.#all.addEventListener("click", () => {
      this.#open = !this.#open;
      this.#all.setAttribute("aria-expanded", String(this.#open));
      this.#grid.fold(!this.#open);
      this.#showAll();
    });
    this.#enabled.addEventListener("change", () => {
      const enabled = this.#enabled.checked;
      this.#arrange({ type: "enableClass", label: this.#shown.label, enabled });
    });
    this.root.addEventListener("keydown", (event) => {
      if (event.key === "F2") this.rename();
    });
    this.#acceptPhotos();
  }

  /** Photos of other classes can be dragged here, and files. */
  #acceptPhotos() {
    const { root } = this;
    const isOpen = (/** @type {DragEvent} */ event) =>
      draggedPhotos(event).length === 0 && isFree(this.#app.store.get(), "loading", "adding");
    acceptDrops(root, isOpen, (source) => {
      if (source) createAddPhotos(this.#app, () => this.#shown.label).add(source);
      else this.#app.status.fail(() => texts.noFiles);
    });
    root.addEventListener("dragover", (event) => {
      if (draggedPhotos(event).length === 0 || !canArrange(this.#app.store.get())) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.dataTransfer) event.dataTransfer.dropEffect = "move";
      root.dataset.over = "true";
    });
    root.addEventListener("dragleave", ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node && root.contains(relatedTarget))) delete root.dataset.over;
    });
    root.addEventListener("drop", (event) => {
      delete root.dataset.over;
      const photos = draggedPhotos(event);
      if (photos.length === 0) return;
      event.preventDefault();
      event.stopPropagation();
      movePhotos(this.#app, photos, this.#shown.label);
    });
  }

  #items() {
    const { label } = this.#shown;
    const { album } = this.#app.store.get();
    const open = canArrange(this.#app.store.get());
    const others = (album?.classes ?? []).map((other) => other.label).filter((other) => other !== label);
    return [
      { text: () => labels.mergeInto, act: () => this.#merge(others), disabled: !open || others.length === 0 },
      {
        text: () => labels.deleteClass,
        act: () => this.#arrange({ type: "deleteClass", label }, () => texts.deletedClass(label)),
        disabled: !open,
      },
    ];
  }

  /** @param {string[]} classes */
  async #merge(classes) {
    const { label } = this.#shown;
    const to = await askClass({
      title: () => texts.mergeTitle(label),
      action: () => labels.merge,
      classes,
      anew: false,
    });
    if (to) await this.#arrange({ type: "mergeClasses", labels: [label, to], to }, () => texts.merged(label, to));
  }

  /** @param {import("./calls.js").Edit} edit @param {import("./dom.js").Text} [said] */
  async #arrange(edit, said) {
    if (!(await arrange(this.#app, edit, said))) this.#enabled.checked = this.#shown.enabled;
  }
}

/** @param {App} app @param {number[]} photos @param {string} to name of a class */
export function movePhotos(app, photos, to) {
  const { store } = app;
  const moving = photos.filter((id) => placeOf(store.get(), id)?.label !== to);
  if (moving.length === 0) return Promise.resolve(false);
  return arrange(app, { type: "movePhotos", photos: moving, to }, () => texts.moved(moving.length, to));
}
