import { createReporter, createStages } from "./stages.js";
import { texts } from "./texts.js";
import { createTrainButtons, explainPhotos } from "./trainbuttons.js";

/**
 * @typedef {import("./types.js").App} App
 * @typedef {import("./protocol.js").Progress} Progress
 * @typedef {import("./protocol.js").Trained} Trained
 * @typedef {{
 *   photos: import("./photos.js").PhotosView,
 *   results: import("./results.js").ResultsView,
 *   tryout: import("./tryout.js").TryView,
 * }} Views
 */

/**
 * The second step.
 *
 * @param {App} app
 * @param {Views} views
 * @param {ReturnType<typeof import("./form.js").createOptionsForm>} options
 */
export function createTrainingView(app, views, options) {
  const { store, status, find } = app;
  const form = find("train-form", HTMLFormElement);
  const buttons = createTrainButtons(form, find, explainPhotos);
  let abort = new AbortController();

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (explainPhotos(store.get()).against) return; // Enter in a field submits too
    abort = new AbortController();
    const { signal } = abort;
    const chosen = options.read();
    runTraining(
      app,
      views.results,
      buttons,
      signal,
      (desk, onProgress) => desk.train({ ...chosen, signal, onProgress }),
      (result) => showTrained(app, views, result, chosen.epochs ?? result.epochs),
    );
  });

  buttons.stop.addEventListener("click", () => {
    abort.abort();
    buttons.stop.disabled = true;
    status.progress(() => texts.stopping);
  });

  store.subscribe((state) => {
    if (state.info) options.show(state.info);
    buttons.update(state);
  });
}

/**
 * Run a training with its stages, buttons and curves.
 *
 * @param {App} app
 * @param {import("./results.js").ResultsView} results
 * @param {ReturnType<typeof createTrainButtons>} buttons
 * @param {AbortSignal} signal
 * @param {(desk: import("./types.js").Desk, onProgress: (progress: Progress) => void) => Promise<Trained>} start
 * @param {(result: Trained) => Promise<void>} onTrained
 */
export function runTraining(app, results, buttons, signal, start, onTrained) {
  const stages = createStages(app.find);
  const say = createReporter(app.status);
  /** @param {Progress} progress */
  const onProgress = (progress) => {
    stages.show(progress);
    if (!signal.aborted) say(progress);
    if (progress.history) results.showHistory(progress.history, progress.epochs ?? progress.total);
  };
  app.run("training", app.find("training", HTMLElement), async (desk) => {
    app.status.progress(() => texts.preparing);
    stages.reset();
    buttons.started();
    try {
      const result = await orNull(start(desk, onProgress));
      if (result) await onTrained(result);
      else app.status.show(() => texts.stoppedEarly);
    } finally {
      stages.hide();
      buttons.ended();
    }
  });
}

/**
 * @param {Promise<Trained>} training
 * @returns {Promise<Trained | null>} null if it was stopped before there was a model
 */
async function orNull(training) {
  try {
    return await training;
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") return null;
    throw error;
  }
}

/**
 * @param {App} app
 * @param {Views} views
 * @param {Trained} result
 * @param {number} epochs as asked for
 */
async function showTrained({ store, status }, { photos, results, tryout }, result, epochs) {
  store.set({ model: { classes: result.classes, source: "trained" } });
  tryout.clear();
  photos.addProblems(result.problems);
  await results.showTrained(result);
  const { evaluation } = result;
  status.show(() => (result.stopped ? texts.stopped(result.epochs, epochs, evaluation) : texts.trained(evaluation)));
}
