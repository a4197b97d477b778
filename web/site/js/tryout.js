import { find } from "./dom.js";
import { acceptDrops, inOrder, takeInput } from "./intake.js";
import { showRecognised } from "./recognised.js";
import { isFree } from "./state.js";
import { texts } from "./texts.js";
import { removeThumbnails } from "./thumbnails.js";

/**
 * @typedef {import("./types.js").Photo} Photo
 * @typedef {import("./protocol.js").Recognised} Recognised
 * @typedef {import("./types.js").State} State
 * @typedef {import("./intake.js").Source} Source
 * @typedef {ReturnType<typeof createTryView>} TryView
 */

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
        onProgress({ stage, done, total }) {
          if (stage === "decoding") return; // runs ahead of the recognising
          status.progress(texts.recognising(done, total), done, total);
        },
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
    box.hidden = false;
    const unopened = problems.map(({ path, reason }) => ({ photo: null, prediction: { path, error: reason } }));
    const tried = predictions.map((prediction, index) => ({ photo: photos[index], prediction }));
    await showRecognised(list, [...tried, ...unopened]);
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
