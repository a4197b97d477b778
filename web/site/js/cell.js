import { element, write } from "./dom.js";
import { PhotoGrid } from "./grid.js";
import { percent } from "./format.js";
import { Selection } from "./selection.js";
import { labels, texts } from "./texts.js";

/**
 * @typedef {import("./calls.js").Judged} Judged
 * @typedef {import("./calls.js").JudgedPhoto} JudgedPhoto
 */

/**
 * The photos of a cell of the confusion matrix: what is chosen among them, or all of them, can be moved to the class that
 * the model predicts, deleted, or kept for right.
 *
 * @param {import("./types.js").App} app
 * @param {import("./judged.js").Actions} actions
 */
export function createCell(app, actions) {
  const { find } = app;
  const box = find("cell", HTMLElement);
  const heading = find("cell-title", HTMLElement);
  const bar = find("cell-actions", HTMLElement);
  const none = find("cell-none", HTMLElement);
  const selection = new Selection();
  /** @type {Map<number, JudgedPhoto>} */
  let photos = new Map();
  /** @type {{ truth: number, predicted: number } | null} */
  let open = null;
  /** @type {string[]} */
  let classes = [];

  const grid = new PhotoGrid(app, {
    label: () => heading.textContent ?? "",
    selection,
    badge: (id) => badgeOf(photos.get(id)),
  });
  find("cell-photos", HTMLElement).append(grid.root);

  const chosen = () => (selection.size > 0 ? selection.ids() : [...photos.keys()]);
  /** @param {() => string} text @param {() => void} act */
  const add = (text, act) => {
    const button = element("button", { type: "button", class: "small" }, text);
    button.addEventListener("click", act);
    bar.append(button);
    return button;
  };
  const predicted = () => (open ? classes[open.predicted] : "");
  const move = add(
    () => texts.moveTo(predicted()),
    () => actions.move(chosen(), predicted()),
  );
  const keep = add(
    () => texts.confirm,
    () => actions.confirm(chosen(), true),
  );
  add(
    () => labels.moveTo,
    () => actions.moveSomewhere(chosen()),
  );
  add(
    () => texts.delete,
    () => actions.remove(chosen()),
  );

  function describe() {
    if (!open) return;
    const { truth, predicted } = open;
    const [total, n] = [photos.size, selection.size];
    write(heading, () => texts.cell(total, classes[truth], classes[predicted]));
    write(find("cell-chosen", HTMLElement), () => texts.cellChosen(n, total));
    move.hidden = keep.hidden = truth === predicted;
    bar.hidden = total === 0;
    none.hidden = total > 0;
    write(move, () => texts.moveTo(classes[predicted]));
  }
  selection.subscribe(describe);

  /** @param {Judged} judged */
  function fill(judged) {
    if (!open) return;
    const { truth, predicted } = open;
    const here = judged.photos.filter((photo) => photo.true === truth && photo.predicted === predicted);
    classes = judged.classes;
    // Those that were moved, deleted or said to be right are dealt with.
    photos = new Map(
      here.filter((photo) => photo.label === classes[truth] && !photo.confirmed).map((photo) => [photo.id, photo]),
    );
    selection.replace(selection.ids().filter((id) => photos.has(id)));
    grid.show([...photos.keys()]);
    describe();
  }

  return {
    /** @param {Judged} judged @param {number} truth @param {number} predicted */
    show(judged, truth, predicted) {
      open = { truth, predicted };
      box.hidden = false;
      selection.replace([]);
      fill(judged);
      heading.focus();
    },
    /** @param {Judged} judged what is known of the photos now */
    update: fill,
    hide() {
      open = null;
      box.hidden = true;
    },
  };
}

/** @param {JudgedPhoto | undefined} photo @returns {string} how sure the model was */
function badgeOf(photo) {
  return photo ? percent(photo.probability, 0) : "";
}
