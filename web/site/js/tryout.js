import { appendInChunks, bar, element, find } from "./dom.js";
import { nameOf, percent } from "./format.js";
import { acceptDrops, inOrder, takeInput } from "./intake.js";
import { isFree } from "./state.js";
import { texts } from "./texts.js";
import { removeThumbnails, thumbnail } from "./thumbnails.js";

/**
 * @typedef {import("./types.js").Photo} Photo
 * @typedef {import("./protocol.js").Recognised} Recognised
 * @typedef {import("./types.js").State} State
 * @typedef {import("./intake.js").Source} Source
 * @typedef {ReturnType<typeof createTryView>} TryView
 */

const TOP = 3;

/**
 * The third step: photos are recognised.
 *
 * @param {import("./types.js").App} app
 */
export function createTryView({ store, status, run }) {
  const panel = find("try", HTMLElement);
  const input = find("try-photos", HTMLInputElement);
  const box = find("recognised-box", HTMLElement);
  const list = find("recognised", HTMLElement);
  const clearButton = find("clear-list", HTMLButtonElement);
  /** @param {State} state */
  const isOpen = (state) => state.model !== null && isFree(state, "recognising");

  /** @param {Source} source */
  function take(source) {
    run("recognising", panel, async (client) => {
      status.progress(texts.findingPhotos);
      const intake = await source();
      const photos = inOrder(intake.photos);
      const predictions = await client.predict(photos, {
        onProgress: ({ done, total }) => status.progress(texts.recognising(done, total), done, total),
      });
      await show(photos, predictions, intake.problems);
    });
  }

  /**
   * The newest photos come first.
   *
   * @param {Photo[]} photos
   * @param {Recognised[]} predictions
   * @param {import("./protocol.js").Problem[]} problems
   */
  async function show(photos, predictions, problems) {
    const group = element("ul", { class: "recognised" });
    box.hidden = false;
    list.prepend(group);
    const pairs = predictions.map((prediction, index) => ({ photo: photos[index], prediction }));
    await appendInChunks(group, pairs, makeItem, 24);
    group.append(...problems.map(({ path, reason }) => makeUnread(null, path, reason)));
    const good = predictions.filter(({ error }) => error === undefined).length;
    status.show(texts.recognised(good, predictions.length + problems.length - good));
  }

  function clear() {
    removeThumbnails(list);
    box.hidden = true;
  }

  input.addEventListener("change", () => take(takeInput(input)));
  acceptDrops(panel, () => isOpen(store.get()), (source) => (source ? take(source) : status.fail(texts.noFiles)));
  clearButton.addEventListener("click", () => {
    clear();
    status.show(texts.listCleared);
    input.focus();
  });
  store.subscribe((state) => {
    input.disabled = !isOpen(state);
    panel.dataset.model = String(state.model !== null);
    find("try-reason", HTMLElement).hidden = state.model !== null;
  });
  return { clear };
}

/** @param {{ photo: Photo, prediction: Recognised }} pair */
function makeItem({ photo, prediction }) {
  const { path, error, label = "", probability = 0, top = [] } = prediction;
  if (error !== undefined) return makeUnread(photo, path, error);
  const verdict = element("p", { class: "verdict" }, element("strong", {}, label), " ", element("span", {}, percent(probability)));
  const bars = element("div", { class: "guesses" });
  for (const guess of top.slice(0, TOP)) bars.append(...makeGuess(guess));
  const text = element("div", { class: "text" }, element("p", { class: "file" }, nameOf(path)), " ", verdict, " ", bars);
  return element("li", {}, thumbnail(photo, ""), text);
}

/** @param {{ label: string, probability: number }} guess @returns {Node[]} */
function makeGuess({ label, probability }) {
  return [element("span", { class: "name" }, label), bar(probability), element("span", { class: "share" }, percent(probability))];
}

/** @param {Photo | null} photo @param {string} path @param {string} reason */
function makeUnread(photo, path, reason) {
  const text = element("div", { class: "text" }, element("p", { class: "file" }, nameOf(path)), " ", element("p", { class: "reason" }, reason));
  const item = element("li", { class: "unread" }, text);
  if (photo) item.prepend(thumbnail(photo, ""));
  return item;
}
