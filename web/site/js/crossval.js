import { element, write } from "./dom.js";
import { percent } from "./format.js";
import { intervalBar } from "./interval.js";
import { createJudgedList } from "./judged.js";
import { isMistake } from "./mistakes.js";
import { isStopped } from "./operations.js";
import { isFree } from "./state.js";
import { texts } from "./texts.js";

/** @typedef {import("./calls.js").CrossValidated} CrossValidated */

/**
 * Cross-validation: every photo is judged once, by a model that was not trained on it.
 *
 * @param {import("./types.js").App} app
 * @param {import("./judged.js").Actions} actions
 * @param {() => import("./calls.js").TrainOptions} readOptions what to train with
 * @param {(desk: import("./types.js").Desk) => Promise<void>} onJudged
 */
export function createCrossView(app, actions, readOptions, onJudged) {
  const { store, status, run, find } = app;
  const fold = find("cross", HTMLDetailsElement);
  const folds = find("cross-folds", HTMLInputElement);
  const start = find("cross-start", HTMLButtonElement);
  const stop = find("cross-stop", HTMLButtonElement);
  const box = find("cross-result", HTMLElement);
  const mistakes = createJudgedList(find("cross-mistakes", HTMLElement), app, actions);
  let abort = new AbortController();

  /** @param {CrossValidated} result */
  async function show({ accuracies, mean, evaluation, judged }) {
    box.hidden = false;
    find("cross-figures", HTMLElement).replaceChildren(
      intervalBar(evaluation, accuracies),
      element("p", { class: "exact" }, () => texts.crossPooled(evaluation, accuracies.length)),
      element("p", { class: "note" }, () =>
        texts.crossFolds(
          percent(mean),
          accuracies.map((accuracy) => percent(accuracy)),
        ),
      ),
    );
    const wrong = judged.photos.filter(isMistake);
    write(find("cross-count", HTMLElement), () => texts.mistakes(wrong.length));
    await mistakes.show(wrong, judged.classes);
  }

  start.addEventListener("click", () => {
    if (!folds.reportValidity() || !find("train-form", HTMLFormElement).reportValidity()) return;
    const { fineTune, ...options } = readOptions(); // In each fold it would take as long again.
    abort = new AbortController();
    const { signal } = abort;
    run("training", fold, async (desk) => {
      status.progress(() => texts.preparing);
      start.hidden = true;
      stop.hidden = stop.disabled = false;
      stop.focus();
      try {
        const result = await desk.crossValidate({
          ...options,
          folds: folds.valueAsNumber,
          signal,
          onProgress({ stage, done, total }) {
            if (signal.aborted) return;
            const text = () =>
              stage === "training" ? texts.crossProgress(percent(done / total, 0)) : texts.stage(stage, done, total);
            status.progress(text, done, total);
          },
        });
        await show(result);
        await onJudged(desk);
        status.show(() => texts.crossDone(result.evaluation));
      } catch (error) {
        if (!isStopped(error)) throw error;
        status.show(() => texts.crossStopped);
      } finally {
        stop.hidden = true;
        start.hidden = false;
      }
    }).then(() => start.focus());
  });

  stop.addEventListener("click", () => {
    abort.abort();
    stop.disabled = true;
    status.progress(() => texts.stopping);
  });

  store.subscribe((state) => (start.disabled = folds.disabled = !isFree(state)));

  return {
    /** After an edit: ask for the places of the photos now. @param {import("./types.js").Desk} desk */
    async refresh(desk) {
      const judged = box.hidden ? null : await desk.results("cross");
      if (judged) mistakes.update(judged);
    },
  };
}
