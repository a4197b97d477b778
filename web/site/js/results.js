import { backbonesTable } from "./backbones.js";
import { element, write } from "./dom.js";
import { createChart } from "./chart.js";
import { createConfusion } from "./confusion.js";
import { duration, percent, ratio } from "./format.js";
import { intervalBar } from "./interval.js";
import { CLEAR } from "./runs.js";
import { createPerClass } from "./tables.js";
import { labels, texts } from "./texts.js";
import { unjudgedBox } from "./unjudged.js";

/**
 * @typedef {import("./calls.js").Evaluation} Evaluation
 * @typedef {import("./calls.js").History} History
 * @typedef {import("./dom.js").Text} Text
 * @typedef {ReturnType<typeof createResultsView>} ResultsView
 */

/** From here on, an interval is so wide, or so few photos were used, that the figure alone would mislead. */
const WIDE = 0.2;
const FEW = 20;

/**
 * Curves and figures of a model; all numbers come ready from the client.
 *
 * @param {import("./types.js").Find} find
 * @param {import("./examine.js").ExamineView} [examine] what is behind the figures, where single photos are known
 */
export function createResultsView(find, examine) {
  const curves = createCurves(find);
  const confusion = createConfusion(find("confusion", HTMLTableElement), examine?.openCell);
  const perClass = createPerClass(find("per-class", HTMLTableElement));
  const boxes = [find("result-figures", HTMLElement), find("result", HTMLElement)];
  const summary = find("result-summary", HTMLElement);
  const tables = find("result-tables", HTMLElement);

  /**
   * @param {import("./calls.js").Trained | import("./calls.js").Opened} model
   * @param {Text} without what to say where there are no figures
   * @param {Text} note "" for none
   */
  async function show(model, without, note) {
    const { evaluation, refit, test, classes } = model;
    const unjudged = ("nTraining" in model && model.unjudged) || [];
    for (const box of boxes) box.hidden = false;
    tables.hidden = !evaluation;
    summary.replaceChildren();
    if (evaluation) summary.append(...figuresOf(evaluation, refit));
    else summary.append(element("p", { class: "hint" }, unjudged.length > 0 ? () => texts.noneJudged : without));
    summary.append(...unjudgedBox(unjudged, classes, examine));
    if (unjudged.length === 0 && evaluation?.unjudged?.length) summary.append(leftOut(evaluation.unjudged));
    if (test) summary.append(...testFigures(test));
    if (note) summary.append(element("p", { class: "note" }, note));
    const openable = (await examine?.show()) ?? false;
    if (!evaluation) return;
    await confusion.show(evaluation, openable);
    await perClass.show(evaluation.perClass);
  }

  return {
    /**
     * While training: the curves of the model to come replace what is known of the one before.
     *
     * @param {History} history
     * @param {number} epochs
     */
    showHistory(history, epochs) {
      for (const box of boxes) box.hidden = true;
      curves.show(history, epochs);
    },

    /** @param {import("./calls.js").Trained} result */
    async showTrained(result) {
      const { history, epochs, bestEpoch } = result;
      curves.show(history, epochs, bestEpoch);
      const note = () => texts.run(result.nTraining, epochs, duration(result.seconds.total));
      await show(result, () => texts.noValidation, note);
      const { views } = result;
      if (views) summary.append(element("p", { class: "note", id: `${summary.id}-views` }, () => viewsText(views)));
      const { alone, tuned, kept } = result.fineTuning ?? {};
      if (alone != null && tuned != null)
        summary.append(
          element("p", { class: "note", id: `${summary.id}-tuned` }, () =>
            texts.fineTuned(alone, tuned, kept === true),
          ),
        );
      if (result.backbones?.length) summary.append(backbonesTable(result.backbones, !!result.evaluation?.folds));
    },

    /** @param {import("./calls.js").Opened} model */
    async showOpened(model) {
      const { history, evaluation, test } = model;
      if (history && history.loss.length > 0) curves.show(history, history.loss.length);
      else curves.hide();
      await show(model, () => texts.noStoredFigures, evaluation || test ? () => texts.storedFigures : "");
    },
  };
}

/** @param {import("./calls.js").ViewsEffect} views */
function viewsText(views) {
  return texts.viewsEffect(views, views.pValue < CLEAR, ratio(views.pValue));
}

/** @param {import("./types.js").Find} find */
function createCurves(find) {
  const box = find("curves", HTMLElement);
  const kept = find("best-epoch", HTMLElement);
  const accuracy = createChart(find("chart-accuracy", HTMLElement), percent, [0, 1]);
  const loss = createChart(find("chart-loss", HTMLElement), ratio, null);
  return {
    /** @param {History} history @param {number} epochs @param {number | null} [best] the epoch whose weights were kept, where one was chosen */
    show(history, epochs, best) {
      box.hidden = false;
      // Without validation photos it is always the last one.
      const marked = (history.val_loss?.length && best) || undefined;
      accuracy.show(history.accuracy, history.val_accuracy, epochs, marked);
      loss.show(history.loss, history.val_loss, epochs, marked);
      kept.hidden = marked === undefined;
      if (marked !== undefined) write(kept, () => texts.bestEpoch(marked, epochs));
      // For those who do not see the canvas. Not a live region: the status line speaks of the epochs.
      write(
        find("curves-text", HTMLElement),
        () => describe(labels.accuracy, percent, marked, history.accuracy, history.val_accuracy),
        " ",
        () => describe(labels.loss, ratio, marked, history.loss, history.val_loss),
      );
    },
    hide() {
      box.hidden = true;
    },
  };
}

/**
 * @param {string} name
 * @param {(value: number) => string} format
 * @param {number | undefined} marked epoch to tell of; else it is the last one
 * @param {number[]} training
 * @param {number[]} [validation]
 */
function describe(name, format, marked, training, validation = []) {
  const epoch = marked ?? training.length;
  if (epoch === 0) return "";
  const judged = validation.at(epoch - 1);
  return texts.curve(name, epoch, format(training[epoch - 1]), judged === undefined ? null : format(judged));
}

/** @param {Evaluation} evaluation @param {boolean} refit @returns {Node[]} */
function figuresOf(evaluation, refit) {
  const [low, high] = evaluation.interval;
  const figures = [
    element("p", { class: "figure" }, () => percent(evaluation.accuracy)),
    element("p", { class: "label" }, () => texts.accuracyLabel),
    intervalBar(evaluation),
    element("p", { class: "exact" }, () => texts.accuracy(evaluation)),
    element("p", { class: "note" }, () => texts.figuresOf(evaluation, refit)),
  ];
  if (high - low > WIDE || evaluation.total < FEW) {
    figures.push(element("p", { class: "hint" }, () => texts.fewPhotos(evaluation)));
  }
  return figures;
}

/** @param {string[]} names of classes of which the figures say nothing */
function leftOut(names) {
  return element("p", { class: "hint" }, () => texts.unjudged(names.slice(0, 6), names.length, null));
}

/** @param {Evaluation} test @returns {Node[]} */
function testFigures(test) {
  return [
    element("p", { class: "label" }, () => texts.testLabel),
    intervalBar(test),
    element("p", { class: "exact" }, () => texts.accuracy(test)),
    element("p", { class: "note" }, () => texts.testOf),
  ];
}
