import { element } from "./dom.js";
import { GO, ask } from "./question.js";
import { labels, texts } from "./texts.js";

/**
 * @typedef {import("./calls.js").MappingQuestion} MappingQuestion
 * @typedef {import("./calls.js").Columns} Columns
 */

/** Stands for all columns that are a class each: no column is called so, since names have no line breaks around them. */
const ONE_HOT = "\n";
const WITHOUT = "without";

let made = 0;

/**
 * Ask which columns of a table name the photos and their classes, in a dialog.
 *
 * @param {MappingQuestion} question
 * @returns {Promise<Columns | null | undefined>} null: the table is not to be used; undefined: the visitor thought better of it
 */
export async function askColumns({ path, rows, columns, oneHot, guess }) {
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
  const check = () => {
    const same = file.select.value === label.select.value;
    label.select.setCustomValidity(same ? texts.sameColumns : "");
  };
  check();
  for (const { select } of [file, label]) select.addEventListener("change", check);
  const answer = await ask({
    title: () => texts.columnsTitle(path),
    parts: () => [
      element("p", { class: "note" }, () => texts.columnsLead(rows)),
      preview(columns),
      element("div", { class: "settings" }, file.field, label.field),
    ],
    action: () => labels.addNow,
    others: [[WITHOUT, () => labels.withoutTable]],
    wide: true,
    focus: file.select,
  });
  if (answer !== GO) return answer === WITHOUT ? null : undefined;
  const { value } = label.select;
  const split = [value, file.select.value].includes(guess.split ?? "") ? null : guess.split;
  return { file: file.select.value, label: value === ONE_HOT ? oneHot : value, split };
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
