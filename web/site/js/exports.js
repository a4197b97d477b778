import { find as findAnywhere } from "./dom.js";
import { createMenu } from "./menu.js";
import { labels } from "./texts.js";

/** The buttons of step 3 that make a file at once, and what needs a terminal, whose commands are there. */
const AT_ONCE = { "TensorFlow.js": "download", ONNX: "take-onnx" };
const BY_COMMAND = ["Keras", "TFLite"];

/**
 * A button beside the status line, which is always in sight: all formats that the model can be taken away in.
 *
 * @param {import("./types.js").App} app
 */
export function createExportMenu({ find, store }) {
  const page = find("take-one-file", HTMLButtonElement);
  const menu = createMenu(
    () => labels.export,
    () => [
      { text: () => labels.exportPage, act: () => page.click(), disabled: page.disabled },
      ...Object.entries(AT_ONCE).map(([format, id]) => {
        const button = find(id, HTMLButtonElement);
        return { text: format, act: () => button.click(), disabled: button.disabled };
      }),
      ...BY_COMMAND.map((format) => ({ text: format, act: showCommands })),
    ],
    () => labels.export,
  );
  findAnywhere("exports", HTMLElement).append(menu.root);
  let shown = false;

  function showCommands() {
    find("take", HTMLDetailsElement).open = true;
    const fold = find("take-code", HTMLElement).querySelector("details");
    if (!fold) return;
    fold.open = true;
    fold.scrollIntoView({ block: "start" });
    fold.querySelector("summary")?.focus({ preventScroll: true });
  }

  function update() {
    menu.root.hidden = !shown || store.get().model === null;
  }

  store.subscribe(update);
  return {
    /** @param {boolean} now whether the page that the model belongs to is the one that is shown */
    show(now) {
      shown = now;
      update();
    },
  };
}
