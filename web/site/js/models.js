import { element } from "./dom.js";
import { takeInput } from "./intake.js";
import { isFree } from "./state.js";
import { texts } from "./texts.js";

const FILE = "pyclassifier-model.zip";
const MOST_NAMES = 12;

/** @typedef {{ results: import("./results.js").ResultsView, tryout: { clear: () => void } }} Views */

/**
 * Which model is there; saving it and opening another.
 *
 * @param {import("./types.js").App} app
 * @param {Views} views
 */
export function createModelView({ store, status, run, find }, { results, tryout }) {
  const panel = find("try", HTMLElement);
  const download = find("download", HTMLButtonElement);
  const open = find("open-model", HTMLInputElement);

  download.addEventListener("click", () => {
    run("model", panel, async (client) => {
      status.progress(texts.packing);
      save(await client.exportModel({ name: "pyclassifier-model" }));
      status.show(texts.downloaded);
    });
  });

  open.addEventListener("change", () => {
    const source = takeInput(open);
    run("model", panel, async (client) => {
      const [file] = (await source()).photos;
      if (!file) return;
      status.progress(texts.opening);
      const model = await client.openModel(file instanceof File ? file : file.blob);
      store.set({ model: { classes: model.classes, source: "opened" } });
      tryout.clear();
      await results.showOpened(model);
      status.show(texts.opened(model.classes.length));
    });
  });

  /** @type {import("./types.js").Model | null} */
  let shown = null;
  store.subscribe((state) => {
    download.disabled = !isFree(state) || state.model === null;
    open.disabled = !isFree(state, "loading");
    if (state.model !== shown) showModel(find, (shown = state.model));
  });
}

/** @param {import("./types.js").Find} find @param {import("./types.js").Model | null} model */
function showModel(find, model) {
  const name = find("model-name", HTMLElement);
  const chips = find("model-classes", HTMLElement);
  name.textContent = model ? texts.model(model.source, model.classes) : "";
  const names = model ? model.classes.slice(0, MOST_NAMES) : [];
  chips.replaceChildren(...names.map((label) => element("span", { class: "chip" }, label)));
  if (model && model.classes.length > names.length) chips.append(texts.more(model.classes.length - names.length));
}

/** @param {Blob} blob */
function save(blob) {
  const url = URL.createObjectURL(blob);
  element("a", { href: url, download: FILE }).click();
  // The browser takes the file over some time after the click, and does not say when.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
