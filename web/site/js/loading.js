import { element, find, setProgress } from "./dom.js";
import { texts } from "./texts.js";

const STAGES = ["python", "packages", "tensorflow", "backbone"];

/** Loaded last, since it needs the others; these are fetched side by side. */
const LAST = "backbone";

/**
 * The card that shows what is being loaded. A stage is reported when it is there; `done` counts all that are.
 *
 * @param {import("./status.js").Status} status
 */
export function createLoading(status) {
  const card = find("loading", HTMLElement);
  const list = find("loading-stages", HTMLElement);
  const rows = new Map(STAGES.map((stage) => [stage, addRow(list, stage)]));
  const missing = new Set(STAGES);

  /**
   * @param {number} done
   * @param {number} total
   */
  function show(done, total) {
    const [next] = missing;
    if (next === undefined) return;
    if (next === LAST) start(LAST);
    status.progress(() => texts.loading(next), done, total);
  }

  /** @param {string} stage */
  function start(stage) {
    const row = rows.get(stage);
    if (!row) return;
    row.line.dataset.state = "active";
    setProgress(row.progress, 0, 0);
  }

  for (const stage of STAGES) if (stage !== LAST) start(stage);
  show(0, STAGES.length);
  return {
    /** @param {import("./calls.js").Progress} progress */
    progress({ stage, done, total }) {
      const row = rows.get(stage);
      if (row && done > 0) {
        missing.delete(stage);
        row.line.dataset.state = "done";
        setProgress(row.progress, 1, 1);
      }
      show(done, total);
    },
    end() {
      card.hidden = true;
    },
  };
}

/**
 * @param {HTMLElement} parent
 * @param {string} stage
 */
function addRow(parent, stage) {
  const id = `loading-${stage}`;
  const progress = element("progress", { "aria-labelledby": id, value: "0", max: "1" });
  const line = element(
    "div",
    { class: "stage" },
    element("span", { id }, () => texts.loadingName(stage)),
    progress,
  );
  parent.append(line);
  return { line, progress };
}
