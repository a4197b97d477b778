/**
 * Models kept in the browser's own storage (IndexedDB): they stay on this computer, and are there again next time.
 *
 * @typedef {{ id: number, desk: string, name: string, blob: Blob }} Kept
 */
import { settled, transact } from "./database.js";
import { texts } from "./texts.js";

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
    return await transact([MODELS], mode, (store) => settled(ask(store(MODELS))));
  } catch (error) {
    throw new Error(texts.storageFailed(error instanceof Error ? error.name : String(error)));
  }
}
