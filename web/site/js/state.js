/**
 * @typedef {import("./types.js").State} State
 * @typedef {ReturnType<typeof createStore>} Store
 */

/** What the views have in common, and a way to hear of its changes. */
export function createStore() {
  /** @type {State} */
  let state = { client: null, info: null, busy: null, failed: false, classes: [], samples: false, model: null };
  /** @type {((state: State) => void)[]} */
  const listeners = [];
  return {
    get: () => state,

    /** @param {Partial<State>} changes */
    set(changes) {
      state = { ...state, ...changes };
      for (const listener of listeners) listener(state);
    },

    /** @param {(state: State) => void} listener called now and after every change */
    subscribe(listener) {
      listeners.push(listener);
      listener(state);
    },
  };
}

/**
 * Whether a control may be used: always when the page is free, and during activities that its work may queue behind.
 *
 * @param {State} state
 * @param {...import("./types.js").Activity} queueable
 */
export function isFree(state, ...queueable) {
  return !state.failed && (state.busy === null || queueable.includes(state.busy));
}
