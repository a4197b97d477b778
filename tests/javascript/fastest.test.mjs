import assert from "node:assert/strict";
import test from "node:test";

const KEPT = new Map();
const storage = { getItem: (key) => KEPT.get(key) ?? null, setItem: (key, value) => KEPT.set(key, value) };
Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true });

/** The module as a visit finds it: loaded anew, on a machine with so many cores. */
let visits = 0;
function visit(cores) {
  Object.defineProperty(globalThis, "navigator", { value: { hardwareConcurrency: cores }, configurable: true });
  return import(`../../web/site/js/fastest.js?visit=${++visits}`);
}

const KEY = "pyclassifier-fastest";
const info = (renderer, tfjs = "4.22.0", bytes = 6534135) => ({
  renderer,
  versions: { tfjs },
  backbones: [{ name: "small", bytes }],
});
const SLOW = [
  { name: "wasm", runsOn: "", ms: 10 },
  { name: "webgl", runsOn: "Slow", ms: 30 },
  { name: "webgpu", runsOn: "", ms: null },
];
const FAST = [
  { name: "wasm", runsOn: "", ms: 10 },
  { name: "webgl", runsOn: "Fast", ms: 2 },
];

test("the fastest comes first, and what failed not at all", async () => {
  const { ranked } = await visit(4);
  assert.deepEqual(
    ranked(SLOW).map(({ name }) => name),
    ["wasm", "webgl"],
  );
  assert.deepEqual(ranked([]), []);
});

test("what was measured is known at the next visit, for each graphics processor", async () => {
  KEPT.clear();
  const first = await visit(4);
  assert.equal(first.fastestKnown(), null);
  assert.equal(first.timesKnown(info("Slow")), null);
  first.remember(info("Slow"), SLOW);
  first.remember(info("Fast"), FAST);
  const next = await visit(4);
  assert.deepEqual(next.timesKnown(info("Slow")), SLOW);
  assert.equal(next.timesKnown(info("Another")), null);
  assert.deepEqual(next.fastestKnown(), { Slow: "wasm", Fast: "webgl" });
});

test("it does not hold for a machine with other cores, nor for another tf.js or backbone", async () => {
  KEPT.clear();
  (await visit(4)).remember(info("Slow"), SLOW);
  assert.equal((await visit(8)).fastestKnown(), null);
  const next = await visit(4);
  assert.equal(next.timesKnown(info("Slow", "5.0.0")), null);
  assert.equal(next.timesKnown(info("Slow", "4.22.0", 7)), null);
  assert.deepEqual(next.timesKnown(info("Slow")), SLOW);
  next.remember(info("Fast", "5.0.0"), FAST);
  assert.deepEqual(next.fastestKnown(), { Fast: "webgl" });
});

test("what is stored and makes no sense does not count", async () => {
  const { fastestKnown, remember, timesKnown } = await visit(4);
  for (const text of [
    "",
    "{",
    "7",
    "null",
    "[]",
    '{"machine":"4 undefined"}',
    '{"machine":"4 undefined","devices":{"Slow":7}}',
  ]) {
    KEPT.set(KEY, text);
    assert.equal(fastestKnown(), null, text);
    assert.equal(timesKnown(info("Slow")), null, text);
  }
  remember(info("Slow"), SLOW);
  assert.deepEqual(timesKnown(info("Slow")), SLOW);
});
