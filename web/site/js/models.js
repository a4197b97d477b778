import { element, write } from "./dom.js";
import { download as save } from "./download.js";
import { chooseBackbone, chooseIn } from "./form.js";
import { pathOf } from "./format.js";
import { takeInput } from "./intake.js";
import { registerOpener } from "./openers.js";
import { askWhileOpening } from "./modeldialog.js";
import { askToDelete } from "./question.js";
import { isFree } from "./state.js";
import { forgetModel, keepModel, keptModels } from "./storage.js";
import { texts } from "./texts.js";

const FILE = "pyclassifier-model.zip";
const MOST_NAMES = 12;

/** @typedef {{ results: import("./results.js").ResultsView, tryout: { forget: () => void } }} Views */

/**
 * Which model is there; saving it and opening another.
 *
 * @param {import("./types.js").App} app
 * @param {Views} views
 */
export function createModelView({ store, status, run, find, desk: place }, { results, tryout }) {
  const panel = find("try", HTMLElement);
  const download = find("download", HTMLButtonElement);
  const open = find("open-model", HTMLInputElement);

  download.addEventListener("click", () => {
    run("model", panel, async (client) => {
      status.progress(() => texts.packing);
      save(await client.exportModel({ name: "pyclassifier-model" }), FILE);
      status.show(() => texts.downloaded(FILE));
    });
  });

  open.addEventListener("change", () => {
    const source = takeInput(open);
    openFiles(async () => (await source()).photos);
  });

  /** @param {() => Promise<import("./types.js").Photo[]>} source a zip, or the three files of a model */
  function openFiles(source) {
    run("model", panel, async (desk) => {
      const files = await source();
      if (files.length === 0) return;
      status.progress(() => texts.opening);
      const model = await askWhileOpening((told) =>
        files.length > 1 ? desk.openLooseModel(files, told) : desk.openModel(blobOf(files[0]), told),
      );
      if (model === null) return status.show(() => texts.notOpened);
      const otherwise = model.computesOtherwise ? model.deviation : null;
      const { album } = model;
      store.set({ model: { classes: model.classes, source: "opened", otherwise }, album, classes: album.classes });
      // Networks of digits begin from nothing.
      if (place !== "digits") {
        chooseBackbone(find, store.get().info, model.backbone, model.inputSize);
        chooseIn(find("option-views", HTMLSelectElement), model.views ?? "");
      }
      tryout.forget();
      await results.showOpened(model);
      status.show(() => texts.opened(model.classes.length));
    });
  }

  registerOpener({ store }, "model", openFiles);

  const keep = find("keep", HTMLButtonElement);
  const kept = find("kept", HTMLElement);
  keep.addEventListener("click", () => {
    run("model", panel, async (desk) => {
      status.progress(() => texts.packing);
      const name = texts.keptName(store.get().model?.classes ?? [], new Date());
      await keepModel({ desk: place, name, blob: await desk.exportModel({ name }) });
      await listKept();
      status.show(() => texts.keptModel);
    });
  });

  async function listKept() {
    const models = await keptModels(place);
    kept.replaceChildren(
      ...models.map(({ id, name, blob }) => {
        const use = element("button", { type: "button", "aria-label": () => texts.openKept(name) }, () => texts.open);
        const drop = element(
          "button",
          { type: "button", class: "quiet", "aria-label": () => texts.deleteKept(name) },
          () => texts.delete,
        );
        use.addEventListener("click", () => openFiles(async () => [{ path: name, blob }]));
        drop.addEventListener("click", async () => {
          if (!(await askToDelete(() => name))) return;
          await forgetModel(id);
          await listKept();
          status.show(() => texts.deletedKept);
          keep.focus(); // the button is gone
        });
        return element("li", {}, element("span", { class: "name" }, name), use, drop);
      }),
    );
    showFree(store.get());
  }

  /** @param {import("./types.js").State} state */
  function showFree(state) {
    for (const button of kept.querySelectorAll("button")) button.disabled = !isFree(state, "loading");
  }

  listKept().catch(() => keep.remove()); // a private window, for one, may have no storage

  /** @type {import("./types.js").Model | null} */
  let shown = null;
  store.subscribe((state) => {
    download.hidden = keep.hidden = state.model === null;
    download.disabled = !isFree(state);
    open.disabled = !isFree(state, "loading");
    keep.disabled = download.disabled;
    showFree(state);
    if (state.model === shown) return;
    shown = state.model;
    showModel(find, shown);
  });
}

/** @param {import("./types.js").Photo[]} files @returns {boolean} whether they are a model rather than pictures to recognise, hidden files apart */
export function looksLikeModel(files) {
  return (
    files.length > 0 &&
    files.every((file) => /\.(zip|json|bin|h5|keras)$|(^|\/)(labels\.txt|\.[^/]*)$/i.test(pathOf(file)))
  );
}

/** @param {import("./types.js").Photo} file */
function blobOf(file) {
  return file instanceof File ? file : file.blob;
}

/** @param {import("./types.js").Find} find @param {import("./types.js").Model | null} model */
function showModel(find, model) {
  const name = find("model-name", HTMLElement);
  const chips = find("model-classes", HTMLElement);
  write(name, () => (model ? texts.model(model.source, model.classes) : ""));
  const warning = find("model-warning", HTMLElement);
  const otherwise = model?.otherwise ?? null;
  warning.hidden = otherwise === null;
  write(warning, () => (otherwise === null ? "" : texts.computesOtherwise(otherwise)));
  const names = model ? model.classes.slice(0, MOST_NAMES) : [];
  chips.replaceChildren(...names.map((label) => element("span", { class: "chip" }, label)));
  if (model && model.classes.length > names.length)
    chips.append(element("span", {}, () => texts.more(model.classes.length - names.length)));
}
