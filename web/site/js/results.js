import { bar, element, write } from "./dom.js";
import { createChart } from "./chart.js";
import { duration, percent, ratio } from "./format.js";
import { fillConfusion, fillPerClass } from "./tables.js";
import { labels, texts } from "./texts.js";

/**
 * @typedef {import("./protocol.js").Evaluation} Evaluation
 * @typedef {import("./protocol.js").History} History
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
 */
export function createResultsView(find) {
  const curves = createCurves(find);
  const box = find("result", HTMLElement);
  const summary = find("result-summary", HTMLElement);
  const tables = find("result-tables", HTMLElement);

  /**
   * @param {Evaluation | null} evaluation
   * @param {Text} without what to say where there is none
   * @param {Text} note "" for none
   */
  async function show(evaluation, without, note) {
    box.hidden = false;
    tables.hidden = !evaluation;
    summary.replaceChildren();
    if (evaluation) summary.append(...figuresOf(evaluation));
    else summary.append(element("p", { class: "hint" }, without));
    if (note) summary.append(element("p", { class: "note" }, note));
    if (!evaluation) return;
    await fillConfusion(find("confusion", HTMLTableElement), evaluation);
    await fillPerClass(find("per-class", HTMLTableElement), evaluation);
  }

  return {
    /**
     * While training: the curves of the model to come replace what is known of the one before.
     *
     * @param {History} history
     * @param {number} epochs
     */
    showHistory(history, epochs) {
      box.hidden = true;
      curves.show(history, epochs);
    },

    /** @param {import("./protocol.js").Trained} result */
    async showTrained(result) {
      curves.show(result.history, result.history.loss.length);
      const note = () => texts.run(result.nTraining, result.epochs, duration(result.seconds.total));
      await show(result.evaluation, () => texts.noValidation, note);
    },

    /** @param {import("./protocol.js").Opened} model */
    async showOpened({ history, evaluation }) {
      if (history && history.loss.length > 0) curves.show(history, history.loss.length);
      else curves.hide();
      await show(evaluation, () => texts.noStoredFigures, evaluation ? () => texts.storedFigures : "");
    },
  };
}

/** @param {import("./types.js").Find} find */
function createCurves(find) {
  const box = find("curves", HTMLElement);
  const accuracy = createChart(find("chart-accuracy", HTMLElement), percent, [0, 1]);
  const loss = createChart(find("chart-loss", HTMLElement), ratio, null);
  return {
    /** @param {History} history @param {number} epochs */
    show(history, epochs) {
      box.hidden = false;
      accuracy.show(history.accuracy, history.val_accuracy, epochs);
      loss.show(history.loss, history.val_loss, epochs);
      // For those who do not see the canvas. Not a live region: the status line speaks of the epochs.
      write(
        find("curves-text", HTMLElement),
        () => describe(labels.accuracy, percent, history.accuracy, history.val_accuracy),
        " ",
        () => describe(labels.loss, ratio, history.loss, history.val_loss),
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
 * @param {number[]} training
 * @param {number[]} [validation]
 */
function describe(name, format, training, validation = []) {
  const last = training.at(-1);
  const lastValidation = validation.at(-1);
  if (last === undefined) return "";
  return texts.curve(name, format(last), lastValidation === undefined ? null : format(lastValidation));
}

/** @param {Evaluation} evaluation @returns {Node[]} */
function figuresOf(evaluation) {
  const [low, high] = evaluation.interval;
  const scale = bar(evaluation.accuracy ?? 0);
  scale.classList.add("interval");
  scale.style.setProperty("--low", String(low));
  scale.style.setProperty("--high", String(high));
  const figures = [
    element("p", { class: "figure" }, () => percent(evaluation.accuracy)),
    element("p", { class: "label" }, () => texts.accuracyLabel),
    scale,
    element("p", { class: "exact" }, () => texts.accuracy(evaluation)),
  ];
  if (high - low > WIDE || evaluation.total < FEW) {
    figures.push(element("p", { class: "hint" }, () => texts.fewPhotos(evaluation)));
  }
  return figures;
}
