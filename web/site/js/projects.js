/**
 * Projects kept in the browser, without a word of what is in them: Python (desks/keeping/) writes and reads that. IndexedDB rather
 * than files (OPFS): a transaction is there wholly or not at all whatever crashes, and it takes photos as the handles that
 * they come as, so that no byte of them passes through this program.
 *
 * @typedef {object} ProjectRecord
 * @property {number} id
 * @property {import("./protocol.js").DeskName} desk
 * @property {string} name  "" until it is given one
 * @property {number} opened  when it was used last, in ms since 1970
 * @property {number} photos
 * @property {number} bytes
 * @property {string} description  JSON; see desks/keeping/
 *
 * @typedef {import("./protocol.js").DeskName} DeskName
 */
import { settled, transact } from "./database.js";
import { readable } from "./readable.js";

const WAIT_MS = 2000;
const PHOTOS_AT_ONCE = 200;
/** As in desks/keeping/storage.py: what is kept was deleted, such as with the site's data. */
const GONE = "ProjectGone";

/** @param {number} project */
const keysOf = (project) => IDBKeyRange.bound([project], [project, []]);

/** @param {DeskName} desk @returns {Promise<ProjectRecord[]>} the one used last first */
export async function listProjects(desk) {
  const all = await transact(["projects"], "readonly", (store) => settled(store("projects").getAll()));
  return /** @type {ProjectRecord[]} */ (all).filter((one) => one.desk === desk).sort((a, b) => b.opened - a.opened);
}

/** @param {number} id @param {Partial<ProjectRecord>} changes @returns {Promise<void>} */
export async function changeProject(id, changes) {
  await transact(["projects"], "readwrite", (store) =>
    change(store("projects"), id, (record) => ({ ...record, ...changes })),
  );
}

/**
 * Have a project for oneself. A tab that is being reloaded gets time to let go of it.
 * @param {number} id
 * @param {boolean} [steal] take it from a tab that does not
 * @param {() => void} [onStolen] called when another tab has taken it
 * @returns {Promise<(() => void) | null>} what lets go of it; null where another tab does not
 */
function holdProject(id, steal = false, onStolen = () => {}) {
  return new Promise((resolve) => {
    if (!navigator.locks)
      resolve(() => {}); // they are only there on https and on localhost
    else {
      const options = steal ? { steal } : { signal: AbortSignal.timeout(WAIT_MS) };
      let held = false;
      const hold = () => {
        held = true;
        return new Promise((release) => resolve(() => release(undefined)));
      };
      navigator.locks
        .request(`pyclassifier-project-${id}`, options, hold)
        .catch(() => (held ? onStolen() : resolve(null)));
    }
  });
}

/** @param {number} id @returns {Promise<boolean>} whether it was; not while another tab has it open */
export async function deleteProject(id) {
  const release = await holdProject(id);
  if (!release) return false;
  release();
  await transact(["projects", "photos", "features", "trained"], "readwrite", async (store) => {
    store("projects").delete(id);
    store("photos").delete(keysOf(id));
    store("trained").delete(id);
    store("trained").delete(keysOf(id)); // its runs
    for (const key of await settled(store("features").index("project").getAllKeys(id))) store("features").delete(key);
  });
  return true;
}

/** @param {IDBObjectStore} projects @param {number} id @param {(record: ProjectRecord) => ProjectRecord} edit */
async function change(projects, id, edit) {
  const record = await settled(projects.get(id));
  if (record) projects.put(edit(record));
}

/**
 * Where one desk's project lies; Python holds it. What writes resolves to the name of an error, "" where all is well.
 * It is held by a lock, so that no other tab writes to it.
 */
export class ProjectStorage {
  /** @type {number | null} */
  #id = null;
  /** @type {() => void} */
  #release = () => {};
  /** The project that another tab has, instead of this one. @type {ProjectRecord | null} */
  #other = null;
  #desk;
  #tell;

  /** @param {DeskName} desk @param {(note: import("./protocol.js").Kept) => void} tell */
  constructor(desk, tell) {
    this.#desk = desk;
    this.#tell = tell;
  }

