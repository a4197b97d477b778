/**
 * Classes that have no photos yet. They are on the page only, so that it begins with two of them, and Python hears of
 * one with its first photo. Where photos bring classes of their own, those that nobody has touched go away.
 */
import { arrange } from "./album.js";
import { createClassWays } from "./classways.js";
import { element, writeAttribute } from "./dom.js";
import { acceptDrops } from "./intake.js";
import { createName } from "./name.js";
import { isFree } from "./state.js";
import { texts } from "./texts.js";
import { createAddPhotos } from "./ways.js";

/** @typedef {import("./types.js").App} App */

/** A page begins with as many as a classifier needs. */
const AT_FIRST = 2;

/**
 * @param {App} app
 * @param {(label: string) => void} rename let the visitor write the name of a class that has just been made
 */
export function createStarters(app, rename) {
  const { find, store } = app;
  const list = find("starters", HTMLElement);
  const add = find("new-class", HTMLButtonElement);
  /** @type {ReturnType<typeof createStarter>[]} */
  let starters = [];
  /** Whether classes are made by hand here. */
  let byHand = false;

  const labelsOf = () => (store.get().album?.classes ?? []).map(({ label }) => label);

  /** @returns {number} the first that no class has in its name */
  function nextNumber() {
    const taken = new Set([...labelsOf(), ...starters.map(({ label }) => label())]);
    let n = 1;
    while (taken.has(texts.classNumber(n))) n++;
    return n;
  }

  function addStarter() {
    const made = createStarter(app, nextNumber(), {
      onTouched: () => (byHand = true),
      onRemove: () => {
        starters = starters.filter((one) => one !== made);
        show();
        add.focus(); // the button has gone with the card
      },
    });
    starters.push(made);
    return made;
  }

  function show() {
    const total = labelsOf().length + starters.length;
    list.replaceChildren(...starters.map(({ root }) => root));
    list.hidden = starters.length === 0 || (labelsOf().length > 0 && !byHand);
    for (const one of starters) one.allowRemoving(total > AT_FIRST);
  }

  add.addEventListener("click", async () => {
    if (labelsOf().length > 0) {
      const label = texts.classNumber(nextNumber());
      if (await arrange(app, { type: "addClass", label }, () => texts.madeClass(label))) rename(label);
      return;
    }
    byHand = true;
    const made = addStarter();
    show();
    made.edit();
  });

  /** @type {import("./calls.js").AlbumOverview | null | undefined} */
  let album;
  store.subscribe((state) => {
    for (const one of starters) one.enable(state);
    add.disabled = !isFree(state, "loading", "adding") || (labelsOf().length > 0 && !isFree(state));
    if (state.album === album) return;
    album = state.album;
    const taken = new Set(labelsOf());
    const left = starters.filter(({ label }) => !taken.has(label()));
    if (left.length < starters.length) byHand = true; // the first photo of one of them
    starters = left;
    if (taken.size === 0) {
      byHand = starters.some(({ touched }) => touched());
      while (starters.length < AT_FIRST) addStarter();
      for (const one of starters) one.enable(state);
    }
    show();
  });
}

/**
 * @param {App} app
 * @param {number} number
 * @param {{ onTouched: () => void, onRemove: () => void }} on
 */
function createStarter(app, number, { onTouched, onRemove }) {
  /** As the visitor named it. @type {string | null} */
  let given = null;
  const label = () => given ?? texts.classNumber(number);
  const ways = createClassWays(app, label);
  const name = createName({
    name: label,
    canEdit: () => true,
    onRename: (to) => {
      given = to;
      onTouched();
      showName();
    },
  });
  const remove = element("button", { type: "button", class: "quiet pencil" }, "✕");
  const root = element(
    "li",
    { class: "class" },
    element("div", { class: "class-head" }, name.heading, name.pencil, remove),
    ways.help,
    ways.buttons,
  );
  remove.addEventListener("click", onRemove);
  acceptDrops(
    root,
    () => isFree(app.store.get(), "loading", "adding"),
    (source) => {
      if (source) createAddPhotos(app, label()).add(source);
      else app.status.fail(() => texts.noFiles);
    },
  );

  function showName() {
    name.show();
    ways.show(0);
    for (const attribute of ["aria-label", "title"])
      writeAttribute(remove, attribute, () => texts.removeClass(label()));
  }

  showName();
  return {
    root,
    label,
    edit: name.edit,
    enable: ways.enable,
    touched: () => given !== null,
    /** @param {boolean} allowed */
    allowRemoving(allowed) {
      remove.hidden = !allowed;
    },
  };
}
