import { createCell } from "./cell.js";
import { write } from "./dom.js";
import { createJudgedList } from "./judged.js";
import { texts } from "./texts.js";

/**
 * @typedef {import("./calls.js").Judged} Judged
 * @typedef {import("./calls.js").JudgedPhoto} JudgedPhoto
 */

/**
 * The photos behind the figures: those of a cell of the confusion matrix, and the worst mistakes.
 *
 * @param {import("./types.js").App} app
 * @param {import("./judged.js").Actions} actions
 */
export function createMistakesView(app, actions) {
  const { find } = app;
  const fold = find("mistakes", HTMLDetailsElement);
  const cell = createCell(app, actions);
  const worst = createJudgedList(find("mistakes-list", HTMLElement), app, actions);
  /** @type {Judged | null} */
  let results = null;

  /** @param {Judged | null} judged of another model; null where nothing is known of single photos */
  async function show(judged) {
    results = judged;
    cell.hide();
    const mistakes = judged ? judged.photos.filter(isMistake) : [];
    fold.hidden = mistakes.length === 0;
    write(find("mistakes-count", HTMLElement), () => texts.mistakes(mistakes.length));
    await worst.show(mistakes, judged?.classes ?? []);
  }

  return {
    show,
    /** After an edit: ask for the places of the photos now. @param {import("./types.js").Desk} desk */
    async refresh(desk) {
      if (!results) return;
      results = await desk.results();
      if (!results || results.photos.length === 0) return show(null); // all photos were removed
      cell.update(results);
      worst.update(results);
    },
    /** Show the photos of a cell of the confusion matrix. @type {import("./confusion.js").OpenCell} */
    openCell(truth, predicted) {
      if (results) cell.show(results, truth, predicted);
    },
  };
}

/** @param {JudgedPhoto} photo */
export function isMistake({ true: truth, predicted, confirmed }) {
  return truth !== predicted && !confirmed;
}