  /**
   * Take a project: this one, or the one that was used last where it is 0. None is there: null; another tab has it: "elsewhere".
   * @param {number} wanted
   * @param {"" | "take over" | "copy"} how what to do where another tab has it: leave it, take it from that tab, or only
   *   read it, until `leave`
   */
  async load(wanted, how) {
    this.leave();
    const record = (await listProjects(this.#desk)).find(({ id }) => !wanted || id === wanted);
    if (!record) return null;
    if (how === "copy") this.#id = record.id;
    else if (!(await this.#hold(record, how === "take over"))) return { elsewhere: true };
    const model = await transact(["trained"], "readonly", (store) => settled(store("trained").get(record.id)));
    await changeProject(record.id, { opened: Date.now() });
    return { ...record, elsewhere: false, model: model ? new Uint8Array(await model.arrayBuffer()) : null };
  }

  /** Let go of the project; the next one that is written is a new one. */
  leave() {
    this.#release();
    this.#release = () => {};
    this.#id = this.#other = null;
  }

  /** Whether another tab has the project. */
  lost() {
    return this.#other !== null;
  }

  /** Whether the project was deleted meanwhile, such as with the site's data. */
  async gone() {
    const known = this.#id === null ? null : await listProjects(this.#desk).catch(() => null);
    return known !== null && !known.some(({ id }) => id === this.#id);
  }

  /** Some of the photos, from an id on. @param {number} from */
  async photos(from) {
    const range = IDBKeyRange.bound([this.#id, from], [this.#id, []]);
    /** @type {[IDBValidKey[], Blob[]]} */
    const [keys, blobs] = await transact(["photos"], "readonly", (store) =>
      Promise.all([
        settled(store("photos").getAllKeys(range, PHOTOS_AT_ONCE)),
        settled(store("photos").getAll(range, PHOTOS_AT_ONCE)),
      ]),
    );
    return blobs.map((blob, i) => ({
      ...readable({ path: "", blob }),
      id: /** @type {[number, number]} */ (keys[i])[1],
    }));
  }

  /** What was written of features: kind, digests one per line, rows. */
  async features() {
    /** @type {{ kind: string, digests: string, rows: Blob }[]} */
    const all = await transact(["features"], "readonly", (store) =>
      settled(store("features").index("project").getAll(this.#id)),
    );
    return Promise.all(
      all.map(async ({ kind, digests, rows }) => ({ kind, digests, rows: new Uint8Array(await rows.arrayBuffer()) })),
    );
  }

  /** @param {any} bytes from Python */
  blob(bytes) {
    return new Blob([bytes.toJs()]);
  }

  /** @param {any} ids @param {any} blobs lists from Python */
  putPhotos(ids, blobs) {
    const [keys, values] = [ids.toJs(), /** @type {Blob[]} */ (blobs.toJs({ depth: 1 }))];
    return this.#write(["photos"], (store, id) => {
      for (const [i, value] of values.entries()) store("photos").put(value, [id, keys[i]]);
      return values.reduce((sum, { size }) => sum + size, 0);
    });
  }

  /** @param {any} ids list from Python */
  dropPhotos(ids) {
    return this.#drop("photos", ids.toJs());
  }

  /** @param {string} kind @param {string} digests @param {any} rows bytes from Python */
  putFeatures(kind, digests, rows) {
    const blob = this.blob(rows);
    return this.#write(["features"], (store, project) => {
      store("features").add({ project, kind, digests, rows: blob });
      return blob.size;
    });
  }

  /** @param {any} model bytes from Python, or nothing where there is none any more */
  putModel(model) {
    const blob = model ? this.blob(model) : null;
    return this.#write(["trained"], async (store, id) => {
      const before = await settled(store("trained").get(id));
      if (blob) store("trained").put(blob, id);
      else store("trained").delete(id);
      return (blob?.size ?? 0) - (before?.size ?? 0);
    });
  }

  /** The runs' bytes, the first one first. */
  async runs() {
    /** @type {Blob[]} */
    const all = await transact(["trained"], "readonly", (store) =>
      settled(store("trained").getAll(keysOf(Number(this.#id)))),
    );
    return Promise.all(all.map(async (run) => new Uint8Array(await run.arrayBuffer())));
  }

  /** @param {number} number @param {any} run bytes from Python */
  putRun(number, run) {
    const blob = this.blob(run);
    return this.#write(["trained"], (store, id) => {
      store("trained").put(blob, [id, number]);
      return blob.size;
    });
  }

  /** @param {any} numbers list from Python */
  dropRuns(numbers) {
    return this.#drop("trained", numbers.toJs());
  }

  /** @param {string} description JSON @param {number} photos how many */
  putDescription(description, photos) {
    return this.#write([], async (store, id) => {
      await change(store("projects"), id, (record) => ({ ...record, description, photos, opened: Date.now() }));
      return 0;
    });
  }

  /** @param {string} state @param {number} unsaved photos that are not there */
  async tell(state, unsaved) {
    let record;
    try {
      record = (await listProjects(this.#desk)).find(({ id }) => id === this.#id);
    } catch {
      record = undefined; // there is no storage
    }
    const { id = 0, name = "", bytes = 0 } = record ?? {};
    const other = this.#other?.id ?? 0;
    const shown = name || this.#other?.name || "";
    this.#tell({ desk: this.#desk, state: /** @type {any} */ (state), unsaved, id, other, name: shown, bytes });
  }

  /** @param {string} name of the store @param {number[]} keys in the project */
  #drop(name, keys) {
    return this.#write([name], async (store, id) => {
      /** @type {(Blob | undefined)[]} */
      const blobs = await Promise.all(keys.map((key) => settled(store(name).get([id, key]))));
      for (const key of keys) store(name).delete([id, key]);
      return -blobs.reduce((sum, blob) => sum + (blob?.size ?? 0), 0);
    });
  }

  /**
   * @param {string[]} stores
   * @param {(store: (name: string) => IDBObjectStore, id: number) => Promise<number> | number} work gives the bytes that it adds
   * @returns {Promise<string>}
   */
  async #write(stores, work) {
    try {
      if (this.#other) throw new Error("another tab has the project");
      const id = this.#id ?? (await this.#create());
      await transact(["projects", ...stores], "readwrite", async (store) => {
        if (!(await settled(store("projects").count(id)))) throw new DOMException("The project was deleted.", GONE);
        const bytes = await work(store, id);
        if (bytes) await change(store("projects"), id, (record) => ({ ...record, bytes: record.bytes + bytes }));
      });
      return "";
    } catch (error) {
      return error instanceof Error ? error.name : String(error);
    }
  }

  async #create() {
    const record = { desk: this.#desk, name: "", opened: Date.now(), photos: 0, bytes: 0, description: "" };
    const id = Number(await transact(["projects"], "readwrite", (store) => settled(store("projects").add(record))));
    await this.#hold({ ...record, id });
    return id;
  }

  /** @param {ProjectRecord} record @param {boolean} [steal] @returns {Promise<boolean>} whether it is ours */
  async #hold(record, steal) {
    const release = await holdProject(record.id, steal, () => {
      if (this.#id !== record.id) return; // left by now
      this.#id = null;
      this.#other = record;
      this.tell("elsewhere", 0);
    });
    if (release) {
      this.#release = release;
      this.#id = record.id;
    } else this.#other = record;
    return release !== null;
  }
}
