import { find } from "./dom.js";
import { createOptionsForm } from "./form.js";
import { createReporter, createStages } from "./stages.js";
import { texts } from "./texts.js";
import { createTrainButtons, reasonAgainst } from "./trainbuttons.js";

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
 */
export function createTrainingView(app, views) {
  const { store, status } = app;
  const form = find("train-form", HTMLFormElement);
  const options = createOptionsForm(form);
  const buttons = createTrainButtons(form);
  let abort = new AbortController();

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (reasonAgainst(store.get())) return; // Enter in a field submits too
    abort = new AbortController();
    train(app, views, buttons, { ...options.read(), signal: abort.signal });
  });

  buttons.stop.addEventListener("click", () => {
    abort.abort();
    buttons.stop.disabled = true;
    status.progress(texts.stopping);
  });

  store.subscribe((state) => {
    if (state.info) options.show(state.info);
    buttons.update(state);
  });
}

/**
 * @param {App} app
 * @param {Views} views
 * @param {ReturnType<typeof createTrainButtons>} buttons
 * @param {import("./protocol.js").TrainOptions & { signal: AbortSignal }} chosen
 */
function train(app, views, buttons, chosen) {
  const stages = createStages();
  const say = createReporter(app.status);
  /** @param {Progress} progress */
  const onProgress = (progress) => {
    stages.show(progress);
    if (!chosen.signal.aborted) say(progress);
    if (progress.history) views.results.showHistory(progress.history, progress.epochs ?? progress.total);
  };
  app.run("training", find("training", HTMLElement), async (client) => {
    app.status.progress(texts.preparing);
    stages.reset();
    buttons.started();
    try {
      const result = await orNull(client.train({ ...chosen, onProgress }));
      if (result) await showTrained(app, views, result, chosen.epochs ?? result.epochs);
      else app.status.show(texts.stoppedEarly);
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
  status.show(result.stopped ? texts.stopped(result.epochs, epochs, evaluation) : texts.trained(evaluation));
}
