import { element, find, setProgress, textOf, write } from "./dom.js";
import { sentence } from "./sentence.js";
import { texts } from "./texts.js";
import { createTimeLeft } from "./timeleft.js";

/** @typedef {import("./dom.js").Text} Text */

/** Counting aloud faster than this only makes screen readers stammer. */
const QUIET_MS = 150;

/** The line that says what goes on (role="status") with its bar, and the place for errors (role="alert"). */
export class Status {
  #line = find("status", HTMLElement);
  #progress = find("activity", HTMLProgressElement);
  #alert = find("alert", HTMLElement);
  #alertBox = find("alert-box", HTMLElement);
  #dismiss = find("dismiss", HTMLButtonElement);
  #again = find("again", HTMLButtonElement);
  #lastShown = 0;
  /** What is being done, without its numbers. */
  #stage = "";
  #withTimeLeft = createTimeLeft();

  constructor() {
    this.#again.addEventListener("click", () => location.reload());
    this.#dismiss.addEventListener("click", () => {
      this.clearError();
      this.#line.focus(); // the button is gone, and the keyboard should not start at the top again
    });
  }

  /**
   * Say how things stand; the bar goes away.
   *
   * @param {Text} text
   */
  show(text) {
    write(this.#line, text);
    this.#lastShown = performance.now();
    this.#progress.hidden = true;
    this.#stage = "";
    this.#withTimeLeft = createTimeLeft();
  }

  /**
   * Say what is being done, how far, and how long it will still take. Counts on the same thing may be skipped when they come too fast.
   *
   * @param {Text} text
   * @param {number} done
   * @param {number} total 0 is "nobody knows"
   * @param {boolean} everyTime never skip
   */
  progress(text, done = 0, total = 0, everyTime = false) {
    this.#progress.hidden = false;
    setProgress(this.#progress, done, total);
    const now = performance.now();
    const stage = withoutNumbers(textOf(text));
    const again = stage === this.#stage;
    this.#stage = stage;
    const shown = this.#withTimeLeft({ stage, done, total }, text);
    if (again && !everyTime && now - this.#lastShown < QUIET_MS && done < total) return;
    write(this.#line, shown);
    this.#lastShown = now;
  }

  /**
   * Show a sentence that helps, never a traceback.
   *
   * @param {Text} what
   * @param {unknown} [error]
   * @param {boolean} [again] whether loading the page again may help
   */
  fail(what, error, again = false) {
    if (error !== undefined) console.error(error);
    this.show(() => texts.failedStatus);
    this.warn(what, error, again);
  }

  /**
   * Say beside the line, which goes on with what it says, what is not as the visitor meant it.
   *
   * @param {Text} what
   * @param {unknown} [error]
   * @param {boolean} [again] whether loading the page again may help
   */
  warn(what, error, again = false) {
    this.#again.hidden = !again;
    // The box itself is always there: screen readers only speak of alerts in places that they already know.
    this.#alertBox.classList.add("alert");
    this.#dismiss.hidden = false;
    this.#alert.replaceChildren(element("strong", {}, what), " ", explain(error));
  }

  clearError() {
    this.#alert.replaceChildren();
    this.#alertBox.classList.remove("alert");
    this.#dismiss.hidden = this.#again.hidden = true;
  }
}

/** @param {string} text @returns {string} its letters: "999" and "1,000" are alike */
function withoutNumbers(text) {
  return text.replace(/[^\p{L}]/gu, "");
}

/** @param {unknown} error @returns {Node | string} */
function explain(error) {
  if (error === undefined) return "";
  if (error instanceof Error && error.name === "Error") return error.message; // made here, of `texts`
  const message = error instanceof Error ? error.message : String(error);
  if (!message.includes("Traceback")) return sentence(message, Object(error));
  // Python's last line is "package.errors.SomeError: the sentence".
  const last = message.trimEnd().split("\n").at(-1) ?? message;
  return sentence(last.replace(/^[\w.]+: /, ""), {});
}
