/** The site's database in the browser (IndexedDB): it stays on this computer, and is there again next time. */

const NAME = "pyclassifier";
const VERSION = 2;

/** @returns {Promise<IDBDatabase>} */
async function open() {
  const opening = indexedDB.open(NAME, VERSION);
  opening.onupgradeneeded = ({ oldVersion }) => {
    const database = opening.result;
    if (oldVersion < 1) database.createObjectStore("models", { keyPath: "id", autoIncrement: true });
    if (oldVersion < 2) {
      database.createObjectStore("projects", { keyPath: "id", autoIncrement: true });
      database.createObjectStore("photos"); // files by [project, photo]
      database.createObjectStore("features", { autoIncrement: true }).createIndex("project", "project");
      database.createObjectStore("trained"); // models' archives by project, runs by [project, number]
    }
  };
  return settled(opening);
}

/**
 * Do something with some of the stores, wholly or not at all. Rejects with what the browser says, such as a
 * "QuotaExceededError".
 *
 * @template T
 * @param {string[]} stores
 * @param {IDBTransactionMode} mode
 * @param {(store: (name: string) => IDBObjectStore) => Promise<T> | T} work may wait for its requests, and for nothing else
 * @returns {Promise<T>}
 */
export async function transact(stores, mode, work) {
  const database = await open();
  try {
    const transaction = database.transaction(stores, mode);
    // Not before this the browser has it: it can still run out of space.
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const working = (async () => work((name) => transaction.objectStore(name)))();
    working.catch(() => !transaction.error && transaction.abort());
    try {
      await done;
    } catch (error) {
      throw error ?? (await working.catch((reason) => reason));
    }
    return await working;
  } finally {
    database.close();
  }
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
export function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
