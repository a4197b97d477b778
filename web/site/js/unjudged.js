import { element } from "./dom.js";
import { texts } from "./texts.js";

/** @typedef {import("./calls.js").Unjudged} Unjudged */

/** Names in one sentence, and buttons below it. */
const MOST = 6;
/** @type {Unjudged["reason"][]} */
const REASONS = ["one recording", "alike", "one photo", "not marked", "stopped"];

/**
 * The classes that nothing is known of, with the reasons, and a button to record again those that came from the camera.
 *
 * @param {Unjudged[]} unjudged
 * @param {string[]} classes of the model
 * @param {(index: number) => void} [record] another recording of a class
 * @returns {Node[]} nothing where all were judged
 */
export function unjudgedBox(unjudged, classes, record) {
  if (unjudged.length === 0) return [];
  const lines = REASONS.flatMap((reason) => {
    const some = unjudged.filter((one) => one.reason === reason);
    if (some.length === 0) return [];
    const names = some.map(({ index }) => classes[index]);
    const line = element("p", {}, () => texts.unjudged(names.slice(0, MOST), names.length, reason));
    const again = record ? some.filter(({ recorded }) => recorded).slice(0, MOST) : [];
    const buttons = again.map(({ index }) => makeButton(classes[index], () => record?.(index)));
    return buttons.length > 0 ? [line, element("div", { class: "small-actions" }, ...buttons)] : [line];
  });
  return [element("div", { class: "hint unjudged" }, ...lines)];
}

/** @param {string} label of a class @param {() => void} act */
function makeButton(label, act) {
  const button = element("button", { type: "button", class: "small" }, () => texts.recordAgain(label));
  button.addEventListener("click", act);
  return button;
}
