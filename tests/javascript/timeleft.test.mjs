import assert from "node:assert/strict";
import test from "node:test";
import "./page.mjs";
import { createTimeLeft } from "../../web/site/js/timeleft.js";

/** What is said of pieces of work, each `[seconds since the start, progress]`, whose text is "at work". */
function said(t, ...steps) {
  t.mock.method(performance, "now", () => now * 1000);
  let now = 0;
  const timeLeft = createTimeLeft();
  return steps.map(([seconds, progress]) => {
    now = seconds;
    const text = timeLeft({ stage: "training", total: 100, ...progress }, "at work");
    return typeof text === "function" ? text() : text;
  });
}

test("the time left follows from how fast it was so far", (t) => {
  const [, half] = said(t, [0, { done: 0 }], [10, { done: 50 }]);
  assert.equal(half, "at work, about 10 secs left");
});

test("nothing is said before a second has passed, nor of less than three", (t) => {
  assert.deepEqual(said(t, [0, { done: 0 }], [0.5, { done: 1 }], [10, { done: 90 }]), [
    "at work",
    "at work",
    "at work",
  ]);
});

test("what was remembered from before does not count, nor does another stage", (t) => {
  const [, , cached, other] = said(
    t,
    [0, { stage: "features", done: 0 }],
    [5, { stage: "training", done: 80 }],
    [15, { stage: "training", done: 90 }],
    [16, { stage: "features", done: 50 }],
  );
  assert.deepEqual([cached, other], ["at work, about 10 secs left", "at work"]);
});
