import { element, write } from "./dom.js";
import { texts } from "./texts.js";

/**
 * The button that lets small classes count as much as large ones when they are trained on, or no longer: it sets the field
 * under "Advanced", and follows it.
 *
 * @param {import("./types.js").App} app
 */
export function createWeighButton({ status, find }) {
  const field = find("option-class-weight", HTMLSelectElement);
  const button = element("button", { type: "button", class: "small fix" });
  const isOn = () => field.value === "balanced";
  const show = () => write(button, () => (isOn() ? texts.weighNoMore : texts.weigh));
  field.addEventListener("change", show);
  button.addEventListener("click", () => {
    field.value = isOn() ? "" : "balanced";
    field.dispatchEvent(new Event("change", { bubbles: true })); // it is kept with the project
    status.show(() => (isOn() ? texts.weighed : texts.weighedNoMore));
  });
  show();
  return button;
}
