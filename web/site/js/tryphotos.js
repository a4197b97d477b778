import { element, writeAttribute } from "./dom.js";
import { nameOf } from "./format.js";
import { fetchNew } from "./samples.js";
import { texts } from "./texts.js";
import { thumbnail } from "./thumbnails.js";

/**
 * Sample photos that are new to a model, to press on; fetched when they are first shown.
 *
 * @param {HTMLElement} box
 * @param {"photos" | "logos" | "recognise"} page
 * @param {(photo: import("./types.js").Photo) => void} onPress
 */
export function createTryPhotos(box, page, onPress) {
  const row = element("div", { class: "try-photos" });
  box.append(row);
  /** @type {Promise<import("./protocol.js").NamedBlob[]> | null} */
  let fetched = null;

  /** @param {import("./protocol.js").NamedBlob} photo */
  function makeButton(photo) {
    const button = element("button", { type: "button", class: "quiet" }, thumbnail(photo, ""));
    for (const name of ["aria-label", "title"])
      writeAttribute(button, name, () => texts.recogniseSample(nameOf(photo.path)));
    button.addEventListener("click", () => onPress(photo));
    return button;
  }

  return {
    /** @param {(names: string[]) => boolean} wanted whether they are shown, by their files' names */
    async show(wanted) {
      fetched ??= fetchNew(page);
      try {
        const photos = await fetched;
        if (row.childElementCount === 0) row.append(...photos.map(makeButton));
        box.hidden = !wanted(photos.map(({ path }) => nameOf(path)));
      } catch {
        fetched = null; // without them, all else works; another time they may come
      }
    },
  };
}
