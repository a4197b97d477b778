/** What can be done with the chosen photos, at the bottom of the screen while there are any. */
import { arrange, canArrange, placeOf } from "./album.js";
import { askClass } from "./classdialog.js";
import { movePhotos } from "./classcard.js";
import { write } from "./dom.js";
import { createMenu } from "./menu.js";
import { openPhoto } from "./photodialog.js";
import { labels, texts } from "./texts.js";

const DOUBLE_CLICK_MS = 500;

/**
 * @param {import("./types.js").App} app
 * @param {import("./selection.js").Selection} selection
 */
export function createChosenBar(app, selection) {
  const { find, store } = app;
  const bar = find("chosen", HTMLElement);
  const count = find("chosen-count", HTMLElement);
  const buttons = {
    view: find("chosen-view", HTMLButtonElement),
    move: find("chosen-move", HTMLButtonElement),
    delete: find("chosen-delete", HTMLButtonElement),
  };

  /** @param {import("./calls.js").Split} split */
  function mark(split) {
    const photos = selection.ids();
    return arrange(app, { type: "movePhotos", photos, split }, () => texts.markedFor(photos.length, split));
  }

  function remove() {
    const photos = selection.ids();
    return arrange(app, { type: "deletePhotos", photos }, () => texts.deletedPhotos(photos.length));
  }

  const menu = createMenu(
    () => labels.chosenMenu,
    () => [
      { text: () => labels.useForTraining, act: () => mark("training"), disabled: !canArrange(store.get()) },
      { text: () => labels.useForValidation, act: () => mark("validation"), disabled: !canArrange(store.get()) },
      { text: () => labels.useForTest, act: () => mark("test"), disabled: !canArrange(store.get()) },
    ],
  );
  bar.append(menu.root);
  buttons.view.addEventListener("click", () => openPhoto(app, selection.ids(), selection.ids()[0]));
  buttons.move.addEventListener("click", () => moveSomewhere(app, selection.ids()));
  buttons.delete.addEventListener("click", remove);
  find("chosen-none", HTMLButtonElement).addEventListener("click", () => selection.replace([]));
  find("classes", HTMLElement).addEventListener("keydown", (event) => {
    if (
      event.key === "Delete" &&
      selection.size > 0 &&
      event.target instanceof Element &&
      event.target.closest("[role=option]")
    )
      remove();
  });

  function update() {
    const open = canArrange(store.get());
    if (bar.hidden && selection.size > 0) letThrough(bar);
    bar.hidden = selection.size === 0;
    if (bar.hidden) return;
    write(count, () => texts.chosen(selection.size));
    for (const button of Object.values(buttons)) button.disabled = !open && button !== buttons.view;
  }

  /** The grid that the keyboard was in last. @type {Element | null} */
  let grid = null;
  find("classes", HTMLElement).addEventListener("focusin", ({ target }) => {
    if (target instanceof Element) grid = target.closest(".photo-grid") ?? grid;
  });
  selection.subscribe(() => {
    const focused = bar.contains(document.activeElement);
    update();
    // The bar has gone; go on in the grid.
    const photo = bar.hidden && focused ? grid?.querySelector(".photo[tabindex='0']") : null;
    if (photo instanceof HTMLElement) photo.focus({ preventScroll: true });
  });
  let { album } = store.get();
  store.subscribe((state) => {
    if (state.album !== album) {
      album = state.album;
      // Photos that were deleted are not chosen any more.
      if (selection.size > 0) selection.replace(selection.ids().filter((id) => placeOf(state, id)));
    }
    update();
  });
}

/** Ask which class photos are to go to, and move them there. @param {import("./types.js").App} app @param {number[]} photos */
export async function moveSomewhere(app, photos) {
  const classes = (app.store.get().album?.classes ?? []).map(({ label }) => label);
  const to = await askClass({
    title: () => texts.moveTitle(photos.length),
    action: () => labels.move,
    classes,
    anew: true,
  });
  if (to) await movePhotos(app, photos, to);
}

/** @param {HTMLElement} bar that comes up: the second click of a double click is for the photo beneath */
function letThrough(bar) {
  bar.classList.add("fresh");
  setTimeout(() => bar.classList.remove("fresh"), DOUBLE_CLICK_MS);
}
