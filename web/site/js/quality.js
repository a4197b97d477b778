import { element, write } from "./dom.js";
import { chooseIn } from "./form.js";
import { ask } from "./question.js";
import { isFree } from "./state.js";
import { labels, texts } from "./texts.js";

/**
 * @typedef {import("./calls.js").Quality} Quality
 * @typedef {import("./calls.js").Cost} Cost
 */

/** From so many seconds on, the page asks before it computes what the fast choices do not need. */
const SLOW_S = 30;
/** The choice that is compared with. */
const USUAL = "balanced";

/**
 * Fast, balanced, accurate or as the photos say: each sets two fields under "Advanced", and follows them.
 *
 * @param {import("./types.js").App} app
 */
export function createQualityView({ store, status, find, desk: place }) {
  const fieldset = find("quality", HTMLFieldSetElement);
  const list = find("qualities", HTMLElement);
  const backbone = find("option-backbone", HTMLSelectElement);
  const size = find("option-input-size", HTMLSelectElement);
  /** @type {Map<string, { quality: Quality, input: HTMLInputElement, cost: HTMLElement }>} */
  const rows = new Map();
  /** @type {Cost[]} as told last */
  let costs = [];
  /** @type {unknown} what they were told of; undefined as long as nobody wants to know */
  let toldOf;

  const follow = () => {
    for (const { quality, input } of rows.values())
      input.checked = backbone.value === quality.backbone && size.value === String(quality.inputSize);
  };
  for (const select of [backbone, size]) select.addEventListener("change", follow);

  /** @param {Quality} quality */
  function choose({ backbone: name, inputSize }) {
    chooseIn(backbone, name);
    backbone.dispatchEvent(new Event("change", { bubbles: true })); // the sizes follow it
    chooseIn(size, String(inputSize));
    size.dispatchEvent(new Event("change", { bubbles: true })); // both are kept with the project
  }

  /** @param {Quality[]} qualities */
  function fill(qualities) {
    const loaded = qualities[0]?.bytes ?? 0;
    for (const quality of qualities) {
      const id = `${fieldset.id}-${quality.name}`;
      const input = element("input", {
        type: "radio",
        name: fieldset.id,
        id,
        "aria-describedby": `${id}-note ${id}-cost`,
      });
      const cost = element("span", { id: `${id}-cost`, class: "cost" });
      const row = element(
        "label",
        { class: "check quality-row", for: id },
        input,
        element("span", {}, () => texts.quality(quality.name)),
        element("small", { id: `${id}-note` }, () => texts.qualityNote(quality.name, quality.bytes - loaded)),
        cost,
      );
      input.addEventListener("change", () => choose(quality));
      rows.set(quality.name, { quality, input, cost });
      list.append(row);
    }
    follow();
  }

  /** Ask what each costs for the photos as they are now. */
  async function measure() {
    const { client, album } = store.get();
    toldOf = album;
    costs =
      (await client
        ?.desk(place)
        .costs()
        .catch(() => [])) ?? []; // what ended is said elsewhere
    for (const { name, seconds } of costs) {
      const row = rows.get(name);
      if (row) write(row.cost, typeof seconds === "number" ? () => texts.qualityCost(seconds) : "");
    }
  }

  const wanted = () => {
    if (toldOf === undefined && canMeasure()) measure();
  };
  const canMeasure = () => {
    const state = store.get();
    return isFree(state) && state.classes.some(({ training }) => training > 0);
  };
  for (const event of ["focusin", "pointerenter"]) fieldset.addEventListener(event, wanted);

  store.subscribe((state) => {
    if (state.info && rows.size === 0) fill(state.info.qualities);
    fieldset.disabled = state.busy === "training";
    if (toldOf !== undefined && toldOf !== state.album && canMeasure()) measure();
  });

  return {
    /** @returns {Promise<boolean>} whether to train as chosen: where that takes long here, the visitor is asked */
    async agreed() {
      const chosen = [...rows.values()].find(({ input }) => input.checked)?.quality;
      if (!chosen || chosen.bytes === rows.get(USUAL)?.quality.bytes) return true;
      status.progress(() => texts.measuringCost);
      await measure();
      status.show("");
      const cost = costs.find(({ name }) => name === chosen.name);
      const usual = costs.find(({ name }) => name === USUAL)?.seconds ?? 0;
      if (!cost?.seconds || cost.seconds < SLOW_S) return true;
      const answer = await askFirst(chosen.name, cost, usual);
      const other = rows.get(USUAL);
      if (answer === USUAL && other) choose(other.quality);
      return answer !== "";
    },
  };
}

/** @param {string} name @param {Cost} cost @param {number} usual seconds @returns {Promise<string>} "" to do nothing */
function askFirst(name, { seconds, photos }, usual) {
  return ask({
    title: () => texts.slowTitle,
    parts: () => [element("p", {}, () => texts.slow(name, photos, seconds ?? 0, usual))],
    action: () => labels.train,
    others: [[USUAL, () => texts.ratherBalanced]],
  });
}
