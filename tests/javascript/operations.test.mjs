import assert from "node:assert/strict";
import test from "node:test";
import "./page.mjs";
import { createRun, isStopped } from "../../web/site/js/operations.js";
import { createStore } from "../../web/site/js/state.js";

/** A page whose client comes when `start` says so; `log` is what happened, `errors` what the status line said. */
function openPage(start) {
  const store = createStore();
  const errors = [];
  const status = { fail: (_, error) => errors.push(error.message), clearError: () => errors.splice(0) };
  const panel = { setAttribute() {}, removeAttribute() {} };
  const { at, whenStarted } = createRun(store, status, start);
  const run = (activity, work) => at("photos")(activity, panel, work);
  return { store, errors, run, whenStarted };
}

const makeClient = (ended = new Promise(() => {})) => ({ ended, desk: (name) => name });

test("work is done in the order asked for, and the page is busy until the last of it", async () => {
  const { store, run } = openPage(async () => makeClient());
  const log = [];
  assert.equal(store.get().busy, "loading");
  run("adding", async (desk) => {
    await new Promise(setImmediate);
    log.push(`${store.get().busy} at ${desk}`);
  });
  await run("training", async () => log.push(store.get().busy));
  assert.deepEqual(log, ["adding at photos", "training"]);
  assert.equal(store.get().busy, null);
});

test("work that fails is told, and does not keep the next from being done", async () => {
  const { errors, run } = openPage(async () => makeClient());
  await run("adding", () => Promise.reject(new Error("no photo")));
  assert.deepEqual(errors, ["no photo"]);
  await run("adding", async () => {});
  assert.deepEqual(errors, []);
});

test("where nothing could be started no work is begun", async () => {
  const { store, errors, run } = openPage(() => Promise.reject(new Error("no network")));
  await run("training", () => assert.fail("there is no client"));
  assert.deepEqual([store.get().failed, errors], [true, ["no network"]]);
});

test("what ended unexpectedly is started again, and who waits for that hears of it", async () => {
  let end = () => {};
  const ended = new Promise((resolve) => {
    end = resolve;
  });
  const starts = [];
  const { run, whenStarted } = openPage(async (again) => {
    starts.push(again);
    return makeClient(again ? undefined : ended);
  });
  const heard = [];
  whenStarted(async (_, again) => heard.push(again));
  await run("adding", async () => {});
  end();
  await ended;
  await run("adding", async () => {});
  assert.deepEqual({ starts, heard }, { starts: [false, true], heard: [false, true] });
});

test("a call that the visitor stopped is told from one that failed", () => {
  assert.ok(isStopped(new DOMException("Stopped.", "AbortError")));
  assert.ok(!isStopped(new Error("Stopped.")));
  assert.ok(!isStopped("AbortError"));
});
