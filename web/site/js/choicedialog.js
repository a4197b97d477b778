import { element } from "./dom.js";
import { GO, ask } from "./question.js";
import { labels, texts } from "./texts.js";

/**
 * @typedef {import("./calls.js").FoldersQuestion} FoldersQuestion
 * @typedef {import("./calls.js").FoldersReading} FoldersReading
 * @typedef {import("./calls.js").NamesQuestion} NamesQuestion
 * @typedef {import("./calls.js").Letters} Letters
 * @typedef {import("./calls.js").Branch} Branch
 * @typedef {import("./dom.js").Text} Text
 * @typedef {{ title: Text, parts: HTMLElement[] }} Way  parts: what it would give
 */

let made = 0;

/**
 * Ask how folders of photos are meant: each way as a small tree with counts, the likelier first.
 *
 * @param {FoldersQuestion} question
 * @returns {Promise<FoldersReading | null>} null: the visitor thought better of it
 */
export async function askFolders({ readings }) {
  const ways = readings.map((reading) => ({
    title: () => texts.foldersWay(reading.labelBy, reading.classes),
    parts: describe(reading),
  }));
  const chosen = await choose(
    () => texts.foldersTitle,
    () => texts.foldersLead,
    ways,
  );
  return readings[chosen] ?? null;
}

/**
 * Ask which letters names in a zip, or a table, are written in: some of them in each way, the likelier first.
 *
 * @param {NamesQuestion} question
 * @returns {Promise<Letters | null>} null: the visitor thought better of it
 */
export async function askLetters({ path, readings }) {
  const ways = readings.map(({ encoding, examples }) => ({
    title: encoding,
    parts: [element("ul", {}, ...examples.map((text) => element("li", {}, text)))],
  }));
  const chosen = await choose(
    () => texts.lettersTitle(path),
    () => texts.lettersLead,
    ways,
  );
  return readings[chosen] ?? null;
}

/**
 * Let one of several ways be chosen, in a dialog.
 *
 * @param {() => string} title
 * @param {() => string} lead
 * @param {Way[]} ways
 * @returns {Promise<number>} which; -1 where the visitor thought better of it
 */
async function choose(title, lead, ways) {
  const id = `choice-${++made}`;
  const inputs = ways.map((_, i) => element("input", { type: "radio", name: id, value: String(i) }));
  if (inputs[0]) inputs[0].checked = true;
  const shown = ways.map((way, i) => {
    const label = element("label", {}, inputs[i] ?? "", element("span", {}, way.title));
    return element("div", { class: "way" }, label, ...way.parts);
  });
  const answer = await ask({
    title,
    parts: (heading) => [
      element("p", { class: "note" }, lead),
      element("div", { class: "ways", role: "radiogroup", "aria-labelledby": heading.id }, ...shown),
    ],
    action: () => labels.addNow,
    wide: true,
    focus: inputs[0],
  });
  return answer === GO ? inputs.findIndex(({ checked }) => checked) : -1;
}

/** @param {FoldersReading} reading */
function describe({ tree, classes, leftOut }) {
  const parts = [/** @type {HTMLElement} */ (branches(tree, classes - tree.length, texts.moreClasses))];
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
