import { find, setProgress } from "./dom.js";
import { createOptionsForm } from "./form.js";
import { countPhotos } from "./photos.js";
import { isFree } from "./state.js";
import { texts } from "./texts.js";

/**
 * @typedef {import("./types.js").App} App
 * @typedef {import("./types.js").Client} Client
 * @typedef {import("./types.js").State} State
 * @typedef {import("./protocol.js").TrainOptions} TrainOptions
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
export function createTrainingView({ store, status, run }, { photos, results, tryout }) {
  const panel = find("training", HTMLElement);
  const form = find("train-form", HTMLFormElement);
  const options = createOptionsForm(form);
  const buttons = createButtons(form);
  const stages = createStages();
  let abort = new AbortController();

  /**
   * @param {Client} client
   * @param {TrainOptions} chosen
   * @returns {Promise<Trained | null>} null if stopped too early
   */
  async function train(client, chosen) {
    const say = createReporter(status);
    try {
      return await client.train({
        ...chosen,
        signal: abort.signal,
        onProgress(progress) {
          stages.show(progress);
          if (!abort.signal.aborted) say(progress);
          if (progress.history) results.showHistory(progress.history, progress.epochs ?? progress.total);
        },
      });
    } catch (error) {
      if (error instanceof Error && error.name === "AbortError") return null;
      throw error;
    }
  }

  /** @param {Trained} result @param {TrainOptions} chosen */
  async function show(result, chosen) {
    store.set({ model: { classes: result.classes, source: "trained" } });
    tryout.clear();
    photos.addProblems(result.problems);
    await results.showTrained(result);
    status.show(
      result.stopped
        ? texts.stopped(result.epochs, chosen.epochs ?? result.epochs, result.evaluation)
        : texts.trained(result.evaluation),
    );
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (reasonAgainst(store.get())) return; // Enter in a field submits too
    abort = new AbortController();
    const chosen = options.read();
    run("training", panel, async (client) => {
      status.progress(texts.preparing);
      results.clear();
      stages.reset();
      buttons.started();
      try {
        const result = await train(client, chosen);
        if (result) await show(result, chosen);
        else status.show(texts.stoppedEarly);
      } finally {
        stages.hide();
        buttons.ended();
      }
    });
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
 * Train and Stop, of which one is there at a time; the keyboard's focus goes from one to the other.
 *
 * @param {HTMLFormElement} form
 */
function createButtons(form) {
  const train = find("train", HTMLButtonElement);
  const stop = find("stop", HTMLButtonElement);
  const reason = find("train-reason", HTMLElement);
  const fields = find("options", HTMLFieldSetElement);
  let focusAfterwards = false;

  return {
    stop,
    started() {
      train.hidden = true;
      stop.hidden = stop.disabled = false;
      // The disabled Train button has lost the focus by now; take it over unless it has moved elsewhere.
      if (document.activeElement === document.body || form.contains(document.activeElement)) stop.focus();
    },
    ended() {
      focusAfterwards = document.activeElement === stop || document.activeElement === document.body;
      stop.hidden = true;
      train.hidden = false;
    },
    /** @param {State} state */
    update(state) {
      const against = reasonAgainst(state);
      const training = state.busy === "training";
      train.disabled = against !== "";
      fields.disabled = training;
      reason.textContent = training ? "" : against || texts.trainReady(countPhotos(state.classes), state.classes.length);
      if (focusAfterwards && !train.disabled) {
        focusAfterwards = false;
        train.focus({ preventScroll: true });
      }
    },
  };
}

/** @param {State} state @returns {string} why training cannot start; "" if it can */
function reasonAgainst(state) {
  const usable = state.classes.filter(({ training }) => training > 0).map(({ label }) => label);
  if (state.failed) return texts.notStarted;
  if (usable.length < 2 && state.busy !== "adding") return texts.needClasses(usable);
  if (state.busy === "loading") return texts.trainWhenReady;
  return isFree(state) ? "" : texts.trainWhenFree;
}

/** The three rows of decoding, features and training, which partly run at the same time. */
function createStages() {
  const box = find("train-stages", HTMLElement);
  const names = ["decoding", "features", "training"];
  const rows = new Map(
    names.map((name) => {
      const line = find(`stage-${name}`, HTMLElement);
      const progress = /** @type {HTMLProgressElement} */ (line.querySelector("progress"));
      return [name, { line, progress, text: /** @type {HTMLElement} */ (line.querySelector("[data-count]")) }];
    }),
  );
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
      row.text.textContent = texts.outOf(done, total);
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
function createReporter(status) {
  let computing = false;
  /** @param {Progress} progress */
  return ({ stage, done, total, epoch, epochs }) => {
    if (stage === "training") {
      status.progress(texts.training(epoch ?? done, epochs ?? total), done, total, true);
      return;
    }
    computing ||= stage === "features" && done > 0;
    if (stage === "decoding" && computing) return;
    status.progress(texts.stage(stage, done, total), done, total);
  };
}
