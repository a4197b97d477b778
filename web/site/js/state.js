/**
 * @typedef {import("./types.js").State} State
 * @typedef {{
 *   get: () => State,
 *   set: (changes: Partial<State>) => void,
 *   subscribe: (listener: (state: State) => void) => void,
 * }} Store
 */

/**
 * What the views of a page have in common, and a way to hear of its changes.
 *
 * @param {Store} [shared] of another page: all but the photos and the model is kept there
 * @returns {Store}
 */
export function createStore(shared) {
  const own = { classes: [], album: null, planned: [], photos: new Map(), problems: [], model: null, unreadable: null };
  const machine = { found: null, measured: null, byHand: false, stored: false };
  /** @param {Partial<State>} changes */
  const common = (changes) => Object.fromEntries(Object.entries(changes).filter(([name]) => !(name in own)));
  /** @type {State} */
  let state = { client: null, info: null, left: null, busy: null, failed: false, ...machine, ...shared?.get(), ...own };
  /** @type {((state: State) => void)[]} */
  const listeners = [];

  /** @param {Partial<State>} changes */
  function update(changes) {
    state = { ...state, ...changes };
    for (const listener of listeners) listener(state);
  }

  shared?.subscribe((theirs) => update(common(theirs)));
  return {
    get: () => state,

    /** @param {Partial<State>} changes */
    set(changes) {
      update(changes);
      const others = common(changes);
      if (shared && Object.keys(others).length > 0) shared.set(others);
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
