import { element, write } from "./dom.js";
import { labels, texts } from "./texts.js";

/**
 * @typedef {import("./dom.js").Text} Text
 * @typedef {{ title: Text, action: Text, classes: string[], anew: boolean, chosen?: string }} Question  classes: to
 *   choose from; anew: whether another name may be given; chosen: the class that is offered first
 */

let made = 0;

/**
 * Ask for a class, in a dialog.
 *
 * @param {Question} question
 * @returns {Promise<string | null>} its name; null where the visitor thought better of it
 */
export function askClass({ title, action, classes, anew, chosen: first }) {
  const id = `ask-class-${++made}`;
  const options = classes.map((label) => element("option", { value: label }, label));
  const another = element("option", { value: "" }, () => labels.anotherClass);
  const select = element("select", { id: `${id}-class` }, ...options, ...(anew ? [another] : []));
  const chosen = element(
    "div",
    { class: "field" },
    element("label", { for: select.id }, () => labels.className),
    select,
  );
  const input = element("input", { id: `${id}-name`, type: "text", maxlength: "200", autocomplete: "off" });
  const named = element(
    "div",
    { class: "field" },
    element("label", { for: input.id }, () => labels.newClassName),
    input,
  );
  const cancel = element("button", { type: "button" }, () => labels.cancel);
  const go = element("button", { type: "submit", class: "primary" }, action);
  const heading = element("h2", { id: `${id}-title` });
  const form = element(
    "form",
    { method: "dialog" },
    heading,
    chosen,
    named,
    element("div", { class: "dialog-foot" }, cancel, go),
  );
  const dialog = element("dialog", { class: "dialog", "aria-labelledby": heading.id }, form);
  write(heading, title);
  if (first !== undefined && classes.includes(first)) select.value = first;

  function update() {
    const isNew = anew && select.value === "";
    chosen.hidden = classes.length === 0;
    named.hidden = !isNew;
    input.required = isNew;
  }

  update();
  select.addEventListener("change", () => {
    update();
    if (!named.hidden) input.focus();
  });
  input.addEventListener("input", () => input.setCustomValidity(input.value.trim() ? "" : texts.needName));
  cancel.addEventListener("click", () => dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  (chosen.hidden ? input : select).focus();
  return new Promise((resolve) => {
    let answer = /** @type {string | null} */ (null);
    form.addEventListener("submit", () => (answer = named.hidden ? select.value : input.value.trim()));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
  });
}
