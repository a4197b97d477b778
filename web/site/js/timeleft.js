import { textOf } from "./dom.js";
import { roughly } from "./format.js";
import { texts } from "./texts.js";

/** Before so many seconds nobody can say how long it takes, and less is not worth saying. */
const SURE_AFTER = 1;
const WORTH = 3;

/**
 * What tells how long a piece of work will still take, from how fast it was so far.
 *
 * @returns {(progress: { stage: string, done: number, total: number }, text: import("./dom.js").Text) => import("./dom.js").Text}
 *   the text with the time left, where that can be told
 */
export function createTimeLeft() {
  let from = { stage: "", done: 0, at: 0 };
  return ({ stage, done, total }, text) => {
    const now = performance.now();
    // What is remembered from before comes at once, and says nothing of the rest.
    if (stage !== from.stage || done < from.done) from = { stage, done, at: now };
    const seconds = (now - from.at) / 1000;
    const left = (seconds * (total - done)) / (done - from.done);
    return seconds >= SURE_AFTER && left >= WORTH && left < Infinity
      ? () => texts.timeLeft(textOf(text), roughly(left))
      : text;
  };
}
