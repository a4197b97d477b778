import { element } from "./dom.js";
import { labels, texts } from "./texts.js";

/**
 * @typedef {import("./calls.js").MappingQuestion} MappingQuestion
 * @typedef {import("./calls.js").Columns} Columns
 */

/** Stands for all columns that are a class each: no column is called so, since names have no line breaks around them. */
const ONE_HOT = "\n";

let made = 0;

/**
 * Ask which columns of a table name the photos and their classes, in a dialog.
 *
 * @param {MappingQuestion} question
 * @returns {Promise<Columns | null | undefined>} null: the table is not to be used; undefined: the visitor thought better of it
 */
export function askColumns({ path, rows, columns, oneHot, guess }) {
  const id = `ask-columns-${++made}`;
  const names = columns.map(({ name }) => name);
  const file = choice(`${id}-file`, () => labels.fileColumn, names, guess.file);
  const label = choice(
    `${id}-label`,
    () => labels.labelColumn,
    names,
    Array.isArray(guess.label) ? ONE_HOT : guess.label,
  );
  if (oneHot.length > 0) label.select.append(element("option", { value: ONE_HOT }, () => texts.oneHot(oneHot)));
  label.select.value = Array.isArray(guess.label) ? ONE_HOT : guess.label;
  const without = element("button", { type: "button" }, () => labels.withoutTable);
  const cancel = element("button", { type: "button" }, () => labels.cancel);
  const go = element("button", { type: "submit", class: "primary" }, () => labels.addNow);
  const heading = element("h2", { id: `${id}-title` }, () => texts.columnsTitle(path));
  const form = element(
    "form",
    { method: "dialog" },
    heading,
    element("p", { class: "note" }, () => texts.columnsLead(rows)),
    preview(columns),
    element("div", { class: "settings" }, file.field, label.field),
    element("div", { class: "dialog-foot" }, cancel, without, go),
  );
  const dialog = element("dialog", { class: "dialog wide", "aria-labelledby": heading.id }, form);
  /** @type {Columns | null | undefined} */
  let answer;
  const check = () => {
    const same = file.select.value === label.select.value;
    label.select.setCustomValidity(same ? texts.sameColumns : "");
  };
  check();
  form.addEventListener("change", check);
  form.addEventListener("submit", () => {
    const { value } = label.select;
    const split = [value, file.select.value].includes(guess.split ?? "") ? null : guess.split;
    answer = { file: file.select.value, label: value === ONE_HOT ? oneHot : value, split };
  });
  cancel.addEventListener("click", () => dialog.close());
  without.addEventListener("click", () => {
    answer = null;
    dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  file.select.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
  });
}

/** @param {string} id @param {() => string} name @param {string[]} options @param {string} chosen */
function choice(id, name, options, chosen) {
  const select = element("select", { id }, ...options.map((value) => element("option", { value }, value)));
  select.value = chosen;
  return { select, field: element("div", { class: "field" }, element("label", { for: id }, name), select) };
}

/** @param {MappingQuestion["columns"]} columns with some of what is in them */
function preview(columns) {
  const n = Math.max(...columns.map(({ examples }) => examples.length));
  const head = columns.map(({ name }) => element("th", { scope: "col" }, name));
  const body = Array.from({ length: n }, (_, row) =>
    element("tr", {}, ...columns.map(({ examples }) => element("td", {}, examples[row] ?? ""))),
  );
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body));
  return element(
    "div",
    { class: "scroll", tabindex: "0", role: "group", "aria-label": () => labels.tableExamples },
    table,
  );
}
