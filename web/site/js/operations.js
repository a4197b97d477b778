import { texts } from "./texts.js";

/**
 * @typedef {import("./types.js").Activity} Activity
 * @typedef {import("./types.js").Client} Client
 * @typedef {import("./types.js").Desk} Desk
 * @typedef {(activity: Activity, panel: HTMLElement, work: (desk: Desk, client: Client) => Promise<void>) => Promise<void>} Run
 */

/**
 * Make the function through which all work goes: one thing after the other, in the order asked for. The page counts as
 * busy from the moment of asking, so that "Train" cannot slip in between choosing photos and having read them.
 *
 * @param {import("./state.js").Store} store
 * @param {import("./status.js").Status} status
 * @param {() => Promise<Client>} start runs before everything else and makes the client
 * @returns {(desk: import("./protocol.js").DeskName) => Run} of the page whose photos and model are at that desk
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

  enqueue("loading", async () => {
    try {
      store.set({ client: await start() });
    } catch (error) {
      store.set({ failed: true });
      status.fail(() => texts.startFailed, error);
    }
  });

  return (desk) => (activity, panel, work) =>
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
}
