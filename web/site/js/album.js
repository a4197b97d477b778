/**
 * The photos in order, as Python told last: where each of them is, and how to put them elsewhere.
 *
 * @typedef {import("./types.js").App} App
 * @typedef {import("./types.js").State} State
 * @typedef {import("./calls.js").AlbumOverview} Album
 * @typedef {import("./calls.js").Edit} Edit
 * @typedef {import("./dom.js").Text} Text
 * @typedef {{ label: string, marked: import("./calls.js").Split | null }} Place  marked: for validation or test
 */
import { nameOf, pathOf } from "./format.js";
import { isFree } from "./state.js";
import { labels, texts } from "./texts.js";

/** @type {WeakMap<Album, Map<number, Place>>} */
const places = new WeakMap();

/** @param {Album} album @returns {Map<number, Place>} where each photo is, by id */
function placesIn(album) {
  const known = places.get(album);
  if (known) return known;
  /** @type {Map<number, Place>} */
  const made = new Map();
  for (const { label, photos, marked, tested } of album.classes) {
    for (const id of photos) made.set(id, { label, marked: null });
    for (const id of marked) made.set(id, { label, marked: "validation" });
    for (const id of tested) made.set(id, { label, marked: "test" });
  }
  places.set(album, made);
  return made;
}

/** @param {State} state @param {number} id @returns {Place | undefined} undefined where the photo was deleted */
export function placeOf({ album }, id) {
  return album ? placesIn(album).get(id) : undefined;
}

/** @param {Place | undefined} place @returns {string} what to write on a photo that is marked */
export function badgeOf(place) {
  return place?.marked ? labels[place.marked === "test" ? "markedTest" : "marked"] : "";
}

/** @param {State} state @param {number} id @returns {string} the photo's path as it came in */
export function photoPath({ photos }, id) {
  const photo = photos.get(id);
  return photo ? pathOf(photo) : "";
}

/** @param {State} state @param {number} id @returns {Blob | null} the photo's file; null where only Python has it */
export function photoBlob({ photos }, id) {
  const photo = photos.get(id);
  return photo instanceof File ? photo : (photo?.blob ?? null);
}

/** @param {App} app @param {number} id @param {number} size of the longer side @returns {Promise<Blob | null>} as Python makes it */
export async function pythonPicture({ store, desk }, id, size) {
  try {
    return (await store.get().client?.desk(desk).picture(id, size)) ?? null;
  } catch {
    return null; // no picture of what is none, or is gone
  }
}

/** @param {State} state @param {number} id @returns {string} its class and its file's name, in words */
export function describePhoto(state, id) {
  const place = placeOf(state, id);
  const name = nameOf(photoPath(state, id));
  if (!place) return name;
  const described = texts.photoOf(place.label, name);
  return place.marked ? texts.markedPhoto(described, place.marked) : described;
}

/** @param {State} state @returns {boolean} whether classes and photos can be put in order now */
export function canArrange(state) {
  return state.album !== null && isFree(state, "arranging");
}

/**
 * Put photos and classes in order, and show what became of them.
 *
 * @param {App} app
 * @param {Edit} edit
 * @param {Text} [said] what the status line says then
 * @returns {Promise<boolean>} whether it was done; the page says why where it was not
 */
export function arrange(app, edit, said) {
  return change(app, said ?? (() => texts.arranged), (desk) => desk.edit(edit));
}

/** @param {App} app take the last edit back */
export function undo(app) {
  const what = app.store.get().album?.undo;
  return what
    ? change(
        app,
        () => texts.undone(what),
        (desk) => desk.undo(),
      )
    : Promise.resolve(false);
}

/** @param {App} app do once more what was undone */
export function redo(app) {
  const what = app.store.get().album?.redo;
  return what
    ? change(
        app,
        () => texts.redone(what),
        (desk) => desk.redo(),
      )
    : Promise.resolve(false);
}

/**
 * @param {App} app
 * @param {Text} said
 * @param {(desk: import("./types.js").Desk) => Promise<Album>} work
 */
async function change(app, said, work) {
  if (!canArrange(app.store.get())) return false;
  let done = false;
  await app.run("arranging", app.find("photos", HTMLElement), async (desk) => {
    takeAlbum(app, await work(desk));
    app.status.show(said);
    done = true;
  });
  return done;
}

/** @param {App} app @param {Album} album */
function takeAlbum({ store }, album) {
  store.set({ album, classes: album.classes });
}
