/** The one way by which photos come in, whatever they come from. */
import { askColumns } from "./columnsdialog.js";
import { askClass } from "./classdialog.js";
import { askFolders, askLetters } from "./choicedialog.js";
import { inOrder } from "./intake.js";
import { openAs } from "./openers.js";
import { ABORTED } from "./protocol.js";
import { say } from "./sentence.js";
import { labels, texts } from "./texts.js";

/**
 * @typedef {import("./types.js").App} App
 * @typedef {import("./types.js").Desk} Desk
 * @typedef {import("./types.js").Photo} Photo
 * @typedef {import("./calls.js").Added} Added
 * @typedef {import("./calls.js").AddOptions} AddOptions
 * @typedef {Exclude<NonNullable<Added["question"]>, { kind: "model" | "project" }>} Question
 */

/** The class that photos went to last, which is offered first. @type {WeakMap<App["store"], string>} */
const lastClass = new WeakMap();

/**
 * Take photos in, and ask the visitor what is not certain: columns of a table, how folders
 * are meant, or the class of photos that do not say it.
 * The files of a model and the zip of a project are opened as what they are.
 *
 * @param {App} app
 * @param {AddOptions | (() => AddOptions)} how as a function asked when their turn has come: a class may have got another name
 * @param {import("./intake.js").Source} source
 * @returns {Promise<boolean>} whether they are in; the page says why where they are not
 */
export async function addPhotos(app, how, source) {
  const { find, run, status } = app;
  let added = false;
  sayTaken(app);
  await run("adding", find("photos", HTMLElement), async (desk) => {
    status.clearError();
    const cancel = find("cancel-adding", HTMLButtonElement);
    const abort = new AbortController();
    const { signal } = abort;
    cancel.addEventListener("click", () => abort.abort(), { signal });
    cancel.hidden = false;
    try {
      status.progress(() => texts.findingPhotos);
      const { photos, problems } = await source({
        signal,
        onFound: (n) => status.progress(() => texts.foundPhotos(n)),
      });
      signal.throwIfAborted();
      app.store.set({ problems });
      const outcome = await addAll(app, desk, typeof how === "function" ? how() : how, inOrder(photos), signal);
      if (outcome === "cancelled") status.show(() => texts.nothingAdded);
      if (outcome === "model" || outcome === "project") openAs(app, outcome, photos);
      added = outcome === "added";
    } catch (error) {
      if (!(error instanceof DOMException && error.name === ABORTED)) throw error;
      status.show(() => texts.nothingAdded);
    } finally {
      cancel.hidden = true;
      abort.abort(); // the button listens no longer
    }
  });
  return added;
}

/** Say that photos have arrived, where they have to wait until all is loaded. @param {App} app */
export function sayTaken({ find, store }) {
  find("photos-waiting", HTMLElement).hidden = store.get().busy !== "loading";
}

/**
 * @param {App} app
 * @param {Desk} desk
 * @param {AddOptions} how
 * @param {Photo[]} photos
 * @param {AbortSignal} [signal]
 * @returns {Promise<"added" | "cancelled" | "model" | "project">} cancelled: the visitor thought better of it; the last two: that
 *   is what they are, and nothing is done yet
 */
export async function addAll(app, desk, how, photos, signal) {
  const { store, status } = app;
  /** @param {{ done: number, total: number }} progress */
  const onProgress = ({ done, total }) => status.progress(() => texts.reading(done, total), done, total);
  onProgress({ done: 0, total: photos.length });
  let result = await desk.add(how, photos, { signal, onProgress });
  while (result.question) {
    const { question } = result;
    if (question.kind === "model" || question.kind === "project") return question.kind;
    const answer = await ask(app, question);
    if (!answer) return "cancelled";
    const mapping = { ...how.mapping, ...answer.mapping };
    how = { ...how, ...answer, mapping, encodings: { ...how.encodings, ...answer.encodings } };
    result = await desk.add(how, photos, { signal, onProgress });
  }
  const { photos: known } = store.get();
  for (const { index, id, path } of result.added) known.set(id, photos[index ?? -1] ?? { path, blob: null });
  const label = result.added.at(-1)?.label;
  if (label !== undefined) lastClass.set(store, label);
  store.set({ classes: result.classes, album: result, problems: result.problems });
  const total = result.classes.reduce((sum, { photos }) => sum + photos.length, 0);
  const leftOut = result.problems.length;
  const last = result.problems.at(-1);
  if (result.added.length === 0 && last)
    status.fail(() => `${texts.nothingUsable} ${last.path}: ${say(last.reason, last)}`);
  else if (photos.length === 0) status.fail(() => texts.noFiles);
  else status.show(() => texts.photosReady(total, result.classes.length, leftOut));
  return "added";
}

/** @param {App} app @param {Question} question @returns {Promise<AddOptions | null>} */
async function ask({ find, store, status }, question) {
  status.show(() => texts.asking);
  find("cancel-adding", HTMLButtonElement).hidden = true; // the dialog has its own
  if (question.kind === "columns") {
    const columns = await askColumns(question);
    return columns === undefined ? null : { mapping: { [question.path]: columns } };
  }
  if (question.kind === "names") {
    const letters = await askLetters(question);
    return letters && { encodings: { [question.path]: letters.encoding } };
  }
  if (question.kind === "folders") {
    const reading = await askFolders(question);
    return reading && { labelBy: reading.labelBy, splitFolders: reading.splitFolders };
  }
  const label = await askClass({
    title: () => texts.whichClass(question.photos),
    action: () => labels.addNow,
    classes: store.get().classes.map(({ label }) => label),
    anew: true,
    chosen: lastClass.get(store),
  });
  return label === null ? null : { label };
}
