import { element, textOf } from "./dom.js";
import { texts } from "./texts.js";

/**
 * @typedef {import("./types.js").ClientInfo} ClientInfo
 * @typedef {import("./protocol.js").TrainOptions} TrainOptions
 */

const INPUT_SIZES = [224, 192, 160, 128, 96];

/**
 * The choices under "Advanced".
 *
 * @param {HTMLFormElement} form
 * @param {import("./types.js").Find} find
 * @param {TrainOptions} defaults of the page; those without a field are added to what was chosen
 */
export function createOptionsForm(form, find, defaults) {
  const backbone = find("option-backbone", HTMLSelectElement);
  const inputSize = find("option-input-size", HTMLSelectElement);
  const advanced = find("advanced", HTMLDetailsElement);
  /** @type {ClientInfo | null} */
  let shown = null;

  // Browsers cannot point at a wrong value inside a folded part.
  form.addEventListener("invalid", () => (advanced.open = true), true);
  for (const input of form.querySelectorAll("input")) helpWith(input);
  backbone.addEventListener("change", () => showSizes(inputSize, shown, backbone.value));

  const { hiddenUnits, validationSplit } = defaults;
  if (hiddenUnits !== undefined) find("option-hidden-units", HTMLInputElement).valueAsNumber = hiddenUnits;
  if (validationSplit !== undefined) find("option-validation-share", HTMLInputElement).valueAsNumber = 100 * validationSplit;

  return {
    /** @param {ClientInfo} info */
    show(info) {
      if (shown?.backbones === info.backbones) return;
      shown = info;
      const options = info.backbones.map(({ name, title, bytes }) =>
        element("option", { value: name }, () => texts.backboneOption(title, bytes)),
      );
      backbone.replaceChildren(...options);
      showSizes(inputSize, info, backbone.value);
    },

    /** @returns {TrainOptions} only what was chosen; the rest stays with the package's defaults */
    read() {
      /** @param {string} id */
      const number = (id) => find(id, HTMLInputElement).valueAsNumber;
      const patience = number("option-patience");
      return {
        ...defaults,
        epochs: number("option-epochs"),
        learningRate: number("option-learning-rate"),
        hiddenUnits: number("option-hidden-units"),
        validationSplit: number("option-validation-share") / 100,
        ...(patience > 0 && { patience }),
        ...(find("option-class-weight", HTMLSelectElement).value === "balanced" && { classWeight: "balanced" }),
        ...(backbone.value && { backbone: backbone.value }),
        ...(inputSize.value && { inputSize: Number(inputSize.value) }),
      };
    },
  };
}

/**
 * Replace the browser's message by one that names the field and its range, or by another one.
 *
 * @param {HTMLInputElement} input
 * @param {import("./dom.js").Text} [message]
 */
export function helpWith(input, message) {
  const name = () => input.labels?.[0]?.textContent ?? input.name;
  input.addEventListener("invalid", () => {
    if (input.validity.customError) return;
    input.setCustomValidity(textOf(message ?? texts.expected(name(), input.min, input.max, input.step !== "any")));
  });
  input.addEventListener("input", () => input.setCustomValidity(""));
}

/** @param {HTMLSelectElement} select @param {ClientInfo | null} info @param {string} backbone */
function showSizes(select, info, backbone) {
  const original = info?.backbones.find(({ name }) => name === backbone)?.inputSize ?? INPUT_SIZES[0];
  const sizes = [...new Set([original, ...INPUT_SIZES])].sort((a, b) => b - a);
  select.replaceChildren(
    ...sizes.map((size) => element("option", { value: String(size) }, () => texts.inputSize(size, size === original))),
  );
  select.value = String(original);
}
