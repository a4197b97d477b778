import { element } from "./dom.js";
import { labels, texts } from "./texts.js";

/**
 * @typedef {import("./calls.js").FoldersQuestion} FoldersQuestion
 * @typedef {import("./calls.js").FoldersReading} Reading
 * @typedef {import("./calls.js").Branch} Branch
 */

let made = 0;

/**
 * Ask how folders of photos are meant, in a dialog: each way as a small tree with counts, the likelier first.
 *
 * @param {FoldersQuestion} question
 * @returns {Promise<Reading | null>} null: the visitor thought better of it
 */
export function askFolders({ readings }) {
  const id = `ask-folders-${++made}`;
  const ways = readings.map((reading, i) => {
    const input = element("input", { type: "radio", name: id, value: String(i) });
    input.checked = i === 0;
    const title = element("span", { class: "name" }, () => texts.foldersWay(reading.labelBy, reading.classes));
    const way = element("div", { class: "way" }, element("label", {}, input, title), ...describe(reading));
    return { reading, input, way };
  });
  const heading = element("h2", { id: `${id}-title` }, () => texts.foldersTitle);
  const cancel = element("button", { type: "button" }, () => labels.cancel);
  const go = element("button", { type: "submit", class: "primary" }, () => labels.addNow);
  const form = element(
    "form",
    { method: "dialog" },
    heading,
    element("p", { class: "note" }, () => texts.foldersLead),
    element("div", { class: "readings", role: "radiogroup", "aria-labelledby": heading.id }, ...ways.map((w) => w.way)),
    element("div", { class: "dialog-foot" }, cancel, go),
  );
  const dialog = element("dialog", { class: "dialog wide", "aria-labelledby": heading.id }, form);
  /** @type {Reading | null} */
  let answer = null;
  form.addEventListener("submit", () => {
    answer = ways.find(({ input }) => input.checked)?.reading ?? null;
  });
  cancel.addEventListener("click", () => dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  ways[0]?.input.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
  });
}

/** @param {Reading} reading */
function describe({ tree, classes, leftOut }) {
  const parts = [branches(tree, classes - tree.length, texts.moreClasses)];
  return leftOut > 0 ? [...parts, element("p", { class: "note" }, () => texts.photosLeftOut(leftOut))] : parts;
}

/** @param {Branch[]} tree @param {number} more @param {(n: number) => string} moreOf @returns {HTMLUListElement} */
function branches(tree, more, moreOf) {
  const items = tree.map(({ name, photos, branches: folders, more: others }) => {
    const item = element(
      "li",
      {},
      name,
      element("span", { class: "note" }, () => texts.photosThere(photos)),
    );
    if (folders.length > 0) item.append(branches(folders, others, texts.moreFolders));
    return item;
  });
  if (more > 0) items.push(element("li", { class: "note" }, () => moreOf(more)));
  return element("ul", {}, ...items);
}
