import { element, write } from "./dom.js";
import { sentence } from "./sentences.js";
import { texts } from "./texts.js";

/** @typedef {import("./protocol.js").Problem} Problem */

const MOST_SHOWN = 200;

/**
 * Files that were left out, each with its reason, folded away.
 *
 * @param {HTMLDetailsElement} details
 */
export function createProblemList(details) {
  /** @type {Map<string, string>} */
  const reasons = new Map();
  const summary = element("summary");
  const list = element("ul", { class: "problems" });
  details.replaceChildren(summary, list);

  function show() {
    const shown = [...reasons].slice(0, MOST_SHOWN);
    details.hidden = reasons.size === 0;
    write(summary, () => texts.problems(reasons.size));
    list.replaceChildren(...shown.map(([path, reason]) => element("li", {}, element("b", {}, path), " ", sentence(reason))));
    if (reasons.size > shown.length) list.append(element("li", {}, () => texts.more(reasons.size - shown.length)));
  }

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
