import { find } from "./dom.js";
import { countPhotos } from "./photos.js";
import { isFree } from "./state.js";
import { texts } from "./texts.js";

/** @typedef {import("./types.js").State} State */

/**
 * Train and Stop, of which one is there at a time; the keyboard's focus goes from one to the other.
 *
 * @param {HTMLFormElement} form
 */
export function createTrainButtons(form) {
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
      const ready = texts.trainReady(countPhotos(state.classes), state.classes.length);
      reason.textContent = training ? "" : against || ready;
      if (focusAfterwards && !train.disabled) {
        focusAfterwards = false;
        train.focus({ preventScroll: true });
      }
    },
  };
}

/** @param {State} state @returns {string} why training cannot start; "" if it can */
export function reasonAgainst(state) {
  const usable = state.classes.filter(({ training }) => training > 0).map(({ label }) => label);
  if (state.failed) return texts.notStarted;
  if (usable.length < 2 && state.busy !== "adding") return texts.needClasses(usable);
  if (state.busy === "loading") return texts.trainWhenReady;
  return isFree(state) ? "" : texts.trainWhenFree;
}
