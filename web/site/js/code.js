import { element } from "./dom.js";
import { texts } from "./texts.js";

/**
 * A fold with text to be copied.
 *
 * @param {import("./status.js").Status} status
 * @param {import("./dom.js").Text} title
 * @param {import("./dom.js").Text} hint
 * @param {...HTMLElement} more  put beside the button that copies
 */
export function createCodeFold(status, title, hint, ...more) {
  const code = element("code");
  const box = element("pre", { tabindex: "0", "aria-label": title }, code);
  const copy = element("button", { type: "button" }, () => texts.copy);
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent ?? "");
      status.show(() => texts.copied);
    } catch {
      // No clipboard on plain http, or it was refused: what is marked, the keyboard can copy.
      getSelection()?.selectAllChildren(code);
      box.focus();
      status.show(() => texts.marked);
    }
  });
  const summary = element("summary", {}, title);
  const content = element(
    "div",
    {},
    element("p", { class: "note" }, hint),
    box,
    element("div", { class: "row" }, copy, ...more),
  );
  return {
    fold: element("details", { class: "fold" }, summary, content),
    /** @param {string} text */
    show(text) {
      code.textContent = text;
    },
  };
}
