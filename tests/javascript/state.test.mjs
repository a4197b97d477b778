import assert from "node:assert/strict";
import test from "node:test";
import { createStore, isFree } from "../../web/site/js/state.js";

test("a listener hears what is now, and of every change", () => {
  const store = createStore();
  const seen = [];
  store.subscribe(({ busy }) => seen.push(busy));
  store.set({ busy: "training" });
  assert.deepEqual(seen, [null, "training"]);
});

test("pages share what computes, and have photos and model of their own", () => {
  const photos = createStore();
  const logos = createStore(photos);
  const model = { classes: ["cat"], source: "trained" };
  logos.set({ busy: "training", model });
  assert.equal(photos.get().busy, "training");
  assert.equal(photos.get().model, null);
  photos.set({ busy: null, failed: true });
  assert.deepEqual([logos.get().busy, logos.get().failed, logos.get().model], [null, true, model]);
});

test("a control is free when nothing is done, or only what its work may queue behind", () => {
  const at = (changes) => ({ ...createStore().get(), ...changes });
  assert.ok(isFree(at({})));
  assert.ok(!isFree(at({ busy: "loading" })));
  assert.ok(isFree(at({ busy: "loading" }), "loading", "adding"));
  assert.ok(!isFree(at({ failed: true }), "loading"));
});
