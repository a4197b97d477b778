import { appendInChunks, element } from "./dom.js";
import { number, ratio } from "./format.js";
import { texts } from "./texts.js";

/** @typedef {import("./protocol.js").Evaluation} Evaluation */

/** Cells that are made before the page may breathe. */
const CELLS_AT_ONCE = 1000;

/** @param {HTMLTableElement} table @param {Evaluation} evaluation */
export async function fillConfusion(table, { labels, confusion }) {
  const head = element("tr", {}, element("th", { scope: "col" }, () => texts.trueClass));
  head.append(...labels.map((label) => element("th", { scope: "col" }, label)));
  const body = startTable(table, () => texts.confusionCaption, head);
  const rows = labels.map((label, index) => ({ label, index, counts: confusion[index] }));
  await appendInChunks(body, rows, confusionRow, Math.ceil(CELLS_AT_ONCE / labels.length));
}

/** @param {{ label: string, index: number, counts: number[] }} row */
function confusionRow({ label, index, counts }) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const row = element("tr", {}, element("th", { scope: "row" }, label));
  for (const [column, count] of counts.entries()) {
    const kind = count === 0 ? "none" : column === index ? "right" : "wrong";
    const cell = element("td", { class: `heat ${kind}` }, String(count));
    cell.style.setProperty("--heat", String(total ? count / total : 0));
    row.append(cell);
  }
  return row;
}

/** @param {HTMLTableElement} table @param {Evaluation} evaluation */
export async function fillPerClass(table, { perClass }) {
  const body = startTable(table, () => texts.perClassCaption, headOf(() => texts.perClassColumns));
  await appendInChunks(body, perClass, ({ label, precision, recall, f1, support }) => {
    const cells = [() => ratio(precision), () => ratio(recall), () => ratio(f1), () => number(support)].map((text) => element("td", {}, text));
    return element("tr", {}, element("th", { scope: "row" }, label), ...cells);
  });
}

/** @param {() => string[]} columns */
export function headOf(columns) {
  return element("tr", {}, ...columns().map((_, index) => element("th", { scope: "col" }, () => columns()[index])));
}

/** @param {HTMLTableElement} table @param {import("./dom.js").Text} caption @param {HTMLTableRowElement} head */
export function startTable(table, caption, head) {
  const body = element("tbody");
  table.replaceChildren(element("caption", {}, caption), element("thead", {}, head), body);
  return body;
}
