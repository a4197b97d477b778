import { ABORTED } from "./protocol.js";
import { texts } from "./texts.js";

/**
 * @typedef {import("./types.js").Activity} Activity
 * @typedef {import("./types.js").Client} Client
 * @typedef {import("./types.js").Desk} Desk
 * @typedef {(activity: Activity, panel: HTMLElement, work: (desk: Desk, client: Client) => Promise<void>) => Promise<void>} Run
 * @typedef {(work: (client: Client, again: boolean) => Promise<void>) => void} WhenStarted  work: done as soon as there is a client,
 *   before all that waits for it; again: the one before ended unexpectedly
 */

/**
 * Make the function through which all work goes: one thing after the other, in the order asked for. The page counts as
 * busy from the moment of asking, so that "Train" cannot slip in between choosing photos and having read them.
 *
 * @param {import("./state.js").Store} store
 * @param {import("./status.js").Status} status
 * @param {(again: boolean) => Promise<Client>} start runs before everything else and makes the client
 * @returns {{ at: (desk: import("./protocol.js").DeskName) => Run, whenStarted: WhenStarted }} at: of the page whose photos and
 *   model are at that desk
 */
export function createRun(store, status, start) {
  let waiting = 0;
  /** @type {Promise<void>} */
  let tail = Promise.resolve();

  /** @param {Activity} activity @param {() => Promise<void>} work */
  function enqueue(activity, work) {
    waiting += 1;
    if (store.get().busy === null) store.set({ busy: activity });
    tail = tail.then(async () => {
      store.set({ busy: activity });
      await work();
      waiting -= 1;
      if (waiting === 0) store.set({ busy: null });
    });
    return tail;
  }

  /** @type {((client: Client, again: boolean) => Promise<void>)[]} */
  const starters = [];

  /** @param {boolean} again */
  function launch(again) {
    enqueue("loading", async () => {
      try {
        const client = await start(again);
        store.set({ client });
        client.ended.then(() => launch(true));
        for (const work of starters) await work(client, again);
      } catch (error) {
        store.set({ failed: true });
        status.fail(() => texts.startFailed, error, true);
      }
    });
  }
  launch(false);

  /** @type {WhenStarted} */
  function whenStarted(work) {
    const { client } = store.get();
    if (client) enqueue("loading", () => work(client, false));
    starters.push(work);
  }

  /** @param {import("./protocol.js").DeskName} desk @returns {Run} */
  const at = (desk) => (activity, panel, work) =>
    enqueue(activity, async () => {
      const { client } = store.get();
      if (!client) return; // the reason is on the page already
      status.clearError();
      panel.setAttribute("aria-busy", "true");
      try {
        await work(client.desk(desk), client);
      } catch (error) {
        status.fail(() => texts.failed[activity], error);
      } finally {
        panel.removeAttribute("aria-busy");
      }
    });
  return { at, whenStarted };
}

/** @param {unknown} error @returns {boolean} whether work ended because the visitor stopped it */
export function isStopped(error) {
  return error instanceof Error && error.name === ABORTED;
}
