import { photoPath } from "./album.js";
import { element } from "./dom.js";
import { nameOf } from "./format.js";
import { picturesOf } from "./pictures.js";
import { kindOf } from "./thumbnails.js";

/** @typedef {{ root: HTMLElement, badge: HTMLElement, cancel: () => void }} PhotoCell  cancel: no picture is needed any more */

/**
 * A photo in a grid: its picture, as soon as there is one, with room for a badge and a corner to choose it by.
 *
 * @param {import("./types.js").App} app
 * @param {number} id
 * @param {boolean} choosable
 * @returns {PhotoCell}
 */
export function makePhotoCell(app, id, choosable) {
  const empty = element("span", { class: "thumbnail placeholder" });
  const badge = element("span", { class: "photo-badge", "aria-hidden": "true" });
  const root = element("div", { class: "photo", role: "option", "data-photo": String(id) }, empty, badge);
  if (choosable) root.append(element("span", { class: "photo-tick", "aria-hidden": "true" }));
  const cancel = picturesOf(app).want(id, (url) => {
    if (url) empty.replaceWith(element("img", { class: "thumbnail", alt: "", decoding: "async", src: url }));
    else empty.dataset.kind = kindOf(nameOf(photoPath(app.store.get(), id)));
  });
  return { root, badge, cancel };
}

/** @param {Event} event @returns {boolean} whether it is at the corner that chooses a photo */
export function isTick({ target }) {
  return target instanceof Element && target.closest(".photo-tick") !== null;
}
