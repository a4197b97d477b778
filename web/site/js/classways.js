import { element, write, writeAttribute } from "./dom.js";
import { isFree } from "./state.js";
import { labels, texts } from "./texts.js";
import { createAddPhotos } from "./ways.js";

/**
 * How photos come into one class: two buttons, and how many more would help.
 *
 * @param {import("./types.js").App} app
 * @param {() => string} label of the class, as it is now
 */
export function createClassWays(app, label) {
  const camera = element("button", { type: "button", class: "way-camera" }, () => labels.camera);
  const files = element("button", { type: "button", class: "way-photos" }, () => labels.photosTitle);
  const help = element("p", { class: "note more-help" });
  const { record, choose } = createAddPhotos(app, label);
  camera.addEventListener("click", record);
  files.addEventListener("click", choose);
  return {
    buttons: element("div", { class: "class-ways" }, camera, files),
    help,
    /** @param {number} n photos that are in the class */
    show(n) {
      writeAttribute(camera, "aria-label", () => texts.wayInto(labels.camera, label()));
      writeAttribute(files, "aria-label", () => texts.wayInto(labels.photosTitle, label()));
      write(help, () => texts.morePhotos(n));
      help.hidden = texts.morePhotos(n) === "";
    },
    /** @param {import("./types.js").State} state */
    enable(state) {
      camera.disabled = files.disabled = !isFree(state, "loading", "adding");
    },
  };
}
