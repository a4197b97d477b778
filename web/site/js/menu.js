import { element, writeAttribute } from "./dom.js";

/**
 * @typedef {import("./dom.js").Text} Text
 * @typedef {{ text: Text, act: () => void, disabled?: boolean }} MenuItem
 */

/**
 * A button that unfolds a menu; arrows, Home, End and Escape work in it.
 *
 * @param {Text} name what the button is called
 * @param {() => MenuItem[]} items asked for whenever the menu is opened
 * @param {Text} [text] what stands on it, three dots by default
 */
export function createMenu(name, items, text) {
  const button = element(
    "button",
    {
      type: "button",
      class: text ? "small" : "quiet menu-button",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-label": name,
      title: name,
    },
    text ?? "⋯",
  );
  const list = element("div", { class: "menu-list", role: "menu", "aria-label": name });
  const root = element("div", { class: "menu" }, button, list);
  list.hidden = true;

  function close() {
    list.hidden = true;
    list.replaceChildren();
    button.setAttribute("aria-expanded", "false");
  }

  /** @param {MenuItem} item */
  function makeItem({ text, act, disabled }) {
    const made = element("button", { type: "button", role: "menuitem", tabindex: "-1" }, text);
    made.disabled = disabled ?? false;
    made.addEventListener("click", () => {
      close();
      button.focus();
      act();
    });
    return made;
  }

  button.addEventListener("click", () => {
    if (!list.hidden) return close();
    list.replaceChildren(...items().map(makeItem));
    list.hidden = false;
    button.setAttribute("aria-expanded", "true");
    step(list, -1, 1);
  });
  button.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" || !list.hidden) return;
    event.preventDefault();
    button.click();
  });
  list.addEventListener("keydown", (event) => {
    const entries = [...list.children];
    const at = entries.indexOf(/** @type {Element} */ (document.activeElement));
    if (event.key === "ArrowDown") step(list, at, 1);
    else if (event.key === "ArrowUp") step(list, Math.max(at, 0), -1);
    else if (event.key === "Home") step(list, -1, 1);
    else if (event.key === "End") step(list, entries.length, -1);
    else if (event.key === "Escape") {
      close();
      button.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  root.addEventListener("focusout", ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && root.contains(relatedTarget))) close();
  });
  /** Write the name anew. */
  function update() {
    for (const [node, attribute] of /** @type {[Element, string][]} */ ([
      [button, "aria-label"],
      [button, "title"],
      [list, "aria-label"],
    ])) {
      writeAttribute(node, attribute, name);
    }
  }

  return { root, button, update };
}

/**
 * Focus the next item that can be chosen, round the end.
 *
 * @param {HTMLElement} list
 * @param {number} from
 * @param {1 | -1} by
 */
function step(list, from, by) {
  const entries = /** @type {HTMLButtonElement[]} */ ([...list.children]);
  for (let i = 1; i <= entries.length; i++) {
    const entry = entries[(from + by * i + 2 * entries.length) % entries.length];
    if (entry && !entry.disabled) return entry.focus();
  }
}
