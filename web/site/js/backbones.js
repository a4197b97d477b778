import { element } from "./dom.js";
import { megabytes, number, percent } from "./format.js";
import { headOf, startTable } from "./tables.js";
import { texts } from "./texts.js";

/**
 * What the photos said of each backbone, and which one was kept.
 *
 * @param {import("./calls.js").BackboneScore[]} scores
 * @param {boolean} folds whether they judged the model, and these photos with it
 */
export function backbonesTable(scores, folds) {
  const table = element("table", { class: "backbones" });
  const body = startTable(
    table,
    () => texts.backbonesCaption(scores[0].total, folds),
    headOf(() => texts.backbonesColumns),
  );
  body.append(...scores.map(makeRow));
  return element(
    "div",
    { class: "scroll", tabindex: "0", role: "group", "aria-label": () => texts.backbonesTitle },
    table,
  );
}

/** @param {import("./calls.js").BackboneScore} score */
function makeRow({ title, accuracy, interval: [low, high], secondsPerPhoto, bytes, chosen }) {
  const between = element("span", { class: "between" }, () => texts.between(percent(low, 0), percent(high, 0)));
  const name = element("th", { scope: "row", title }, title);
  if (chosen)
    name.append(
      " ",
      element("strong", {}, () => texts.keptBackbone),
    );
  return element(
    "tr",
    { class: chosen ? "kept-row" : undefined },
    name,
    element("td", {}, () => (accuracy === null ? "" : percent(accuracy)), " ", accuracy === null ? "" : between),
    element("td", {}, () => texts.milliseconds(number(Math.round(1000 * secondsPerPhoto)))),
    element("td", {}, () => megabytes(bytes)),
  );
}
