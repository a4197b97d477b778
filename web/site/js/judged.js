/** Photos that a model was judged by, each with what it shows, what the model predicted, and what can be done about it. */
import { describePhoto } from "./album.js";
import { appendInChunks, element, write } from "./dom.js";
import { nameOf, percent } from "./format.js";
import { makePicture } from "./photocell.js";
import { openPhoto } from "./photodialog.js";
import { labels, texts } from "./texts.js";

/**
 * @typedef {import("./calls.js").JudgedPhoto} JudgedPhoto
 * @typedef {import("./calls.js").Judged} Judged
 * @typedef {{
 *   move: (photos: number[], to: string) => void,
 *   moveSomewhere: (photos: number[]) => void,
 *   remove: (photos: number[]) => void,
 *   confirm: (photos: number[], on: boolean) => void,
 * }} Actions
 */

const AT_ONCE = 12;

/**
 * A list of such photos, some of them at first.
 *
 * @param {HTMLElement} box
 * @param {import("./types.js").App} app
 * @param {Actions} actions
 */
export function createJudgedList(box, app, actions) {
  const list = element("ul", { class: "judged" });
  const more = element("button", { type: "button", class: "quiet", hidden: "" });
  box.replaceChildren(list, more);
  /** @type {Map<number, HTMLElement>} */
  const rows = new Map();
  /** @type {JudgedPhoto[]} */
  let waiting = [];
  /** @type {string[]} */
  let classes = [];

  async function showNext() {
    const next = waiting.splice(0, AT_ONCE);
    await appendInChunks(list, next, (judged) => {
      const row = element("li");
      rows.set(judged.id, row);
      fillRow(row, judged, classes, app, actions);
      return row;
    });
    more.hidden = waiting.length === 0;
    write(more, () => texts.showMore(waiting.length));
    return next[0];
  }

  more.addEventListener("click", async () => {
    const first = await showNext();
    if (first) rows.get(first.id)?.querySelector("button")?.focus({ preventScroll: true });
  });

  return {
    /** @param {JudgedPhoto[]} photos instead of those so far @param {string[]} names of the model's classes */
    async show(photos, names) {
      list.replaceChildren();
      rows.clear();
      waiting = [...photos];
      classes = names;
      await showNext();
    },
    /** @param {Judged} judged what is known of the photos now; none comes or goes, so that nothing jumps */
    update({ photos, classes: names }) {
      classes = names;
      const known = new Map(photos.map((photo) => [photo.id, photo]));
      waiting = waiting.map((photo) => known.get(photo.id) ?? photo);
      for (const [id, row] of rows) {
        const judged = known.get(id);
        if (judged) fillRow(row, judged, classes, app, actions);
      }
    },
  };
}

/**
 * @param {HTMLElement} row
 * @param {JudgedPhoto} judged
 * @param {string[]} classes
 * @param {import("./types.js").App} app
 * @param {Actions} actions
 */
function fillRow(row, judged, classes, app, actions) {
  const [truth, predicted] = [classes[judged.true], classes[judged.predicted]];
  const hadFocus = row.contains(document.activeElement);
  const file = element("p", { class: "file", title: judged.path }, nameOf(judged.path));
  const verdict = element("p", {}, () =>
    texts.judged(truth, predicted, percent(judged.probability), percent(judged.probabilityTrue)),
  );
  const text = element("div", { class: "text" }, file, verdict, makeActions(judged, truth, predicted, actions));
  row.replaceChildren(row.querySelector(".opens") ?? makeOpener(app, judged.id), text);
  if (hadFocus) text.querySelector("button")?.focus();
}

/** The photo's small picture, which opens the large one. @param {import("./types.js").App} app @param {number} id */
function makeOpener(app, id) {
  const opener = element("button", {
    type: "button",
    class: "opens",
    "aria-label": () => texts.openPhoto(describePhoto(app.store.get(), id)),
  });
  opener.append(makePicture(app, id).picture);
  opener.addEventListener("click", () => openPhoto(app, [id], id, { onClose: () => opener.focus() }));
  return opener;
}

/**
 * @param {JudgedPhoto} judged
 * @param {string} truth
 * @param {string} predicted
 * @param {Actions} actions
 */
function makeActions({ id, label, confirmed, path, ...judged }, truth, predicted, actions) {
  const row = element("div", { class: "small-actions" });
  /** @param {() => string} text @param {() => void} act */
  const add = (text, act) => {
    const name = () => `${text()}: ${nameOf(path)}`;
    const button = element("button", { type: "button", class: "small", "aria-label": name }, text);
    button.addEventListener("click", act);
    row.append(button);
  };
  if (!label) row.append(element("p", { class: "note" }, () => texts.judgedDeleted));
  else if (label !== truth) {
    row.append(element("p", { class: "note" }, () => texts.judgedMoved(label)));
    add(
      () => texts.moveBack(truth),
      () => actions.move([id], truth),
    );
  } else if (confirmed) {
    row.append(element("p", { class: "note" }, () => texts.confirmed));
    add(
      () => texts.unconfirm,
      () => actions.confirm([id], false),
    );
  } else {
    if (judged.true !== judged.predicted) {
      add(
        () => texts.moveTo(predicted),
        () => actions.move([id], predicted),
      );
      add(
        () => texts.confirm,
        () => actions.confirm([id], true),
      );
    }
    add(
      () => labels.moveTo,
      () => actions.moveSomewhere([id]),
    );
    add(
      () => texts.delete,
      () => actions.remove([id]),
    );
  }
  return row;
}
