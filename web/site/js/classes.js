import { ClassCard } from "./classcard.js";
import { element, write } from "./dom.js";
import { createStarters } from "./starters.js";
import { texts } from "./texts.js";

/** Classes shown at once, the others on request: hundreds make every page slow. */
const AT_ONCE = 40;

/**
 * The classes, each with its photos, as the album says.
 *
 * @param {import("./types.js").App} app
 * @param {import("./selection.js").Selection} selection
 */
export function createClassList(app, selection) {
  const list = app.find("classes", HTMLElement);
  const more = element("button", { type: "button", class: "quiet", hidden: "" });
  /** By the classes' keys. @type {Map<number, ClassCard>} */
  const cards = new Map();
  let most = AT_ONCE;
  more.hidden = true;
  list.after(more);
  more.addEventListener("click", () => {
    most += AT_ONCE;
    show();
  });

  function show() {
    const classes = app.store.get().album?.classes ?? [];
    const shown = classes.slice(0, most);
    const keys = new Set(shown.map(({ key }) => key));
    const focused = document.activeElement;
    let orphan = -1; // where the card was that had the focus
    for (const [key, card] of cards) {
      if (keys.has(key)) continue;
      if (card.root.contains(focused)) orphan = [...list.children].indexOf(card.root);
      card.remove();
      cards.delete(key);
    }
    for (const [position, count] of shown.entries()) {
      const card = cards.get(count.key) ?? new ClassCard(app, selection, count);
      if (cards.has(count.key)) card.show(count);
      cards.set(count.key, card);
      if (list.children[position] !== card.root) list.insertBefore(card.root, list.children[position] ?? null);
    }
    more.hidden = classes.length <= most;
    write(more, () => texts.showMore(Math.max(0, classes.length - most)));
    if (orphan >= 0)
      [...cards.values()]
        .find(({ root }) => root === list.children[Math.min(orphan, list.children.length - 1)])
        ?.focus();
    else if (focused instanceof HTMLElement && list.contains(focused)) focused.focus({ preventScroll: true }); // its card has moved
  }

  createStarters(app, (label) => {
    for (const card of cards.values()) if (card.label === label) card.rename();
  });

  /** @type {import("./calls.js").AlbumOverview | null} */
  let album = null;
  app.store.subscribe((state) => {
    if (state.album !== album) {
      album = state.album;
      if (!album) most = AT_ONCE;
      show();
    }
    for (const card of cards.values()) card.enable(state);
  });
}
