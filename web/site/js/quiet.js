import { isFree } from "./state.js";

/** Nothing was asked for so long. */
const QUIET_MS = 1500;
const LOOK_MS = QUIET_MS / 3;

/**
 * @typedef {import("./types.js").State} State
 */

/**
 * Do something of the page's own accord while nobody wants anything of it; what begins meanwhile has the machine for itself
 * at once.
 *
 * @param {import("./state.js").Store} store
 * @param {keyof import("./protocol.js").Methods | null} own the call that belongs to it
 * @param {(state: State) => boolean} isWanted
 * @param {(signal: AbortSignal) => Promise<void>} work ends soon when somebody wants something
 * @returns {() => void} to be called when something else than the state decides whether it is wanted
 */
export function whenQuiet(store, own, isWanted, work) {
  /** @type {import("./types.js").Client | null} */
  let watched = null;
  let lastAsked = 0;
  let waiting = false;
  let stop = () => {};

  function asked() {
    lastAsked = performance.now();
    stop();
  }

  /** @param {State} state */
  function follow(state) {
    if (state.busy) asked();
    if (state.client && state.client !== watched) {
      watched = state.client;
      watched.onCall((method) => method !== own && asked());
    }
    if (waiting || !isWanted(state)) return;
    waiting = true;
    setTimeout(attempt, LOOK_MS);
  }

  async function attempt() {
    if (isQuiet(store.get(), lastAsked)) {
      const controller = new AbortController();
      stop = () => controller.abort();
      await work(controller.signal);
    }
    waiting = false;
    follow(store.get());
  }

  document.addEventListener("play", asked, { capture: true }); // a camera
  store.subscribe(follow);
  return () => follow(store.get());
}

/** @param {import("./state.js").Store} store @returns {Promise<void>} resolves when nobody wants anything of the page */
export function untilQuiet(store) {
  return new Promise((resolve) => {
    let isWanted = true;
    whenQuiet(
      store,
      null,
      () => isWanted,
      async () => {
        isWanted = false;
        resolve();
      },
    );
  });
}

/** @param {State} state @param {number} lastAsked */
function isQuiet(state, lastAsked) {
  if (!isFree(state) || !state.client?.isIdle || performance.now() - lastAsked < QUIET_MS) return false;
  return ![...document.querySelectorAll("video")].some(({ srcObject }) => srcObject);
}
