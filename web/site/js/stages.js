import { setProgress, write } from "./dom.js";
import { texts } from "./texts.js";

/** @typedef {import("./calls.js").Progress} Progress */

/**
 * The three rows of decoding, features and training, which partly run at the same time.
 *
 * @param {import("./types.js").Find} find
 */
export function createStages(find) {
  const box = find("train-stages", HTMLElement);
  const names = ["decoding", "features", "training"];
  const rows = new Map(
    names.map((name) => {
      const line = find(`stage-${name}`, HTMLElement);
      const progress = /** @type {HTMLProgressElement} */ (line.querySelector("progress"));
      return [name, { line, progress, text: /** @type {HTMLElement} */ (line.querySelector("[data-count]")) }];
    }),
  );
  const features = rows.get("features");
  if (features) rows.set("augmenting", features); // those of the copies come after those of the photos
  const training = rows.get("training");
  if (training) rows.set("fine-tuning", training);
  return {
    reset() {
      box.hidden = false;
      for (const { line, progress, text } of rows.values()) {
        line.dataset.state = "waiting";
        setProgress(progress, 0, 1);
        text.textContent = "";
      }
    },
    /** @param {Progress} progress */
    show({ stage, done, total }) {
      const row = rows.get(stage);
      if (!row) return;
      row.line.dataset.state = total > 0 && done >= total ? "done" : "active";
      setProgress(row.progress, done, total);
      write(row.text, () => (total > 0 ? texts.outOf(done, total) : ""));
    },
    hide() {
      box.hidden = true;
    },
  };
}

/**
 * Put training's progress into the status line; decoding runs ahead of the features, and would flicker.
 *
 * @param {import("./status.js").Status} status
 */
export function createReporter(status) {
  let computing = false;
  /** @param {Progress} progress */
  return ({ stage, done, total, epoch, epochs }) => {
    if (stage === "training") {
      status.progress(() => texts.training(epoch ?? done, epochs ?? null), done, total, true);
      return;
    }
    computing ||= stage === "features" && done > 0;
    if (stage === "decoding" && computing) return;
    status.progress(() => texts.stage(stage, done, total), done, total);
  };
}
