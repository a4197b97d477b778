import { element, writeAttribute } from "./dom.js";
import { nameOf, pathOf } from "./format.js";
import { texts } from "./texts.js";

/** @type {WeakMap<Element, string>} */
const urls = new WeakMap();

/**
 * A small picture of a photo; a neutral card with the file's extension where the browser cannot show it (TIFF).
 *
 * @param {import("./types.js").Photo} photo
 * @param {import("./dom.js").Text} alt
 */
export function thumbnail(photo, alt) {
  const url = URL.createObjectURL(photo instanceof File ? photo : photo.blob);
  const image = element("img", { class: "thumbnail", alt, loading: "lazy", decoding: "async" });
  urls.set(image, url);
  image.addEventListener("load", () => revoke(image), { once: true });
  image.addEventListener(
    "error",
    () => {
      revoke(image);
      image.replaceWith(placeholder(nameOf(pathOf(photo)), alt));
    },
    { once: true },
  );
  image.src = url;
  return image;
}

/** @param {string} name of a file @returns {string} what stands for a photo that cannot be shown: the name's ending */
export function kindOf(name) {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(dot + 1, dot + 6).toUpperCase() : texts.unknownKind;
}

/** @param {string} name @param {import("./dom.js").Text} alt */
function placeholder(name, alt) {
  const card = element("span", { class: "thumbnail placeholder" });
  // Its letters are a picture, not text that belongs to the list item.
  if (alt) {
    card.setAttribute("role", "img");
    writeAttribute(card, "aria-label", alt);
  } else {
    card.setAttribute("aria-hidden", "true");
  }
  card.dataset.kind = kindOf(name);
  return card;
}

/** @param {Element} image */
function revoke(image) {
  const url = urls.get(image);
  if (url !== undefined) URL.revokeObjectURL(url);
  urls.delete(image);
}

/**
 * Remove what a container holds, and let go of pictures that were never scrolled into view.
 *
 * @param {Element} container
 */
export function removeThumbnails(container) {
  for (const image of container.querySelectorAll("img")) revoke(image);
  container.replaceChildren();
}
