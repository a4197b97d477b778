/**
 * Models kept in the browser's own storage (IndexedDB): they stay on this computer, and are there again next time.
 *
 * @typedef {{ id: number, desk: string, name: string, blob: Blob }} Kept
 */
import { texts } from "./texts.js";

const DATABASE = "pyclassifier";
const MODELS = "models";

/** @param {string} desk @returns {Promise<Kept[]>} newest first */
export async function keptModels(desk) {
  const all = await inStore("readonly", (store) => store.getAll());
  return /** @type {Kept[]} */ (all).filter((model) => model.desk === desk).reverse();
}

/** @param {Omit<Kept, "id">} model */
export function keepModel(model) {
  return inStore("readwrite", (store) => store.add(model));
}

/** @param {number} id */
export function forgetModel(id) {
  return inStore("readwrite", (store) => store.delete(id));
}

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} ask
 * @returns {Promise<T>}
 */
async function inStore(mode, ask) {
  try {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(MODELS, { keyPath: "id", autoIncrement: true });
    const database = await settled(opening);
    try {
      const transaction = database.transaction(MODELS, mode);
      const result = await settled(ask(transaction.objectStore(MODELS)));
      // Not before this the browser has it: it can still run out of space.
      await new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error);
      });
      return result;
    } finally {
      database.close();
    }
  } catch (error) {
    throw new Error(texts.storageFailed(error instanceof Error ? error.name : String(error)));
  }
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
