import { countPhotos } from "./photos.js";
import { isFree } from "./state.js";
import { labels, texts } from "./texts.js";

/** @typedef {import("./types.js").State} State */

/**
 * Train and Stop, of which one is there at a time; the keyboard's focus goes from one to the other.
 *
 * @param {HTMLFormElement} form
 * @param {import("./types.js").Find} find
 * @param {(state: State) => { against: string, ready: string, note?: string }} explain why training cannot start, else that it can;
 *   and what else there is to know
 */
export function createTrainButtons(form, find, explain) {
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
      const { against, ready, note = "" } = explain(state);
      const training = state.busy === "training";
      train.disabled = against !== "";
      fields.disabled = training;
      const stale = state.album?.stale === true;
      // Once trained, trying it out comes next.
      const first = stale || state.model?.source !== "trained";
      for (const name of ["primary", "large"]) train.classList.toggle(name, first);
      train.dataset.text = stale ? "trainAgain" : "train";
      train.textContent = labels[stale ? "trainAgain" : "train"];
      reason.textContent = training ? "" : `${against || (stale ? texts.stale(ready) : ready)} ${note}`.trim();
      if (focusAfterwards && !train.disabled) {
        focusAfterwards = false;
        train.focus({ preventScroll: true });
      }
    },
  };
}

/** @param {State} state whether there are photos to train on */
export function explainPhotos(state) {
  const usable = state.classes.filter(({ enabled, training }) => enabled && training > 0);
  const missing =
    usable.length < 2 && state.busy !== "adding" ? texts.needClasses(usable.map(({ label }) => label)) : "";
  const ready = texts.trainReady(countPhotos(usable), usable.length);
  return {
    against: reasonAgainst(state, missing),
    ready,
    note: state.model?.source === "opened" ? texts.trainingOn : "",
  };
}

/** @param {State} state @param {string} missing what training needs and is not there @returns {string} */
export function reasonAgainst(state, missing) {
  if (state.failed) return texts.notStarted;
  if (missing) return missing;
  if (state.busy === "loading") return texts.trainWhenReady;
  return isFree(state) ? "" : texts.trainWhenFree;
}
