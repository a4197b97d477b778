import { element, find, setProgress } from "./dom.js";
import { texts } from "./texts.js";

const STAGES = ["python", "packages", "tensorflow", "backbone"];

/**
 * The card that shows what is being loaded.
 *
 * @param {import("./status.js").Status} status
 */
export function createLoading(status) {
  const card = find("loading", HTMLElement);
  const rows = new Map(STAGES.map((stage) => [stage, addRow(find("loading-stages", HTMLElement), stage)]));
  status.progress(texts.loading(STAGES[0]));

  return {
    /** @param {import("./protocol.js").Progress} progress */
    progress({ stage, done, total }) {
      const row = rows.get(stage);
      if (!row) return;
      const complete = total > 0 && done >= total;
      row.line.dataset.state = complete ? "done" : "active";
      setProgress(row.progress, done, total);
      if (!complete) status.progress(texts.loading(stage), overall(rows), STAGES.length);
    },
    end() {
      card.hidden = true;
    },
  };
}

/** @param {HTMLElement} parent @param {string} stage */
function addRow(parent, stage) {
  const id = `loading-${stage}`;
  const progress = element("progress", { "aria-labelledby": id, value: "0", max: "1" });
  const line = element("div", { class: "stage" }, element("span", { id }, texts.loadingName(stage)), progress);
  parent.append(line);
  return { line, progress };
}

/**
 * @param {Map<string, { progress: HTMLProgressElement }>} rows
 * @returns {number} stages done, with fractions
 */
function overall(rows) {
  let sum = 0;
  for (const { progress } of rows.values()) sum += Math.max(0, progress.position);
  return sum;
}
