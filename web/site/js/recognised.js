import { appendInChunks, bar, element } from "./dom.js";
import { nameOf, percent } from "./format.js";
import { texts } from "./texts.js";
import { thumbnail } from "./thumbnails.js";

/**
 * @typedef {import("./types.js").Photo} Photo
 * @typedef {import("./protocol.js").Recognised} Recognised
 * @typedef {{ photo: Photo | null, prediction: Recognised }} Item photo: null where the file could not even be opened
 */

const TOP = 3;

/** Photos shown at once, the others on request: a list of thousands makes every page slow. */
const AT_ONCE = 200;

/**
 * Show recognised photos at the top of the list.
 *
 * @param {HTMLElement} list
 * @param {Item[]} items
 */
export async function showRecognised(list, items) {
  const group = element("ul", { class: "recognised" });
  list.prepend(group);
  await showNext(group, items);
}

/**
 * @param {HTMLElement} group
 * @param {Item[]} items
 */
async function showNext(group, items) {
  const rest = items.slice(AT_ONCE);
  await appendInChunks(group, items.slice(0, AT_ONCE), makeItem, 8);
  if (rest.length === 0) return;
  const more = element("button", { type: "button", class: "quiet" }, texts.showMore(rest.length));
  group.after(more);
  more.addEventListener("click", async () => {
    const shown = group.children.length;
    more.remove();
    await showNext(group, rest);
    const next = /** @type {HTMLElement} */ (group.children[shown]);
    next.tabIndex = -1; // the button has gone; go on reading where it was
    next.focus({ preventScroll: true });
  });
}

/** @param {Item} item */
function makeItem({ photo, prediction }) {
  const { path, error, label = "", probability = 0, top = [] } = prediction;
  const file = element("p", { class: "file", title: path }, nameOf(path));
  const text = element("div", { class: "text" }, file, " ");
  const picture = photo ? [thumbnail(photo, "")] : [];
  if (error !== undefined) {
    text.append(element("p", { class: "reason" }, error));
    return element("li", { class: "unread" }, ...picture, text);
  }
  const share = element("span", {}, percent(probability));
  text.append(element("p", { class: "verdict" }, element("strong", {}, label), " ", share), " ", makeBars(top));
  return element("li", {}, ...picture, text);
}

/** @param {{ label: string, probability: number }[]} guesses most probable first */
function makeBars(guesses) {
  const bars = element("div", { class: "guesses" });
  for (const { label, probability } of guesses.slice(0, TOP)) {
    const share = element("span", { class: "share" }, percent(probability));
    bars.append(element("span", { class: "name" }, label), bar(probability), " ", share, " ");
  }
  return bars;
}
