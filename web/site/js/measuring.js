import { ranked, remember, timesKnown } from "./fastest.js";
import { alone } from "./lock.js";
import { whenQuiet } from "./quiet.js";

/** All in all, where no graphics processor is: what takes longer is slow. */
const IN_ALL_MS = 3000;
/** For one backend, where there is a graphics processor: some take seconds to make their shaders, and are fast then. */
const SHADERS_MS = 10_000;
const FETCHED_MS = 30_000;
/** Two tabs that measure at once would spoil each other's figures. */
const LOCK = "pyclassifier-measuring";

/**
 * @typedef {import("./fastest.js").Time} Time
 * @typedef {import("./types.js").State} State
 * @typedef {import("./calls.js").Backend} Backend
 */

/**
 * Measure once what computes fastest here, while nobody wants anything of the page; what begins meanwhile has the machine for
 * itself at once. Nothing is measured where somebody chose what computes.
 *
 * @param {import("./state.js").Store} store
 * @param {(name: string) => void} use called when something else is faster than what computes
 */
export function measureWhenQuiet(store, use) {
  /** Of before, and so far. @type {Time[]} */
  let times = [];
  let gaveUp = false;

  store.subscribe(({ info, measured }) => {
    const known = info && !measured ? timesKnown(info) : null;
    if (!known) return;
    times = [...known];
    store.set({ measured: known });
  });
  whenQuiet(
    store,
    "findBackends",
    (state) => state.stored && !gaveUp && missing(state),
    async (signal) => {
      // Where nobody looks, browsers let little be computed.
      if (document.visibilityState === "visible") await alone(LOCK, () => measure(signal));
    },
  );

  /** @param {AbortSignal} signal */
  async function measure(signal) {
    const { client, info } = store.get();
    if (!client || !info) return;
    times = timesKnown(info) ?? times; // What another tab has found out meanwhile.
    const found = store.get().found ?? (await client.findBackends().catch(() => null));
    const started = performance.now();
    if (!found) return;
    store.set({ found });
    if (!missing(store.get()) || signal.aborted) return;
    let ended = false;
    client.ended.then(() => (ended = true));
    for (const one of candidates(found)) {
      if (times.some((time) => isOf(time, one))) continue;
      const limit = info.software ? IN_ALL_MS - (performance.now() - started) : SHADERS_MS;
      const task = { backbone: info.backbones[0].name, name: one.name, addition: one.addition };
      const ms = await time(task, limit, signal);
      // Where what computes ended meanwhile, the graphics processor did not bear both.
      if (ms !== undefined || ended) times.push({ name: one.name, runsOn: one.runsOn, ms: ms ?? null });
      else if (!signal.aborted) gaveUp = true;
      if (ms === undefined) return;
    }
    finish(info, found);
  }

  /** @param {import("./calls.js").Info} info @param {Backend[]} found */
  function finish(info, found) {
    const measured = times.filter((time) => found.some((one) => isOf(time, one)));
    const [best] = ranked(measured);
    if (!best) {
      gaveUp = true; // The machine had other things to do: the next visit may find out.
      return;
    }
    remember(info, measured);
    store.set({ measured });
    if (best.name !== info.backend) use(best.name);
  }
}

/** Whether anything is to be measured, as far as it is known what there is. @param {State} state */
function missing({ client, info, byHand, found, measured }) {
  if (!client || !info || byHand) return false;
  if (!measured) return !found || candidates(found).length > 1;
  return candidates(found ?? []).some((one) => !measured.some((time) => isOf(time, one)));
}

/** The surest first. @param {Backend[]} found */
function candidates(found) {
  return found.filter(({ kind }) => kind !== "plain").reverse();
}

/** @param {Time} time @param {Backend} backend */
function isOf(time, backend) {
  return time.name === backend.name && time.runsOn === backend.runsOn;
}

/**
 * @param {import("./measurer.js").Task} task
 * @param {number} limit in milliseconds, from when all files are there
 * @param {AbortSignal} signal
 * @returns {Promise<number | null | undefined>} milliseconds for a photo; null: it fails here, or takes too long; undefined:
 *   nobody knows, since it was stopped, or files did not come
 */
function time(task, limit, signal) {
  if (limit <= 0) return Promise.resolve(null);
  return new Promise((resolve) => {
    const worker = new Worker(new URL("./measurer.js", import.meta.url), { type: "module" });
    /** @param {number | null} [ms] */
    const end = (ms) => {
      clearTimeout(timer);
      worker.terminate();
      resolve(ms);
    };
    let timer = setTimeout(end, FETCHED_MS);
    /** @type {number | null | undefined} */
    let otherwise;
    signal.addEventListener("abort", () => end());
    worker.onerror = (event) => {
      event.preventDefault();
      end(otherwise);
    };
    worker.onmessage = (/** @type {MessageEvent<import("./measurer.js").Step>} */ { data }) => {
      if ("ms" in data) end(data.ms);
      else if ("failed" in data) end(otherwise);
      else {
        otherwise = null;
        clearTimeout(timer);
        timer = setTimeout(end, limit, null);
      }
    };
    worker.postMessage(task);
  });
}
