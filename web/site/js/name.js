import { element, write, writeAttribute } from "./dom.js";
import { labels, texts } from "./texts.js";

/**
 * The name of a class, which is edited where it stands: by the pencil, by a press on the name, or by `edit`.
 *
 * @param {{ name: () => string, canEdit: () => boolean, onRename: (to: string) => unknown }} options
 */
export function createName({ name, canEdit, onRename }) {
  const heading = element("h3");
  const pencil = element("button", { type: "button", class: "quiet pencil" }, "✎");

  /** Show the name as it is now. */
  function show() {
    write(heading, name);
    for (const attribute of ["aria-label", "title"]) writeAttribute(pencil, attribute, () => texts.renameClass(name()));
  }

  /** Write a new name where the old one stands. */
  function edit() {
    if (!canEdit() || heading.querySelector("input")) return;
    const [before, at] = [name(), document.activeElement];
    const input = element("input", {
      class: "class-name",
      type: "text",
      maxlength: "200",
      autocomplete: "off",
      "aria-label": () => labels.className,
    });
    input.value = before;
    heading.replaceChildren(input);
    pencil.hidden = true;
    input.select();
    let ended = false;
    const end = async (/** @type {boolean} */ keep) => {
      if (ended) return;
      ended = true;
      const focused = document.activeElement === input;
      const to = input.value.trim();
      pencil.hidden = false;
      show();
      const back = at instanceof HTMLElement && heading.parentElement?.parentElement?.contains(at);
      if (focused) (back ? at : pencil).focus();
      if (keep && to && to !== before) await onRename(to);
    };
    input.addEventListener("blur", () => end(true));
    input.addEventListener("keydown", (event) => {
      event.stopPropagation(); // keys of the grid and of the page
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault(); // or Enter would press the button that has the focus then
      end(event.key === "Enter");
    });
  }

  pencil.addEventListener("click", edit);
  heading.addEventListener("click", edit);
  show();
  return { heading, pencil, show, edit };
}
