import { element, pause, write } from "./dom.js";
import { nameOf, pathOf } from "./format.js";
import { texts } from "./texts.js";
import { removeThumbnails, thumbnail } from "./thumbnails.js";

/**
 * @typedef {import("./protocol.js").Added} Added
 * @typedef {import("./protocol.js").ClassCount} ClassCount
 * @typedef {import("./types.js").Photo} Photo
 * @typedef {{ root: HTMLElement, total: HTMLElement, split: HTMLElement, grid: HTMLElement, more: HTMLElement }} Card
 */

/** Thumbnails a class has at most, and all classes together: thousands would make the page slow and show nothing. */
const MOST_PER_CLASS = 12;
const MOST_IN_ALL = 360;
const FEWEST_PER_CLASS = 3;

/**
 * The classes with their thumbnails and counts.
 *
 * @param {HTMLElement} list
 */
export function createClassList(list) {
  /** @type {Map<string, Card>} */
  const cards = new Map();

  return {
    /** @param {Photo[]} photos what was added @param {Added} result what became of it */
    async add(photos, { added, classes }) {
      const room = roomPerClass(classes.length);
      const byLabel = firstOfEach(added, room);
      for (const [position, count] of classes.entries()) {
        const card = cards.get(count.label) ?? createCard(count.label);
        cards.set(count.label, card);
        if (list.children[position] !== card.root) list.insertBefore(card.root, list.children[position] ?? null);
        const indices = (byLabel.get(count.label) ?? []).slice(0, Math.max(0, room - card.grid.children.length));
        card.grid.append(...indices.map((index) => makeThumbnail(photos[index], count.label)));
        showCounts(card, count);
        if (position % 3 === 2) await pause();
      }
    },
    clear() {
      cards.clear();
      removeThumbnails(list);
    },
  };
}

/** @param {number} nClasses */
function roomPerClass(nClasses) {
  return Math.max(FEWEST_PER_CLASS, Math.min(MOST_PER_CLASS, Math.floor(MOST_IN_ALL / nClasses)));
}

/**
 * @param {Added["added"]} added
 * @param {number} room
 * @returns {Map<string, number[]>} indices by label
 */
function firstOfEach(added, room) {
  /** @type {Map<string, number[]>} */
  const byLabel = new Map();
  for (const { index, label } of added) {
    const indices = byLabel.get(label) ?? [];
    if (indices.length < room && index !== null) indices.push(index);
    byLabel.set(label, indices);
  }
  return byLabel;
}

/** @param {string} label @returns {Card} */
function createCard(label) {
  const total = element("span", { class: "count" });
  const split = element("span", { class: "badge" });
  const grid = element("div", { class: "thumbnails" });
  const more = element("p", { class: "more" });
  const head = element("div", { class: "class-head" }, element("h3", {}, label), total, split);
  return { root: element("li", { class: "class" }, head, grid, more), total, split, grid, more };
}

/** @param {Card} card @param {ClassCount} count */
function showCounts(card, { training, validation }) {
  const total = training + validation;
  write(card.total, () => texts.photos(total));
  write(card.split, () => texts.split(training, validation));
  card.split.hidden = validation === 0;
  const hidden = total - card.grid.children.length;
  write(card.more, () => (hidden > 0 ? texts.more(hidden) : ""));
}

/** @param {Photo} photo @param {string} label */
function makeThumbnail(photo, label) {
  return thumbnail(photo, () => texts.photoOf(label, nameOf(pathOf(photo))));
}
