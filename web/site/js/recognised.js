import { appendInChunks, bar, element } from "./dom.js";
import { nameOf, percent } from "./format.js";
import { sentence } from "./sentence.js";
import { texts } from "./texts.js";
import { thumbnail } from "./thumbnails.js";

/**
 * @typedef {import("./types.js").Photo} Photo
 * @typedef {import("./calls.js").Recognised} Recognised
 * @typedef {(photo: Photo, label: string) => void} Explain
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
 * @param {Explain} [explain] shows where in a photo the model looked
 */
export async function showRecognised(list, items, top = TOP, explain) {
  const group = element("ul", { class: "recognised" });
  list.prepend(group);
  await showNext(group, items, (item) => makeItem(item, top, explain));
}

/**
 * @param {HTMLElement} group
 * @param {Item[]} items
 * @param {(item: Item) => HTMLElement} make
 */
async function showNext(group, items, make) {
  const rest = items.slice(AT_ONCE);
  await appendInChunks(group, items.slice(0, AT_ONCE), make, 8);
  if (rest.length === 0) return;
  const more = element("button", { type: "button", class: "quiet" }, () => texts.showMore(rest.length));
  group.after(more);
  more.addEventListener("click", async () => {
    const shown = group.children.length;
    more.remove();
    await showNext(group, rest, make);
    const next = /** @type {HTMLElement} */ (group.children[shown]);
    next.tabIndex = -1; // the button has gone; go on reading where it was
    next.focus({ preventScroll: true });
  });
}

/** @param {Item} item @param {number} most classes shown @param {Explain} [explain] */
function makeItem({ photo, prediction }, most, explain) {
  const { path, error, label = "", top = [] } = prediction;
  const file = element("p", { class: "file", title: path }, nameOf(path));
  const text = element("div", { class: "text" }, file, " ");
  const picture = photo ? [thumbnail(photo, "")] : [];
  if (error !== undefined) {
    text.append(element("p", { class: "reason" }, sentence(error, prediction)));
    return element("li", { class: "unread" }, ...picture, text);
  }
  text.append(makeVerdict(prediction), " ", makeBars(top.slice(0, most)));
  if (photo && explain) {
    const where = element(
      "button",
      { type: "button", class: "small", "aria-label": () => `${texts.whereDidItLook} ${nameOf(path)}` },
      () => texts.whereDidItLook,
    );
    where.addEventListener("click", () => explain(photo, label));
    text.append(where);
  }
  return element("li", {}, ...picture, text);
}

/** @param {Omit<Recognised, "path">} prediction */
export function makeVerdict({ label = "", probability = 0, rejected }) {
  if (rejected) {
    const guess = element("span", { class: "guess" }, () => texts.bestGuess(label, percent(probability)));
    return element(
      "p",
      { class: "verdict" },
      element("strong", {}, () => texts.noneOfThese),
      " ",
      guess,
    );
  }
  return element(
    "p",
    { class: "verdict" },
    element("strong", {}, label),
    " ",
    element("span", {}, () => percent(probability)),
  );
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
