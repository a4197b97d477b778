import { canArrange, redo, undo } from "./album.js";
import { write } from "./dom.js";
import { texts } from "./texts.js";

/**
 * Undo and redo, by button and by key.
 *
 * @param {import("./types.js").App} app
 */
export function createHistoryBar(app) {
  const { find, store } = app;
  const bar = find("arrange", HTMLElement);
  const back = find("undo", HTMLButtonElement);
  const again = find("redo", HTMLButtonElement);

  back.addEventListener("click", () => undo(app));
  again.addEventListener("click", () => redo(app));
  window.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || bar.offsetParent === null || isElsewhere(event.target)) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) redo(app);
    else undo(app);
  });

  store.subscribe((state) => {
    const { album } = state;
    const open = canArrange(state);
    bar.hidden = !album || (album.classes.length === 0 && !album.undo && !album.redo);
    const focused = document.activeElement;
    back.disabled = !open || !album?.undo;
    again.disabled = !open || !album?.redo;
    write(back, () => texts.undo(album?.undo ?? null));
    write(again, () => texts.redo(album?.redo ?? null));
    // A button that has done its work passes the focus on.
    if (focused === back && back.disabled && !again.disabled) again.focus();
    else if (focused === again && again.disabled && !back.disabled) back.focus();
  });
}

/** @param {EventTarget | null} target @returns {boolean} whether keys are for a field, or for a dialog */
function isElsewhere(target) {
  if (document.querySelector("dialog[open]")) return true;
  return (
    target instanceof Element &&
    target.closest("input[type=text], input[type=number], input[type=url], textarea") !== null
  );
}
