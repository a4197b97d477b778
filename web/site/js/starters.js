/**
 * Classes that have no photos yet. They are on the page only, so that it begins with two of them, and come into the album
 * with their first photo; the names of those that somebody made are kept with the project until then. Where photos bring
 * classes of their own, those that nobody has touched go away.
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
  const { find, store, desk: place } = app;
  const list = find("starters", HTMLElement);
  const add = find("new-class", HTMLButtonElement);
  /** @type {ReturnType<typeof createStarter>[]} */
  let starters = [];
  /** Whether classes are made by hand here. */
  let byHand = false;
  let { planned, client } = store.get();
  /** The names that Python knows of. */
  let told = "";

  const labelsOf = () => (store.get().album?.classes ?? []).map(({ label }) => label);

  /** @returns {number} the first that no class has in its name */
  function nextNumber() {
    const taken = new Set([...labelsOf(), ...starters.map(({ label }) => label())]);
    let n = 1;
    while (taken.has(texts.classNumber(n))) n++;
    return n;
  }

  /** @param {{ name?: string, byHand?: boolean }} [as] name: that it has already; byHand: somebody made it */
  function addStarter(as = {}) {
    const made = createStarter(app, nextNumber(), as, {
      onTouched: () => {
        byHand = true;
        tell();
      },
      onRemove: () => {
        starters = starters.filter((one) => one !== made);
        show();
        tell();
        add.focus(); // the button has gone with the card
      },
    });
    starters.push(made);
    return made;
  }

  /** Take the classes that came back with a project. @param {string[] | null} names null: another project begins */
  function takePlanned(names) {
    starters = names ? starters.filter(({ touched }) => names.length === 0 || touched()) : [];
    const known = new Set([...labelsOf(), ...starters.map(({ label }) => label())]);
    for (const name of names ?? []) if (!known.has(name)) addStarter({ name, byHand: true });
    if (labelsOf().length === 0) while (starters.length < AT_FIRST) addStarter();
    byHand = starters.some(({ touched }) => touched());
    told = (names ?? []).join("\n");
    for (const one of starters) one.enable(store.get());
    show();
  }

  /** Let Python know the names, but not while a project comes that may have others. */
  function tell() {
    const { busy } = store.get();
    const names = starters.filter(({ touched }) => touched()).map(({ label }) => label());
    if (!client || busy === "loading" || busy === "restoring" || names.join("\n") === told) return;
    told = names.join("\n");
    client
      .desk(place)
      .planClasses(names)
      .catch(() => {}); // what ended is said elsewhere
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
    const made = addStarter({ byHand: true });
    show();
    tell();
    made.edit();
  });

  /** @type {import("./calls.js").AlbumOverview | null | undefined} */
  let album;
  store.subscribe((state) => {
    for (const one of starters) one.enable(state);
    add.disabled = !isFree(state, "loading", "adding") || (labelsOf().length > 0 && !isFree(state));
    if (state.client !== client) {
      client = state.client;
      told = ""; // another Python has begun
    }
    if (state.planned !== planned) {
      planned = state.planned;
      takePlanned(planned);
    }
    tell();
    if (state.album === album) return;
    album = state.album;
    const taken = new Set(labelsOf());
    const left = starters.filter(({ label }) => !taken.has(label()));
    if (left.length < starters.length) byHand = true; // the first photo of one of them
    starters = taken.size < AT_FIRST ? left : left.filter(({ touched }) => touched());
    if (taken.size === 0) {
      byHand = starters.some(({ touched }) => touched());
      while (starters.length < AT_FIRST) addStarter();
      for (const one of starters) one.enable(state);
    }
    show();
    tell();
  });
}

/**
 * @param {App} app
 * @param {number} number
 * @param {{ name?: string, byHand?: boolean }} as
 * @param {{ onTouched: () => void, onRemove: () => void }} on
 */
function createStarter(app, number, { name: first, byHand = false }, { onTouched, onRemove }) {
  /** As the visitor named it. @type {string | null} */
  let given = first ?? null;
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
      if (source) createAddPhotos(app, label).add(source);
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
    touched: () => byHand || given !== null,
    /** @param {boolean} allowed */
    allowRemoving(allowed) {
      remove.hidden = !allowed;
    },
  };
}
