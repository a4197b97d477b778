import { element, textOf } from "./dom.js";
import { texts } from "./texts.js";

/**
 * @typedef {import("./types.js").ClientInfo} ClientInfo
 * @typedef {import("./calls.js").TrainOptions} TrainOptions
 */

/** The opened model's own backbone, as desks/desk.py calls it. */
const OPENED = "opened";
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
  /** @type {ClientInfo | null} */
  let shown = null;

  // Browsers cannot point at a wrong value inside a folded part.
  form.addEventListener(
    "invalid",
    ({ target }) => {
      for (const fold of form.querySelectorAll("details"))
        fold.open ||= target instanceof Node && fold.contains(target);
    },
    true,
  );
  const augment = find("option-augment", HTMLInputElement);
  const augmenting = find("augmenting", HTMLFieldSetElement);
  augment.addEventListener("change", () => (augmenting.disabled = !augment.checked));
  for (const input of form.querySelectorAll("input")) helpWith(input);
  backbone.addEventListener("change", () => showSizes(inputSize, shown, backbone.value));

  const { epochs, hiddenUnits, validationSplit } = defaults;
  if (epochs !== undefined) find("option-epochs", HTMLInputElement).valueAsNumber = epochs;
  if (hiddenUnits !== undefined) find("option-hidden-units", HTMLInputElement).valueAsNumber = hiddenUnits;
  if (validationSplit !== undefined)
    find("option-validation-share", HTMLInputElement).valueAsNumber = 100 * validationSplit;

  return {
    /** @param {ClientInfo} info whose backbones stay the same as long as the page is open, and so does what was chosen */
    show(info) {
      if (shown) return;
      shown = info;
      const options = info.backbones.map(({ name, title, bytes }) =>
        element("option", { value: name }, () => texts.backboneOption(title, bytes)),
      );
      const single = new Set(info.backbones.map(({ name }) => name));
      const others = info.qualities.filter((quality) => !single.has(quality.backbone));
      for (const { name, backbone: value, bytes } of others)
        options.push(element("option", { value }, () => texts.backboneOption(texts.backboneOf(name), bytes)));
      backbone.replaceChildren(...options);
      showSizes(inputSize, info, backbone.value);
    },

    /** @returns {TrainOptions} only what was chosen; the rest stays with the package's defaults */
    read() {
      /** @param {string} id */
      const number = (id) => find(id, HTMLInputElement).valueAsNumber;
      const patience = number("option-patience");
      const l2 = number("option-l2");
      return {
        ...defaults,
        epochs: number("option-epochs") || undefined,
        ...(!Number.isNaN(l2) && { l2 }),
        learningRate: number("option-learning-rate"),
        hiddenUnits: number("option-hidden-units"),
        validationSplit: number("option-validation-share") / 100,
        ...(find("option-split-recordings", HTMLInputElement).checked && { splitRecordings: true }),
        ...(!find("option-refit", HTMLInputElement).checked && { refit: false }),
        ...(patience > 0 && { patience }),
        ...(find("option-class-weight", HTMLSelectElement).value === "balanced" && { classWeight: "balanced" }),
        ...(find("option-augment", HTMLInputElement).checked && { augmentation: readAugmentation(find) }),
        ...readViews(find),
        ...(find("option-fine-tune", HTMLInputElement).checked && { fineTune: true }),
        ...(backbone.value && { backbone: backbone.value }),
        ...(inputSize.value && { inputSize: Number(inputSize.value) }),
      };
    },
  };
}

/** @param {import("./types.js").Find} find @returns {TrainOptions} */
function readViews(find) {
  const { value } = find("option-views", HTMLSelectElement);
  return value ? { views: /** @type {TrainOptions["views"]} */ (value) } : {};
}

/** @param {import("./types.js").Find} find @returns {import("./calls.js").Augmentation} */
function readAugmentation(find) {
  /** @param {string} id */
  const number = (id) => find(id, HTMLInputElement).valueAsNumber;
  const colour = number("option-colour") / 100;
  return {
    flip: find("option-flip", HTMLInputElement).checked,
    crop: number("option-crop") / 100,
    brightness: colour,
    contrast: colour,
    saturation: colour,
    copies: number("option-copies"),
  };
}

/**
 * Choose the backbone of the model in use, for training on; offer one that only this model has, such as one of Teachable
 * Machine, or no longer.
 *
 * @param {import("./types.js").Find} find
 * @param {ClientInfo | null} info
 * @param {string} name of the backbone in use
 * @param {number} [size] of its input
 */
export function chooseBackbone(find, info, name, size) {
  const select = find("option-backbone", HTMLSelectElement);
  for (const option of [...select.options]) if (option.value === OPENED) option.remove();
  const known = !info || [...select.options].some(({ value }) => value === name);
  if (!known) select.append(element("option", { value: OPENED }, () => texts.openedBackbone));
  chooseIn(select, known ? name : OPENED);
  select.dispatchEvent(new Event("change", { bubbles: true })); // the sizes follow it
  if (!known) return;
  const sizes = find("option-input-size", HTMLSelectElement);
  chooseIn(sizes, String(size));
  sizes.dispatchEvent(new Event("change", { bubbles: true }));
}

/** @param {HTMLSelectElement} select @param {string} value left alone where it is not among the options */
export function chooseIn(select, value) {
  if ([...select.options].some((option) => option.value === value)) select.value = value;
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
