import { appendInChunks, element } from "./dom.js";
import { number, percent, ratio } from "./format.js";
import { texts } from "./texts.js";

/** @typedef {import("./calls.js").ClassFigures} ClassFigures */

/** What the columns but the first show of a class. @type {((figures: ClassFigures) => number | null)[]} */
const FIGURES = [({ precision }) => precision, ({ recall }) => recall, ({ f1 }) => f1, ({ support }) => support];

/**
 * Figures per class. A press on the name of a figure puts the worst first, another one goes back to the classes' order.
 *
 * @param {HTMLTableElement} table
 */
export function createPerClass(table) {
  /** @type {ClassFigures[]} */
  let classes = [];
  /** @type {number | null} column */
  let sortedBy = null;

  async function fill() {
    const figure = sortedBy === null ? null : FIGURES[sortedBy];
    // Undefined figures, such as the precision of a class that was never predicted, come last.
    const rows = figure ? [...classes].sort((a, b) => (figure(a) ?? Infinity) - (figure(b) ?? Infinity)) : classes;
    const head = element(
      "tr",
      {},
      element("th", { scope: "col" }, () => texts.perClassColumns[0]),
      ...FIGURES.map((_, i) => makeHeading(i)),
    );
    await appendInChunks(
      startTable(table, () => texts.perClassCaption, head),
      rows,
      makeRow,
    );
  }

  /** @param {number} index */
  function makeHeading(index) {
    const sort = element(
      "button",
      { type: "button", class: "sort", title: () => texts.worstFirst },
      () => texts.perClassColumns[index + 1],
    );
    sort.addEventListener("click", async () => {
      sortedBy = sortedBy === index ? null : index;
      await fill();
      table.tHead?.querySelectorAll("button")[index].focus();
    });
    return element("th", { scope: "col", "aria-sort": sortedBy === index ? "ascending" : undefined }, sort);
  }

  return {
    /** @param {ClassFigures[]} perClass */
    async show(perClass) {
      classes = perClass;
      sortedBy = null;
      await fill();
    },
  };
}

/** @param {ClassFigures} figures */
function makeRow({ label, precision, recall, recallInterval: [low, high], f1, support }) {
  const interval = element("span", { class: "between" }, () => texts.between(percent(low, 0), percent(high, 0)));
  const row = element("tr", {}, element("th", { scope: "row", title: label }, label));
  row.append(
    element("td", {}, () => ratio(precision)),
    element("td", {}, () => ratio(recall), " ", support > 0 ? interval : ""),
  );
  row.append(
    element("td", {}, () => ratio(f1)),
    element("td", {}, () => number(support)),
  );
  return row;
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
