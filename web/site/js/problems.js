import { canArrange, photoPath } from "./album.js";
import { mend } from "./check.js";
import { element, write } from "./dom.js";
import { sentence } from "./sentence.js";
import { texts } from "./texts.js";

/** @typedef {import("./calls.js").Problem} Problem */

const MOST_SHOWN = 200;
/** Files that nobody means when adding a folder. */
const EXPECTED = new Set(["hidden-file", "system-file", "other-suffix"]);

/**
 * Files that were left out, each with its reason, folded away.
 *
 * @param {import("./types.js").App} app
 */
export function createProblemList(app) {
  const details = app.find("problems", HTMLDetailsElement);
  /** By their paths. @type {Map<string, Problem>} */
  const problems = new Map();
  const summary = element("summary");
  const list = element("ul", { class: "problems", tabindex: "0" }); // it scrolls
  const remove = element("button", { type: "button", class: "small" });
  details.replaceChildren(summary, list, element("div", {}, remove));

  function show() {
    const shown = [...problems.values()].slice(0, MOST_SHOWN);
    details.hidden = problems.size === 0;
    write(summary, () => texts.problems(problems.size));
    list.replaceChildren(...shown.map(makeLine));
    if (problems.size > shown.length) list.append(element("li", {}, () => texts.more(problems.size - shown.length)));
  }

  // Those of them that were taken in, and turned out to be unreadable when they were read.
  remove.addEventListener("click", async () => {
    const { unreadable } = app.store.get();
    if (!unreadable || !(await mend(app, unreadable))) return;
    for (const id of unreadable.edit.photos) problems.delete(photoPath(app.store.get(), id));
    show();
    summary.focus();
  });
  app.store.subscribe((state) => {
    remove.hidden = !state.unreadable;
    remove.disabled = !canArrange(state);
    write(remove, () => (state.unreadable ? texts.fix(state.unreadable) : ""));
  });

  return {
    /** @param {Problem[]} more a file that is named again keeps one line */
    add(more) {
      for (const problem of more) problems.set(problem.path, problem);
      if (more.length > 0) show();
      if (more.some(({ code }) => !EXPECTED.has(code ?? ""))) details.open = true;
    },
    clear() {
      problems.clear();
      show();
    },
    count: () => problems.size,
  };
}

/** @param {Problem} problem */
function makeLine(problem) {
  return element("li", {}, element("b", {}, problem.path), " ", sentence(problem.reason, problem));
}
