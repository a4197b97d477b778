import { element, find, setProgress } from "./dom.js";
import { texts } from "./texts.js";

/** @typedef {ReturnType<typeof createStatus>} Status */

/** Counting aloud faster than this only makes screen readers stammer. */
const QUIET_MS = 150;

/** The line that says what goes on (role="status") with its bar, and the place for errors (role="alert"). */
export function createStatus() {
  const line = find("status", HTMLElement);
  const progress = find("activity", HTMLProgressElement);
  const alert = find("alert", HTMLElement);
  const dismiss = find("dismiss", HTMLButtonElement);
  const box = find("alert-box", HTMLElement);
  let lastShown = 0;

  /**
   * Say how things stand; the bar goes away.
   *
   * @param {string} text
   */
  function show(text) {
    line.textContent = text;
    lastShown = performance.now();
    progress.hidden = true;
  }

  function clearError() {
    alert.replaceChildren();
    box.classList.remove("alert");
    dismiss.hidden = true;
  }

  dismiss.addEventListener("click", () => {
    clearError();
    line.focus(); // the button is gone, and the keyboard should not start at the top again
  });

  return {
    show,
    clearError,

    /**
     * Say what is being done, and how far; `total` 0 is "nobody knows".
     *
     * @param {string} text
     * @param {number} done
     * @param {number} total
     * @param {boolean} everyTime
     */
    progress(text, done = 0, total = 0, everyTime = false) {
      progress.hidden = false;
      setProgress(progress, done, total);
      const now = performance.now();
      // Only counts on the same thing may be skipped: scripts wait for each kind of line, and for single epochs.
      const again = withoutNumbers(text) === withoutNumbers(line.textContent ?? "");
      if (again && !everyTime && now - lastShown < QUIET_MS && done < total) return;
      line.textContent = text;
      lastShown = now;
    },

    /**
     * Show a sentence that helps, never a traceback.
     *
     * @param {string} what
     * @param {unknown} [error]
     */
    fail(what, error) {
      if (error !== undefined) console.error(error);
      show(texts.failedStatus);
      // The box itself is always there: screen readers only speak of alerts in places that they already know.
      box.classList.add("alert");
      dismiss.hidden = false;
      alert.replaceChildren(element("strong", {}, what), " ", explain(error));
    },
  };
}

/** @param {string} text */
function withoutNumbers(text) {
  return text.replace(/\d+/g, "");
}

/** @param {unknown} error @returns {string} */
function explain(error) {
  if (error === undefined) return "";
  const message = error instanceof Error ? error.message : String(error);
  if (!message.includes("Traceback")) return message;
  // Python's last line is "package.errors.SomeError: the sentence".
  const last = message.trimEnd().split("\n").at(-1) ?? message;
  return last.replace(/^[\w.]+: /, "");
}
