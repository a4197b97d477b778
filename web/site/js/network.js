import { appendInChunks, element, find } from "./dom.js";
import { number } from "./format.js";
import { headOf, startTable } from "./tables.js";
import { texts } from "./texts.js";

/** @typedef {import("./calls.js").Network} Network */

/** @param {Network} network the table of its layers, as Keras's `model.summary()` prints it */
export async function showNetwork(network) {
  const totals = find("network-totals", HTMLElement);
  totals.replaceChildren(
    element("h3", {}, network.title),
    element("p", { class: "note" }, () => texts.parameters(network)),
  );
  const body = startTable(
    find("layer-table", HTMLTableElement),
    () => texts.layerCaption,
    headOf(() => texts.layerColumns),
  );
  await appendInChunks(body, network.layers, (layer) => rowsOf(layer, network.cut_at));
}

/** @param {Network["layers"][number]} layer @param {string | null} cut */
function rowsOf({ name, class_name, output_shape, n_parameters }, cut) {
  const rows = document.createDocumentFragment();
  const layer = element("th", { scope: "row", title: name }, name, " ", element("span", { class: "type" }, class_name));
  const cells = [() => texts.shape(output_shape), () => number(n_parameters)].map((text) => element("td", {}, text));
  const row = element("tr", {}, layer, ...cells);
  rows.append(row);
  if (name === cut)
    rows.append(
      element(
        "tr",
        { class: "cut" },
        element("td", { colspan: "3" }, () => texts.cutHere),
      ),
    );
  return rows;
}
