import { element } from "./dom.js";
import { labels, texts } from "./texts.js";

/** @typedef {import("./dom.js").Text} Text */

/** What an answered question resolves to, unless another button was pressed. */
export const GO = "go";

let asked = 0;

/**
 * Ask before something is deleted that nobody can bring back.
 *
 * @param {() => string} name
 * @returns {Promise<boolean>} whether to delete it
 */
export async function askToDelete(name) {
  const answer = await ask({
    title: () => texts.deleteKept(name()),
    parts: () => [element("p", {}, () => texts.goneForGood)],
    action: () => texts.delete,
  });
  return answer === GO;
}

/**
 * Ask something in a dialog. Escape and Cancel close it without an answer, whatever its fields hold.
 *
 * @param {object} question
 * @param {Text} question.title
 * @param {(heading: HTMLElement) => Node[]} question.parts what is below the title
 * @param {Text} question.action what the button says that answers it
 * @param {[value: string, text: Text][]} [question.others] further buttons, which look at no field
 * @param {boolean} [question.wide]
 * @param {HTMLElement} [question.focus] what has the focus at first
 * @returns {Promise<string>} GO, or the value of another button; "" where the visitor thought better of it
 */
export function ask({ title, parts, action, others = [], wide = false, focus }) {
  const heading = element("h2", { id: `question-${++asked}` }, title);
  /** @param {string} value @param {Text} text */
  const closing = (value, text) => {
    const button = element("button", { type: "button" }, text);
    button.addEventListener("click", () => dialog.close(value));
    return button;
  };
  const foot = element(
    "div",
    { class: "dialog-foot" },
    closing("", () => labels.cancel),
    ...others.map(([value, text]) => closing(value, text)),
    element("button", { type: "submit", value: GO, class: "primary" }, action),
  );
  const form = element("form", { method: "dialog" }, heading, ...parts(heading), foot);
  const dialog = element("dialog", { class: wide ? "dialog wide" : "dialog", "aria-labelledby": heading.id }, form);
  document.body.append(dialog);
  dialog.showModal();
  focus?.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
  });
}
