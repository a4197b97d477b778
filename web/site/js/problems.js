import { canArrange, photoPath } from "./album.js";
import { mend } from "./check.js";
import { element, write } from "./dom.js";
import { sentence } from "./sentences.js";
import { texts } from "./texts.js";

/** @typedef {import("./protocol.js").Problem} Problem */

const MOST_SHOWN = 200;

/**
 * Files that were left out, each with its reason, folded away.
 *
 * @param {import("./types.js").App} app
 */
export function createProblemList(app) {
  const details = app.find("problems", HTMLDetailsElement);
  /** @type {Map<string, string>} */
  const reasons = new Map();
  const summary = element("summary");
  const list = element("ul", { class: "problems" });
  const remove = element("button", { type: "button", class: "small" });
  details.replaceChildren(summary, list, element("div", {}, remove));

  function show() {
    const shown = [...reasons].slice(0, MOST_SHOWN);
    details.hidden = reasons.size === 0;
    write(summary, () => texts.problems(reasons.size));
    list.replaceChildren(
      ...shown.map(([path, reason]) => element("li", {}, element("b", {}, path), " ", sentence(reason))),
    );
    if (reasons.size > shown.length) list.append(element("li", {}, () => texts.more(reasons.size - shown.length)));
  }

  // Those of them that were taken in, and turned out to be unreadable when they were read.
  remove.addEventListener("click", async () => {
    const { unreadable } = app.store.get();
    if (!unreadable || !(await mend(app, unreadable))) return;
    for (const id of unreadable.edit.photos) reasons.delete(photoPath(app.store.get(), id));
    show();
    summary.focus();
  });
  app.store.subscribe((state) => {
    remove.hidden = !state.unreadable;
    remove.disabled = !canArrange(state);
    write(remove, () => (state.unreadable ? texts.fix(state.unreadable) : ""));
  });

  return {
    /** @param {Problem[]} problems a file that is named again keeps one line */
    add(problems) {
      for (const { path, reason } of problems) reasons.set(path, reason);
      if (problems.length > 0) show();
    },
    clear() {
      reasons.clear();
      show();
    },
    count: () => reasons.size,
  };
}
