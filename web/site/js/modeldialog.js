import { element } from "./dom.js";
import { GO, ask } from "./question.js";
import { labels, texts } from "./texts.js";

/**
 * @typedef {import("./calls.js").OpenOptions} OpenOptions
 * @typedef {import("./dom.js").Text} Text
 */

/** How pixels go into a network. @type {[key: "symmetric" | "unit" | "bytes", divisor: number, offset: number][]} */
const SCALINGS = [
  ["symmetric", 127.5, -1],
  ["unit", 255, 0],
  ["bytes", 1, 0],
];

let made = 0;

/**
 * Open a model, and ask for what its files do not tell.
 *
 * @template Model
 * @param {(told: OpenOptions) => Promise<Model>} open
 * @returns {Promise<Model | null>} null: the visitor thought better of it
 */
export async function askWhileOpening(open) {
  /** @type {OpenOptions} */
  const told = {};
  for (;;) {
    try {
      return await open(told);
    } catch (error) {
      const { code, values } = /** @type {{ code?: string, values?: { n?: number } }} */ (error);
      if (code === "needs-labels" && !told.labels) {
        const given = await askLabels(Number(values?.n));
        if (given === null) return null;
        told.labels = given;
      } else if (code === "needs-scaling" && !told.scaling) {
        const given = await askScaling();
        if (given === null) return null;
        told.scaling = given;
      } else {
        throw error;
      }
    }
  }
}

/** @param {number} n @returns {Promise<string[] | null>} one for each output of the model */
async function askLabels(n) {
  const id = `model-labels-${++made}`;
  const input = element("textarea", { id, rows: String(Math.min(Math.max(n, 3), 12)), required: "" });
  const lines = () =>
    input.value
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
  const check = () => input.setCustomValidity(lines().length === n ? "" : texts.labelsMissing(n));
  input.addEventListener("input", check);
  check();
  const label = element("label", { for: id }, () => labels.classNames);
  const field = element("div", { class: "field" }, label, input);
  const answered = await askFor(
    () => texts.labelsTitle,
    () => texts.labelsLead(n),
    field,
    input,
  );
  return answered ? lines() : null;
}

/** @returns {Promise<[divisor: number, offset: number] | null>} */
async function askScaling() {
  const id = `model-scaling-${++made}`;
  const options = SCALINGS.map(([key]) => element("option", { value: key }, () => texts.scalings[key]));
  const input = element("select", { id }, ...options);
  const label = element("label", { for: id }, () => labels.scaling);
  const field = element("div", { class: "field" }, label, input);
  const answered = await askFor(
    () => texts.scalingTitle,
    () => texts.scalingLead,
    field,
    input,
  );
  const chosen = SCALINGS.find(([key]) => key === input.value);
  return answered && chosen ? [chosen[1], chosen[2]] : null;
}

/**
 * @param {() => string} title
 * @param {() => string} lead
 * @param {HTMLElement} field
 * @param {HTMLElement} first what is to be filled in
 * @returns {Promise<boolean>} whether it was
 */
async function askFor(title, lead, field, first) {
  const parts = () => [element("p", { class: "note" }, lead), field];
  return (await ask({ title, parts, action: () => labels.openModel, focus: first })) === GO;
}
