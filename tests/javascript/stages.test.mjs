import assert from "node:assert/strict";
import test from "node:test";
import "./page.mjs";
import { createReporter } from "../../web/site/js/stages.js";

test("decoding is not told any more once features come", () => {
  const told = [];
  const report = createReporter({ progress: (text) => told.push(text()) });
  report({ stage: "decoding", done: 5, total: 10 });
  report({ stage: "features", done: 1, total: 10 });
  report({ stage: "decoding", done: 9, total: 10 });
  report({ stage: "training", done: 2, total: 8, epoch: 1, epochs: 4 });
  assert.equal(told.length, 3);
  assert.match(told[0], /5 of 10/);
  assert.match(told[2], /1 of 4/);
});
