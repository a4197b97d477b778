import { element } from "./dom.js";
import { texts } from "./texts.js";

/**
 * @typedef {import("./calls.js").Unjudged} Unjudged
 * @typedef {{ record: (index: number) => void, checkByEnds: () => void }} Ways  record: a class once more; checkByEnds: train again,
 *   and check long recordings by their ends
 */

/** Names in one sentence, and buttons below it. */
const MOST = 6;
/** @type {Unjudged["reason"][]} */
const REASONS = ["one recording", "own end", "alike", "one photo", "not marked", "stopped"];

/**
 * The classes that nothing is known of, with the reasons, and a button to record again those that came from the camera.
 *
 * @param {Unjudged[]} unjudged
 * @param {string[]} classes of the model
 * @param {Ways} [ways]
 * @returns {Node[]} nothing where all were judged
 */
export function unjudgedBox(unjudged, classes, ways) {
  if (unjudged.length === 0) return [];
  const lines = REASONS.flatMap((reason) => {
    const some = unjudged.filter((one) => one.reason === reason);
    if (some.length === 0) return [];
    const names = some.map(({ index }) => classes[index]);
    const line = element("p", {}, () => texts.unjudged(names.slice(0, MOST), names.length, reason));
    const again = ways ? some.filter(({ recorded }) => recorded).slice(0, MOST) : [];
    const buttons = again.map(({ index }) =>
      makeButton(
        () => texts.recordAgain(classes[index]),
        () => ways?.record(index),
      ),
    );
    if (ways && some.some(({ long }) => long)) buttons.push(makeButton(() => texts.checkByEnds, ways.checkByEnds));
    return buttons.length > 0 ? [line, element("div", { class: "small-actions" }, ...buttons)] : [line];
  });
  return [element("div", { class: "hint unjudged" }, ...lines)];
}

/** @param {() => string} text @param {() => void} act */
function makeButton(text, act) {
  const button = element("button", { type: "button", class: "small" }, text);
  button.addEventListener("click", act);
  return button;
}
