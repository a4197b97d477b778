/**
 * Models and projects that come in otherwise than by their own buttons, such as where photos are dropped.
 *
 * @typedef {import("./types.js").App} App
 * @typedef {import("./types.js").Photo} Photo
 * @typedef {"model" | "project"} Kind
 * @typedef {(source: () => Promise<Photo[]>) => void} Opener
 */

/** What opens them on each page. @type {Record<Kind, WeakMap<App["store"], Opener>>} */
const openers = { model: new WeakMap(), project: new WeakMap() };

/** @param {Pick<App, "store">} app @param {Kind} kind @param {Opener} open */
export function registerOpener({ store }, kind, open) {
  openers[kind].set(store, open);
}

/** @param {App} app @param {Kind} kind @param {Photo[]} files */
export function openAs({ store }, kind, files) {
  openers[kind].get(store)?.(async () => files);
}
