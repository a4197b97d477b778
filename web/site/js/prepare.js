import { write } from "./dom.js";
import { isStopped } from "./operations.js";
import { whenQuiet } from "./quiet.js";
import { texts } from "./texts.js";

/** What takes less is not worth a word. */
const SAID_MS = 1000;

/**
 * Compute the features of photos while somebody looks at them, so that a training has them when it begins.
 *
 * @param {import("./types.js").App} app
 * @param {HTMLFormElement} form with the settings of a training
 * @param {() => import("./calls.js").TrainOptions} read them
 */
export function prepareWhenQuiet({ store, desk, find }, form, read) {
  const line = find("prepared", HTMLElement);
  /** What there are features of. @type {import("./calls.js").AlbumOverview | null} */
  let album = null;
  let settings = "";
  let gaveUp = false;

  /** @returns {import("./calls.js").TrainOptions} what features depend on */
  function choose() {
    const { backbone, inputSize, fitMode, pooling, views } = read();
    return { backbone, inputSize, fitMode, pooling, views };
  }

  // Where plain JavaScript computes, or a graphics processor that is none, a step takes too long to be interrupted.
  const look = whenQuiet(
    store,
    "prepare",
    ({ info, album: now }) =>
      !gaveUp &&
      info !== null &&
      info.kind !== "plain" &&
      !(info.kind === "graphics" && info.software) &&
      now !== null &&
      now.classes.length > 0 &&
      (now !== album || JSON.stringify(choose()) !== settings),
    async (signal) => {
      const { client, album: now } = store.get();
      const options = choose();
      const begun = performance.now();
      /** @param {import("./calls.js").Progress} progress */
      const onProgress = ({ stage, done, total }) => {
        if (signal.aborted || stage !== "features" || performance.now() - begun < SAID_MS) return;
        write(line, () => texts.prepared(done, total));
        line.hidden = false;
      };
      signal.addEventListener("abort", () => (line.hidden = true));
      try {
        await client?.desk(desk).prepare({ ...options, signal, onProgress });
      } catch (error) {
        if (isStopped(error)) return;
        gaveUp = true; // It may have ended what computes, and would do so again after each new start.
        console.info("What a training would begin with failed; it will say why.", error);
      } finally {
        line.hidden = true;
      }
      album = now;
      settings = JSON.stringify(options);
    },
  );
  form.addEventListener("change", look);
}
