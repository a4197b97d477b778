import { isStopped } from "./operations.js";
import { whenQuiet } from "./quiet.js";

/**
 * Compute the features of photos while somebody looks at them, so that a training has them when it begins.
 *
 * @param {import("./types.js").App} app
 * @param {HTMLFormElement} form with the settings of a training
 * @param {() => import("./calls.js").TrainOptions} read them
 */
export function prepareWhenQuiet({ store, desk }, form, read) {
  /** What there are features of. @type {import("./calls.js").AlbumOverview | null} */
  let album = null;
  let settings = "";

  /** @returns {import("./calls.js").TrainOptions} what features depend on */
  function choose() {
    const { backbone, inputSize, fitMode, pooling, views } = read();
    return { backbone, inputSize, fitMode, pooling, views };
  }

  /** Where nothing but the processor computes, or one that acts as a graphics processor, a step takes too long to be interrupted. */
  const look = whenQuiet(
    store,
    "prepare",
    ({ info, album: now }) =>
      info !== null &&
      info.kind !== "plain" &&
      !(info.kind === "graphics" && info.software) &&
      now !== null &&
      now.classes.length > 0 &&
      (now !== album || JSON.stringify(choose()) !== settings),
    async (signal) => {
      const { client, album: now } = store.get();
      const options = choose();
      try {
        await client?.desk(desk).prepare({ ...options, signal });
      } catch (error) {
        if (isStopped(error)) return;
        console.info("What a training would begin with failed; it will say why.", error);
      }
      album = now;
      settings = JSON.stringify(options);
    },
  );
  form.addEventListener("change", look);
}
