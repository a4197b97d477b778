import { appendInChunks, bar, element } from "./dom.js";
import { nameOf, percent } from "./format.js";
import { sentence } from "./sentences.js";
import { texts } from "./texts.js";
import { thumbnail } from "./thumbnails.js";

/**
 * @typedef {import("./types.js").Photo} Photo
 * @typedef {import("./protocol.js").Recognised} Recognised
 * @typedef {{ photo: Photo | null, prediction: Recognised }} Item photo: null where the file could not even be opened
 */

/** Classes shown of each photo, where nobody asks for more. */
const TOP = 3;

/** Photos shown at once, the others on request: a list of thousands makes every page slow. */
const AT_ONCE = 200;

/**
 * Show recognised photos at the top of the list.
 *
 * @param {HTMLElement} list
 * @param {Item[]} items
 * @param {number} [top] classes shown of each
 */
export async function showRecognised(list, items, top = TOP) {
  const group = element("ul", { class: "recognised" });
  list.prepend(group);
  await showNext(group, items, top);
}

/**
 * @param {HTMLElement} group
 * @param {Item[]} items
 * @param {number} top
 */
async function showNext(group, items, top) {
  const rest = items.slice(AT_ONCE);
  await appendInChunks(group, items.slice(0, AT_ONCE), (item) => makeItem(item, top), 8);
  if (rest.length === 0) return;
  const more = element("button", { type: "button", class: "quiet" }, () => texts.showMore(rest.length));
  group.after(more);
  more.addEventListener("click", async () => {
    const shown = group.children.length;
    more.remove();
    await showNext(group, rest, top);
    const next = /** @type {HTMLElement} */ (group.children[shown]);
    next.tabIndex = -1; // the button has gone; go on reading where it was
    next.focus({ preventScroll: true });
  });
}

/** @param {Item} item @param {number} most classes shown */
function makeItem({ photo, prediction }, most) {
  const { path, error, label = "", probability = 0, top = [] } = prediction;
  const file = element("p", { class: "file", title: path }, nameOf(path));
  const text = element("div", { class: "text" }, file, " ");
  const picture = photo ? [thumbnail(photo, "")] : [];
  if (error !== undefined) {
    text.append(element("p", { class: "reason" }, sentence(error)));
    return element("li", { class: "unread" }, ...picture, text);
  }
  const share = element("span", {}, () => percent(probability));
  text.append(element("p", { class: "verdict" }, element("strong", {}, label), " ", share), " ", makeBars(top.slice(0, most)));
  return element("li", {}, ...picture, text);
}

/** @param {NonNullable<Recognised["top"]>} guesses most probable first */
export function makeBars(guesses) {
  const bars = element("div", { class: "guesses" });
  for (const { label, probability, index, wordnetId } of guesses) {
    const title = index === undefined ? label : () => texts.imagenetClass(label, index, wordnetId ?? "");
    const share = element("span", { class: "share" }, () => percent(probability));
    bars.append(element("span", { class: "name", title }, label), bar(probability), " ", share, " ");
  }
  return bars;
}
