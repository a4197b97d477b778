import { arrange } from "./album.js";
import { moveSomewhere } from "./chosen.js";
import { movePhotos } from "./classcard.js";
import { createCrossView } from "./crossval.js";
import { createMistakesView } from "./mistakes.js";
import { createReliabilityView } from "./reliability.js";
import { createRunsView } from "./runs.js";
import { isFree } from "./state.js";
import { texts } from "./texts.js";
import { createAddPhotos } from "./ways.js";

/**
 * @typedef {import("./types.js").App} App
 * @typedef {import("./types.js").Desk} Desk
 * @typedef {ReturnType<typeof createExamineView>} ExamineView
 */

/**
 * What is behind the figures of a model, folded away: single photos, how far to trust it, and other trainings. What is
 * done to photos takes effect at once, and training again is a press away.
 *
 * @param {App} app
 * @param {() => import("./calls.js").TrainOptions} readOptions as chosen for the next training
 * @param {(trained: import("./calls.js").Trained) => Promise<void>} onUsed shows a model that is used again
 */
export function createExamineView(app, readOptions, onUsed) {
  const { store, status, find } = app;
  const actions = createActions(app, refresh);
  const mistakes = createMistakesView(app, actions);
  const reliability = createReliabilityView(app);
  // More photos may tell from which certainty on answers count.
  const cross = createCrossView(app, actions, readOptions, async (desk) => reliability.show(await desk.calibration()));
  const runs = createRunsView(app, onUsed);
  const box = find("result", HTMLElement);
  let { album } = store.get();

  /** @param {Desk} desk */
  async function refresh(desk) {
    await Promise.all([mistakes.refresh(desk), cross.refresh(desk)]);
  }

  store.subscribe((state) => {
    showAgain(box, state.album?.stale === true, isFree(state));
    if (state.album === album || !state.client) return;
    album = state.album;
    refresh(state.client.desk(app.desk)).catch((error) => status.fail(() => texts.failed.model, error));
  });
  for (const button of box.querySelectorAll("[data-again]")) {
    button.addEventListener("click", () => find("train-form", HTMLFormElement).requestSubmit());
  }

  return {
    openCell: mistakes.openCell,

    /** Record a class of the model once more, whatever it is called by now. @param {number} index */
    record(index) {
      const state = store.get();
      const label = state.album?.modelClasses?.[index] ?? state.model?.classes[index];
      if (label !== undefined && isFree(state)) createAddPhotos(app, () => label).record();
    },

    /** Train again, and check long recordings by their ends. */
    checkByEnds() {
      const field = find("option-split-recordings", HTMLInputElement);
      field.checked = true;
      field.dispatchEvent(new Event("change", { bubbles: true })); // it is kept with the project
      find("train-form", HTMLFormElement).requestSubmit();
    },

    /** Ask for what is known of the model that is there now. @returns {Promise<boolean>} whether its photos are known */
    async show() {
      const desk = store.get().client?.desk(app.desk);
      if (!desk) return false;
      const judged = await desk.results();
      const known = await desk.album();
      reliability.show(await desk.calibration());
      runs.show(await desk.runs());
      await mistakes.show(judged);
      album = known;
      store.set({ album, classes: known.classes }); // it tells whether the model is stale, too
      return (judged?.photos.length ?? 0) > 0;
    },
  };
}

/** @param {App} app @param {(desk: Desk) => Promise<void>} refresh @returns {import("./judged.js").Actions} */
function createActions(app, refresh) {
  return {
    move: (photos, to) => movePhotos(app, photos, to),
    moveSomewhere: (photos) => moveSomewhere(app, photos),
    remove: (photos) => arrange(app, { type: "deletePhotos", photos }, () => texts.deletedPhotos(photos.length)),
    confirm(photos, on) {
      app.run("arranging", app.find("result", HTMLElement), async (desk) => {
        await desk.confirm(photos, on);
        await refresh(desk);
        app.status.show(() => (on ? texts.confirmed : texts.unconfirmed));
      });
    },
  };
}

/** @param {HTMLElement} result @param {boolean} stale @param {boolean} free */
function showAgain(result, stale, free) {
  for (const box of result.querySelectorAll("[data-stale]")) {
    /** @type {HTMLElement} */ (box).hidden = !stale;
    for (const button of box.querySelectorAll("button")) button.disabled = !free;
  }
}
