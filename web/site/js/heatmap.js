/** Where a model looked: a dialog with the photo under a heat map, for a class to choose. */
import { element, write } from "./dom.js";
import { labels, texts } from "./texts.js";

/** @typedef {import("./types.js").App} App */

/** @type {Heatmap | undefined} */
let heatmap;

/**
 * @param {App} app
 * @param {number | import("./types.js").Photo} photo the id of one that was added, or any
 * @param {string} [label] the class to begin with; by default the most probable one
 */
export function openHeatmap(app, photo, label) {
  heatmap ??= new Heatmap();
  heatmap.open(app, photo, label);
}

class Heatmap {
  #image = element("img", { class: "heatmap" });
  #choice = element("select", { id: "heatmap-class" });
  #said = element("p", { class: "note" });
  #root;
  #url = "";
  /** Shows another class of the photo. @type {(label: string) => void} */
  #change = () => {};

  constructor() {
    const title = element("h2", { id: "heatmap-title" }, () => texts.whereDidItLook);
    const close = element("button", { type: "button", class: "quiet close", "aria-label": () => labels.close }, "✕");
    const field = element(
      "div",
      { class: "field" },
      element("label", { for: "heatmap-class" }, () => texts.heatmapOf),
      this.#choice,
    );
    this.#root = element(
      "dialog",
      { class: "dialog", "aria-labelledby": "heatmap-title" },
      element("div", { class: "dialog-head" }, title, close),
      this.#image,
      this.#said,
      field,
      element("p", { class: "note" }, () => texts.heatmapHint),
    );
    document.body.append(this.#root);
    close.addEventListener("click", () => this.#root.close());
    this.#root.addEventListener("close", () => URL.revokeObjectURL(this.#url));
    this.#choice.addEventListener("change", () => this.#change(this.#choice.value));
  }

  /** @param {App} app @param {number | import("./types.js").Photo} photo @param {string} [label] */
  open(app, photo, label) {
    this.#change = (wanted) => this.#explain(app, photo, wanted);
    this.#explain(app, photo, label);
  }

  /** @param {App} app @param {number | import("./types.js").Photo} photo @param {string} [wanted] */
  #explain(app, photo, wanted) {
    const { run, status, store } = app;
    run("recognising", this.#root, async (desk) => {
      status.progress(() => texts.explaining);
      const { label, probability, picture } = await desk.explain(photo, { label: wanted });
      URL.revokeObjectURL(this.#url);
      this.#url = URL.createObjectURL(new Blob([picture], { type: "image/png" }));
      this.#image.src = this.#url;
      this.#image.alt = texts.heatmapAlt(label);
      write(this.#said, () => texts.shows(label, probability));
      this.#choice.replaceChildren(
        ...(store.get().model?.classes ?? [label]).map((name) => element("option", { value: name }, name)),
      );
      this.#choice.value = label;
      if (!this.#root.open) this.#root.showModal();
      status.show(() => texts.ready);
    });
  }
}
