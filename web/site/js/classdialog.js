import { element } from "./dom.js";
import { GO, ask } from "./question.js";
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
export async function askClass({ title, action, classes, anew, chosen: first }) {
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
  const answer = await ask({
    title,
    parts: () => [chosen, named],
    action,
    focus: chosen.hidden ? input : select,
  });
  if (answer !== GO) return null;
  return named.hidden ? select.value : input.value.trim();
}
