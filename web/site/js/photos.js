import { find } from "./dom.js";
import { acceptDrops, inOrder, takeInput } from "./intake.js";
import { createClassList } from "./classes.js";
import { createProblemList } from "./problems.js";
import { fetchSamples } from "./samples.js";
import { isFree } from "./state.js";
import { texts } from "./texts.js";

/**
 * @typedef {import("./types.js").Client} Client
 * @typedef {import("./types.js").Photo} Photo
 * @typedef {import("./protocol.js").Split} Split
 * @typedef {import("./intake.js").Source} Source
 * @typedef {ReturnType<typeof createPhotosView>} PhotosView
 */

/**
 * The first step: photos come in, by dropping, choosing or as samples.
 *
 * @param {import("./types.js").App} app
 */
export function createPhotosView({ store, status, run }) {
  const panel = find("photos", HTMLElement);
  const samples = find("samples", HTMLButtonElement);
  const remove = find("remove-all", HTMLButtonElement);
  const classList = createClassList(find("classes", HTMLElement));
  const problems = createProblemList(find("problems", HTMLDetailsElement));

  /**
   * Hand photos to the client, and show what became of them.
   *
   * @param {Client} client
   * @param {Split} split
   * @param {Photo[]} photos
   */
  async function add(client, split, photos) {
    /** @param {{ done: number, total: number }} progress */
    const onProgress = ({ done, total }) => status.progress(texts.reading(done, total), done, total);
    onProgress({ done: 0, total: photos.length });
    const result = await client.add(split, photos, { onProgress });
    problems.add(result.problems);
    await classList.add(photos, result);
    store.set({ classes: result.classes });
  }

  function showReady() {
    const { classes } = store.get();
    status.show(texts.photosReady(countPhotos(classes), classes.length));
  }

  /** @param {Split} split @param {Source} source */
  function take(split, source) {
    if (store.get().busy === "loading") find("photos-waiting", HTMLElement).hidden = false;
    run("adding", panel, async (client) => {
      status.progress(texts.findingPhotos);
      const intake = await source();
      problems.add(intake.problems);
      await add(client, split, inOrder(intake.photos));
      showReady();
    });
  }

  samples.addEventListener("click", () => {
    run("adding", panel, async (client) => {
      const fetched = await fetchSamples((done, total) =>
        status.progress(texts.fetchingSamples(done, total), done, total),
      );
      await add(client, "training", fetched.training);
      await add(client, "validation", fetched.validation);
      store.set({ samples: true });
      showReady();
    });
  });

  remove.addEventListener("click", () => {
    run("adding", panel, async (client) => {
      await client.clear();
      classList.clear();
      problems.clear();
      store.set({ classes: [], samples: false });
      status.show(texts.ready);
      find("training-folder", HTMLInputElement).focus(); // the button has gone with the photos
    });
  });

  listen({ store, status, take });
  store.subscribe((state) => {
    const open = isFree(state, "loading", "adding");
    for (const input of panel.querySelectorAll("input")) input.disabled = !open;
    samples.disabled = !open || state.samples;
    remove.disabled = !isFree(state);
    remove.hidden = state.classes.length === 0 && problems.count() === 0;
    panel.dataset.empty = String(state.classes.length === 0);
    if (state.busy !== "loading") find("photos-waiting", HTMLElement).hidden = true;
  });
  return { addProblems: problems.add };
}

/**
 * @param {object} to
 * @param {import("./state.js").Store} to.store
 * @param {import("./status.js").Status} to.status
 * @param {(split: Split, source: Source) => void} to.take
 */
function listen({ store, status, take }) {
  const isOpen = () => isFree(store.get(), "loading", "adding");
  for (const split of /** @type {const} */ (["training", "validation"])) {
    const input = find(`${split}-folder`, HTMLInputElement);
    input.addEventListener("change", () => take(split, takeInput(input)));
    // A folder may be dropped anywhere in the panel; it is for training unless it falls into the validation zone.
    const zone = find(split === "training" ? "photos" : "validation-zone", HTMLElement);
    acceptDrops(zone, isOpen, (source) => (source ? take(split, source) : status.fail(texts.noFiles)));
  }
}

/** @param {import("./protocol.js").ClassCount[]} classes */
export function countPhotos(classes) {
  return classes.reduce((sum, { training, validation }) => sum + training + validation, 0);
}
