import { write } from "./dom.js";
import { duration, megabytes } from "./format.js";
import { isStopped } from "./operations.js";
import { createQualityView } from "./quality.js";
import { createReporter, createStages } from "./stages.js";
import { texts } from "./texts.js";
import { createTrainButtons, explainPhotos } from "./trainbuttons.js";

/**
 * @typedef {import("./types.js").App} App
 * @typedef {import("./calls.js").Progress} Progress
 * @typedef {import("./calls.js").Trained} Trained
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

  /** @param {boolean} [compared] first without the augmentation */
  function train(compared = false) {
    abort = new AbortController();
    const { signal } = abort;
    const { augmentation, ...without } = options.read();
    runTraining(
      app,
      views.results,
      buttons,
      signal,
      async (desk, onProgress) => {
        if (compared) {
          const plain = await desk.train({ ...without, signal, onProgress });
          if (signal.aborted) return plain;
        }
        return desk.train({ ...without, augmentation, signal, onProgress });
      },
      async (result) => {
        await showTrained(app, views, result, without.epochs ?? null);
        if (compared) find("runs", HTMLDetailsElement).open = true;
      },
    );
  }

  const canTrain = () => !explainPhotos(store.get()).against; // Enter in a field submits too
  let asking = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!canTrain() || asking) return;
    asking = true;
    const agreed = await quality.agreed().finally(() => (asking = false));
    if (agreed && canTrain()) train();
  });
  const compare = find("compare-augmentation", HTMLButtonElement);
  compare.addEventListener("click", () => form.reportValidity() && train(true));

  const fineTune = find("option-fine-tune", HTMLInputElement);
  const cost = find("fine-tune-cost", HTMLElement);
  fineTune.addEventListener("change", async () => {
    cost.hidden = !fineTune.checked;
    const { client, album } = store.get();
    if (!fineTune.checked || !client || !album?.classes.length) return;
    write(cost, () => texts.fineTuneMeasuring);
    try {
      const found = await client.desk(app.desk).fineTuneCost(options.read());
      write(cost, () => texts.fineTuneCost(duration(found.seconds), megabytes(found.bytes)));
    } catch {
      cost.hidden = true; // What is wrong is said when it is trained.
    }
  });

  buttons.stop.addEventListener("click", () => {
    abort.abort();
    buttons.stop.disabled = true;
    status.progress(() => texts.stopping);
  });

  store.subscribe((state) => {
    if (state.info) options.show(state.info);
    buttons.update(state);
    compare.disabled = explainPhotos(state).against !== "";
  });
  const quality = createQualityView(app); // after the fields that it follows
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
    if (progress.history) results.showHistory(progress.history, progress.epochs ?? progress.done);
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
    if (isStopped(error)) return null;
    throw error;
  }
}

/**
 * @param {App} app
 * @param {Views} views
 * @param {Trained} result
 * @param {number | null} epochs as asked for
 */
async function showTrained({ store, status }, { photos, results, tryout }, result, epochs) {
  store.set({ model: { classes: result.classes, source: "trained" } });
  tryout.forget();
  photos.addProblems(result.problems);
  await results.showTrained(result);
  const { evaluation, test } = result;
  status.show(() =>
    result.stopped ? texts.stopped(result.epochs, epochs, evaluation) : texts.trained(evaluation, test),
  );
}
