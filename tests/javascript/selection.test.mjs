import assert from "node:assert/strict";
import test from "node:test";
import { Selection } from "../../web/site/js/selection.js";

test("photos are chosen in the order in which they were chosen, each once", () => {
  const selection = new Selection();
  selection.replace([3, 1]);
  selection.add([2, 3]);
  assert.deepEqual(selection.ids(), [3, 1, 2]);
  assert.equal(selection.size, 3);
});

test("a photo that is chosen is not after another press, and the other way round", () => {
  const selection = new Selection();
  selection.toggle(7);
  assert.ok(selection.has(7));
  selection.toggle(7);
  assert.ok(!selection.has(7));
});

test("who listens hears of each change once, until they leave", () => {
  const selection = new Selection();
  let heard = 0;
  const leave = selection.subscribe(() => {
    heard += 1;
  });
  selection.toggle(1);
  selection.add([2]);
  leave();
  selection.replace([]);
  assert.equal(heard, 2);
});
