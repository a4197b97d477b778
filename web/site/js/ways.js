import { addPhotos } from "./adding.js";
import { createAddressForm } from "./address.js";
import { createCapture } from "./capture.js";
import { takeAddress, takeChosen, takeInput, takePhotos } from "./intake.js";
import { isFree } from "./state.js";
import { texts } from "./texts.js";

/** @typedef {import("./types.js").App} App */

/** @type {WeakMap<App["store"], ReturnType<typeof createCapture>>} */
const captures = new WeakMap();

/**
 * The ways for photos to come in, apart from dropping: files, the camera, an address, the clipboard.
 *
 * @param {App} app
 */
export function createWays(app) {
  const { find } = app;
  const files = find("training-files", HTMLInputElement);
  const address = find("photo-address", HTMLFormElement);
  const capture = createCapture(app);
  captures.set(app.store, capture);
  takeChosen(files, (source) => addPhotos(app, {}, source));
  createAddressForm(address, async (url) => {
    if (await addPhotos(app, {}, takeAddress(url))) address.reset();
  });
  listenToPaste(app);
  app.store.subscribe((state) => {
    for (const button of address.querySelectorAll("button")) button.disabled = !isFree(state, "adding");
  });
  return { capture };
}

/**
 * Pictures pasted anywhere on the page are photos, but for those that are pasted into the third step.
 *
 * @param {App} app
 */
function listenToPaste(app) {
  const { find, store, status } = app;
  const page = /** @type {HTMLElement} */ (find("photos", HTMLElement).closest("main"));
  document.addEventListener("paste", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (page.hidden || event.defaultPrevented || target.closest("input, textarea, dialog")) return;
    if (find("try", HTMLElement).contains(target) || !isFree(store.get(), "loading", "adding")) return;
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) addPhotos(app, {}, takePhotos(files));
    else status.fail(() => texts.nothingPasted);
  });
}

/**
 * What a class card offers: photos for this class.
 *
 * @param {App} app
 * @param {() => string} label of the class, as it is now
 */
export function createAddPhotos(app, label) {
  /** @param {import("./intake.js").Source} source */
  const add = (source) => addPhotos(app, () => ({ label: label() }), source);
  return { add, choose: () => chooseFiles(add), record: () => captures.get(app.store)?.open(label()) };
}

/** @param {(source: import("./intake.js").Source) => void} onChosen */
function chooseFiles(onChosen) {
  const input = document.createElement("input");
  Object.assign(input, { type: "file", multiple: true, accept: "image/*,.tif,.tiff,.zip" });
  input.addEventListener("change", () => onChosen(takeInput(input)));
  input.click();
}
