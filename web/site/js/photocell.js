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
  const { picture, cancel } = makePicture(app, id);
  const badge = element("span", { class: "photo-badge", "aria-hidden": "true" });
  const root = element("div", { class: "photo", role: "option", "data-photo": String(id) }, picture, badge);
  if (choosable) root.append(element("span", { class: "photo-tick", "aria-hidden": "true" }));
  return { root, badge, cancel };
}

/**
 * A photo's small picture, as soon as there is one; for the eye only.
 *
 * @param {import("./types.js").App} app
 * @param {number} id
 * @returns {{ picture: HTMLElement, cancel: () => void }}
 */
export function makePicture(app, id) {
  const empty = element("span", { class: "thumbnail placeholder", "aria-hidden": "true" });
  const picture = element("span", { class: "picture" }, empty);
  const cancel = picturesOf(app).want(id, (url) => {
    if (url) empty.replaceWith(element("img", { class: "thumbnail", alt: "", decoding: "async", src: url }));
    else empty.dataset.kind = kindOf(nameOf(photoPath(app.store.get(), id)));
  });
  return { picture, cancel };
}

/** @param {Event} event @returns {boolean} whether it is at the corner that chooses a photo */
export function isTick({ target }) {
  return target instanceof Element && target.closest(".photo-tick") !== null;
}
