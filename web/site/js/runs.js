import { element, write } from "./dom.js";
import { ratio } from "./format.js";
import { intervalBar } from "./interval.js";
import { askToDelete } from "./question.js";
import { isFree } from "./state.js";
import { labels, texts } from "./texts.js";

/**
 * @typedef {import("./calls.js").TrainingOverview} Run
 * @typedef {import("./calls.js").Trained} Trained
 */

/** Below this, chance alone would seldom make such a difference. */
export const CLEAR = 0.05;

/** What a training can be set to, with the names of the fields' labels. @type {Record<string, keyof typeof labels>} */
const SETTINGS = {
  epochs: "epochs",
  learningRate: "learningRate",
  hiddenUnits: "hiddenUnits",
  l2: "l2",
  batchSize: "batchSize",
  validationSplit: "validationShare",
  splitRecordings: "splitRecordings",
  backbone: "backbone",
  inputSize: "inputSize",
  refit: "refit",
  patience: "patience",
  classWeight: "classWeight",
  views: "views",
  fineTune: "fineTune",
};

/**
 * The trainings side by side, each compared with the model in use on the photos that both were judged by.
 *
 * @param {import("./types.js").App} app
 * @param {(trained: Trained) => Promise<void>} onUsed shows a model that is used again
 */
export function createRunsView(app, onUsed) {
  const { store, status, run, find } = app;
  const fold = find("runs", HTMLDetailsElement);
  const summary = find("runs-count", HTMLElement);
  const list = find("runs-list", HTMLElement);
  const since = find("result-before", HTMLElement); // beside the large figure

  /** @param {Run[]} runs */
  function show(runs) {
    fold.hidden = runs.length === 0;
    write(summary, () => texts.runs(runs.length));
    list.replaceChildren(...runs.map(makeItem));
    const before = runs.find(({ inUse }) => inUse)?.before;
    since.hidden = !before;
    write(since, () => (before ? texts.sameJudged(before) : ""));
    enable(store.get());
  }

  /** @param {Run} one */
  function makeItem(one) {
    const { number, evaluation, inUse, versus } = one;
    const head = element(
      "p",
      { class: "run-head" },
      element("strong", {}, () => texts.runName(number)),
    );
    if (inUse)
      head.append(
        " ",
        element("span", { class: "badge" }, () => texts.inUse),
      );
    const item = element(
      "li",
      {},
      head,
      element("p", { class: "note" }, () => settingsOf(one)),
    );
    if (evaluation)
      item.append(
        intervalBar(evaluation),
        element("p", { class: "exact" }, () => texts.accuracy(evaluation)),
      );
    if (versus)
      item.append(
        element("p", { class: "versus" }, () =>
          texts.versus(versus, (versus.pValue ?? 1) < CLEAR, ratio(versus.pValue)),
        ),
      );
    const buttons = element("div", { class: "small-actions" });
    if (!inUse)
      buttons.append(
        action(
          () => texts.useRun,
          number,
          () => use(number),
        ),
      );
    buttons.append(
      action(
        () => texts.forgetRun,
        number,
        () => forget(number),
      ),
    );
    item.append(buttons);
    return item;
  }

  /** @param {() => string} text @param {number} number @param {() => void} act */
  function action(text, number, act) {
    const name = () => `${text()}: ${texts.runName(number)}`;
    const button = element("button", { type: "button", class: "small", "aria-label": name }, text);
    button.addEventListener("click", act);
    return button;
  }

  /** @param {number} number */
  function use(number) {
    run("model", fold, async (desk) => {
      status.progress(() => texts.opening);
      await onUsed(await desk.useRun(number));
      status.show(() => texts.usedRun(number));
      summary.focus();
    });
  }

  /** @param {number} number */
  async function forget(number) {
    if (!(await askToDelete(() => texts.runName(number)))) return;
    run("model", fold, async (desk) => {
      show(await desk.forgetRun(number));
      status.show(() => texts.forgotRun(number));
      summary.focus();
    });
  }

  /** @param {import("./types.js").State} state */
  function enable(state) {
    for (const button of list.querySelectorAll("button")) button.disabled = !isFree(state);
  }

  store.subscribe(enable);
  return { show };
}

/** @param {Run} run */
function settingsOf({ settings, nTraining, nClasses }) {
  const differing = Object.entries(settings).map(([name, value]) =>
    name === "augmentation"
      ? texts.augmented(/** @type {import("./calls.js").Augmentation | null} */ (value ?? null))
      : texts.setting(name in SETTINGS ? labels[SETTINGS[name]] : name, shownValue(name, value)),
  );
  return [texts.trainedOn(nTraining, nClasses), ...differing].join(" · ");
}

/** @type {Record<string, keyof typeof labels>} */
const VIEWS = { flip: "viewsFlip", crop: "viewsCrop", "flip+crop": "viewsBoth" };

/** @param {string} name @param {unknown} value as the fields show it */
function shownValue(name, value) {
  if (name === "validationSplit") return String(Math.round(Number(value) * 100));
  if (value === null && (name === "epochs" || name === "l2")) return labels.automatic;
  if (name === "views") return labels[VIEWS[String(value)] ?? "viewsNone"];
  if (typeof value === "boolean") return value ? labels.yes : labels.no;
  return value === "balanced" ? labels.classWeightBalanced : String(value ?? "–");
}
