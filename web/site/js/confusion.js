import { appendInChunks, element } from "./dom.js";
import { startTable } from "./tables.js";
import { texts } from "./texts.js";

/**
 * @typedef {import("./calls.js").Evaluation} Evaluation
 * @typedef {(truth: number, predicted: number) => void} OpenCell
 */

/** Cells that are made before the page may breathe. */
const CELLS_AT_ONCE = 1000;

/** Where an arrow key goes in the table: rows down, columns right. @type {Record<string, [number, number]>} */
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * The confusion matrix. Where its photos are there, cells with photos are buttons that open them; one of these is in the
 * tab order, and arrow keys go from it to the next one in their direction.
 *
 * @param {HTMLTableElement} table
 * @param {OpenCell} [openCell]
 */
export function createConfusion(table, openCell) {
  let canOpen = false;

  /** @param {HTMLButtonElement} button */
  function choose(button) {
    for (const other of table.querySelectorAll("button")) other.tabIndex = other === button ? 0 : -1;
  }

  table.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("button") : null;
    if (!button) return;
    choose(button);
    for (const other of table.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button));
    openCell?.(Number(button.dataset.truth), Number(button.dataset.predicted));
  });

  table.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const button = event.target instanceof HTMLButtonElement ? event.target : null;
    const next = step && button && nextIn(table, button, step);
    if (!next) return;
    event.preventDefault();
    choose(next);
    next.focus();
  });

  return {
    /** @param {Evaluation} evaluation @param {boolean} openable whether its photos are there */
    async show({ labels, confusion }, openable) {
      canOpen = openable && openCell !== undefined;
      const head = element(
        "tr",
        {},
        element("th", { scope: "col" }, () => texts.trueClass),
      );
      head.append(...labels.map((label) => element("th", { scope: "col", title: label }, label)));
      const body = startTable(table, () => (canOpen ? texts.confusionOpens : texts.confusionCaption), head);
      const rows = labels.map((_, truth) => truth);
      const make = (/** @type {number} */ truth) => makeRow(labels, confusion[truth], truth, canOpen);
      await appendInChunks(body, rows, make, Math.ceil(CELLS_AT_ONCE / labels.length));
      const first = table.querySelector("button");
      if (first) choose(first);
    },
  };
}

/** @param {string[]} labels @param {number[]} counts @param {number} truth @param {boolean} canOpen */
function makeRow(labels, counts, truth, canOpen) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const row = element("tr", {}, element("th", { scope: "row", title: labels[truth] }, labels[truth]));
  for (const [predicted, count] of counts.entries()) {
    const kind = count === 0 ? "none" : predicted === truth ? "right" : "wrong";
    const cell = element(
      "td",
      { class: `heat ${kind}` },
      canOpen && count > 0 ? makeButton(labels, count, truth, predicted) : String(count),
    );
    cell.style.setProperty("--heat", String(total ? count / total : 0));
    row.append(cell);
  }
  return row;
}

/** @param {string[]} labels @param {number} count @param {number} truth @param {number} predicted */
function makeButton(labels, count, truth, predicted) {
  const name = () => texts.cell(count, labels[truth], labels[predicted]);
  const button = element(
    "button",
    { type: "button", "aria-label": name, "aria-pressed": "false", tabindex: "-1" },
    String(count),
  );
  button.dataset.truth = String(truth);
  button.dataset.predicted = String(predicted);
  return button;
}

/** @param {HTMLTableElement} table @param {HTMLButtonElement} from @param {[number, number]} step */
function nextIn(table, from, [down, right]) {
  for (let truth = Number(from.dataset.truth), predicted = Number(from.dataset.predicted); ; ) {
    truth += down;
    predicted += right;
    const cell = predicted < 0 ? undefined : table.tBodies[0].rows[truth]?.cells[predicted + 1]; // the first one is the heading
    if (!cell) return null;
    const button = cell.querySelector("button");
    if (button) return button;
  }
}
