import { element, write } from "./dom.js";
import { createFields } from "./fields.js";
import { chooseBackbone } from "./form.js";
import { takeInput } from "./intake.js";
import { download } from "./download.js";
import { registerOpener } from "./openers.js";
import { changeProject, deleteProject, listProjects } from "./projects.js";
import { askToDelete } from "./question.js";
import { isFree } from "./state.js";
import { texts } from "./texts.js";

/**
 * @typedef {import("./types.js").App} App
 * @typedef {import("./types.js").Client} Client
 * @typedef {import("./types.js").Photo} Photo
 * @typedef {import("./protocol.js").Kept} Kept
 * @typedef {import("./training.js").Views} Views
 */

/**
 * The project of a page, which keeps itself in the browser: taken up again when the page or what computes starts, named,
 * left for another one, deleted.
 *
 * @param {App} app
 * @param {Views} views
 */
export function createProjectView(app, views) {
  const { store, status, run, find, desk: place } = app;
  const panel = find("photos", HTMLElement);
  const box = find("project", HTMLDetailsElement);
  const name = find("project-name", HTMLInputElement);
  const dialog = find("project-dialog", HTMLDialogElement);
  const list = createProjectList(app, (id) =>
    run("restoring", panel, async (_, client) => {
      store.set({ planned: null });
      await take(client, id);
    }),
  );
  const fields = createFields(app);
  let asked = false;
  let started = false;
  let beingNamed = 0; // names that are being written
  let given = ""; // the name of a project from a file, for when the browser has it
  /** @type {Kept} */
  let kept = { desk: place, state: "", unsaved: 0, id: 0, other: 0, name: "", bytes: 0 };

  // At once, long before Python can open it.
  listProjects(place)
    .then(([latest]) => {
      if (!latest?.photos || kept.state !== "" || started) return;
      show({ ...kept, state: "opening", name: latest.name });
      find("project-opening", HTMLElement).hidden = false;
      write(find("project-opening", HTMLElement), () => texts.projectOpening(latest.name, latest.photos));
    })
    .catch(() => {}); // a private window, for one, may have no storage

  app.whenStarted(async (client, again) => {
    started = true;
    const before = kept;
    client.onKept((note) => note.desk === place && show(note));
    try {
      if (again) await takeAgain(client, before);
      else await take(client, 0);
    } catch (error) {
      status.fail(() => texts.failed.restoring, error);
    } finally {
      find("project-opening", HTMLElement).hidden = true;
    }
  });

  /**
   * @param {Client} client
   * @param {number} id of the project; 0 is the one used last
   * @param {import("./calls.js").How} [how] what to do where another tab has it
   */
  async function take(client, id, how = "") {
    /** @type {Map<number, Photo>} */
    const photos = new Map();
    const restored = await client.desk(place).resume({
      project: id,
      how,
      onProgress: ({ done, total, photos: some = [] }) => {
        for (const photo of some) photos.set(photo.id, photo);
        status.progress(() => texts.restoring(done, total), done, total);
      },
    });
    if (!restored) return false;
    const tried = [...photos].filter(([number]) => number < 0).sort(([a], [b]) => b - a); // as they came
    for (const number of photos.keys()) if (number < 0) photos.delete(number);
    await showRestored(restored, photos);
    if (restored.model) views.tryout.showAgain(tried.map(([, photo]) => photo));
    const count = restored.classes.reduce((sum, { photos: ids }) => sum + ids.length, 0);
    status.show(() => texts.restored(count, restored.classes.length + restored.planned.length));
    return true;
  }

  /** @param {Client} client @param {Kept} before */
  async function takeAgain(client, before) {
    const had = store.get().album?.classes.some(({ photos }) => photos.length > 0) || store.get().model !== null;
    const chosen = fields.read(); // also what was chosen since
    const back = before.id > 0 && before.state !== "elsewhere" && (await take(client, before.id));
    if (!back) empty();
    else fields.write(chosen);
    status.show(() => texts.startedAgain(store.get().left));
    if (had && !back) status.fail(() => texts.startedEmpty);
    else if (had && before.unsaved > 0) status.fail(() => texts.startedWithout(before.unsaved));
    else if (had && before.state !== "saved") status.fail(() => texts.startedBefore);
  }

  /**
   * @param {import("./calls.js").Restored} restored
   * @param {Map<number, import("./types.js").KnownPhoto>} photos
   */
  async function showRestored(restored, photos) {
    const { model, problems } = restored;
    empty();
    chooseBackbone(find, store.get().info, restored.backbone);
    fields.write(restored.settings);
    store.set({ classes: restored.classes, album: restored, planned: restored.planned, photos, problems });
    if (!model) return;
    store.set({ model: { classes: model.classes, source: "nTraining" in model ? "trained" : "opened" } });
    if ("nTraining" in model) await views.results.showTrained(model);
    else await views.results.showOpened(model);
  }

  /** Show that there is nothing. */
  function empty() {
    views.photos.clear();
    views.tryout.clear();
    for (const part of ["result-figures", "curves", "result"]) find(part, HTMLElement).hidden = true;
    store.set({ model: null });
  }

  /** @param {import("./calls.js").How} how */
  const takeOther = (how) => run("restoring", panel, async (_, client) => void (await take(client, kept.other, how)));
  const hasPhotos = () => store.get().classes.length > 0;
  find("elsewhere-take", HTMLButtonElement).addEventListener("click", () => takeOther("take over"));
  find("elsewhere-copy", HTMLButtonElement).addEventListener("click", () => {
    if (!hasPhotos()) takeOther("copy");
    else {
      run("restoring", panel, async (desk) => {
        await desk.keepApart();
        status.show(() => texts.keptApart);
      });
    }
  });
  addEventListener("beforeunload", (event) => {
    if (kept.state === "elsewhere" && hasPhotos()) event.preventDefault(); // the browser asks: they are not kept
  });

  find("project-new", HTMLButtonElement).addEventListener("click", () => dialog.showModal());
  find("project-cancel", HTMLButtonElement).addEventListener("click", () => dialog.close());
  find("project-leave", HTMLButtonElement).addEventListener("click", () => startAnew(false));
  find("project-delete", HTMLButtonElement).addEventListener("click", () => startAnew(true));

  /** @param {boolean} forget what was there before */
  function startAnew(forget) {
    dialog.close();
    run("restoring", panel, async (desk) => {
      const { id } = kept;
      await desk.startAnew();
      const deleted = forget && id > 0 && (await deleteProject(id));
      empty();
      store.set({ planned: null });
      await list.show(kept.id);
      status.show(() => (deleted ? texts.projectDeleted : texts.ready));
    });
  }

  find("project-save", HTMLButtonElement).addEventListener("click", () => {
    run("restoring", panel, async (desk) => {
      /** @param {{ done: number, total: number }} progress */
      const onProgress = ({ done, total }) => status.progress(() => texts.savingProject(done, total), done, total);
      const { blob, lost } = await desk.saveProject({ name: kept.name, onProgress });
      download(blob, `${kept.name || "pyclassifier-project"}.zip`);
      status.show(() => texts.projectSaved(blob.size, lost));
    });
  });

  const file = find("project-open", HTMLInputElement);
  file.addEventListener("change", () => {
    const source = takeInput(file);
    openFile(async () => (await source()).photos);
  });

  /** @param {() => Promise<Photo[]>} source a project's zip */
  function openFile(source) {
    run("restoring", panel, async (desk) => {
      const [chosen] = await source();
      if (!chosen) return;
      status.progress(() => texts.openingProject);
      const { photos, ...opened } = await desk.openProject(chosen instanceof File ? chosen : chosen.blob);
      given = opened.name;
      store.set({ planned: null });
      await showRestored(opened, new Map(photos.map(({ id, path }) => [id, { path, blob: null }])));
      status.show(() => texts.restored(photos.length, opened.classes.length));
    });
  }

  registerOpener(app, "project", openFile);

  name.addEventListener("change", () => {
    if (!kept.id) return;
    const chosen = name.value.trim();
    writeName(kept.id, chosen);
    show({ ...kept, name: chosen }); // At once, since what comes while it is written is to know it.
  });

  /** @param {number} id @param {string} chosen */
  async function writeName(id, chosen) {
    beingNamed++;
    await changeProject(id, { name: chosen }).finally(() => beingNamed--);
    show(kept.id === id ? { ...kept, name: chosen } : kept); // Once more: what came meanwhile may tell the old one.
  }

  /** Keep what is here once more: the browser's data of this site were deleted. */
  function keepAgain() {
    run("restoring", panel, async (desk) => {
      await desk.keepApart();
      status.fail(() => texts.keptGone);
    });
  }

  // Nothing tells of deleted data: the visitor went elsewhere to do that, and comes back.
  addEventListener("focus", async () => {
    if (!kept.id || !isFree(store.get())) return;
    const projects = await listProjects(place).catch(() => null);
    if (projects && !projects.some(({ id }) => id === kept.id))
      run("restoring", panel, async (desk) => void (await desk.keepApart()));
  });

  /** @param {Kept} note */
  function show(note) {
    const changed = note.state !== kept.state;
    if (note.state === "gone" && changed) {
      given = kept.name;
      keepAgain();
    }
    if (given && note.id) {
      writeName(note.id, given);
      note = { ...note, name: given };
      given = "";
    }
    kept = note;
    /** @type {Kept} */
    const shown = beingNamed && note.state === "saved" ? { ...note, state: "saving" } : note;
    box.dataset.state = shown.state.split(":")[0];
    write(find("project-summary", HTMLElement), () => texts.projectState(shown));
    write(find("project-note", HTMLElement), () => texts.projectNote(kept));
    find("project-kept", HTMLElement).hidden = !note.id;
    showElsewhere();
    if (document.activeElement !== name) name.value = note.name;
    // Once, calmly; the line in the panel goes on saying it.
    if (changed && note.state === "full") box.open = true;
    if (changed || box.open) list.show(note.id);
  }

  function showElsewhere() {
    find("elsewhere", HTMLElement).hidden = kept.state !== "elsewhere";
    write(find("elsewhere-text", HTMLElement), () => texts.elsewhere(kept.name, hasPhotos()));
    write(find("elsewhere-copy", HTMLButtonElement), () => (hasPhotos() ? texts.keepApart : texts.takeCopy));
  }

  show(kept);
  box.addEventListener("toggle", () => box.open && list.show(kept.id));
  store.subscribe((state) => {
    showElsewhere();
    const controls = [
      ...box.querySelectorAll("button, input"),
      ...find("elsewhere", HTMLElement).querySelectorAll("button"),
    ];
    for (const control of controls) {
      /** @type {HTMLButtonElement | HTMLInputElement} */ (control).disabled = !isFree(state);
    }
    // Not before there is something that took an effort: browsers may ask the visitor.
    if (state.model?.source === "trained" && !asked) {
      asked = true;
      navigator.storage?.persist?.().catch(() => {});
    }
  });
}

/**
 * The other projects of this page that are kept in the browser.
 *
 * @param {App} app
 * @param {(id: number) => void} open
 */
function createProjectList({ store, status, find, desk: place }, open) {
  const list = find("projects", HTMLElement);

  /** @param {number} current */
  async function show(current) {
    /** @type {import("./projects.js").ProjectRecord[]} */
    const projects = await listProjects(place).catch(() => []); // a private window, for one, may have no storage
    list.replaceChildren(...projects.filter(({ id }) => id !== current).map((one) => item(one, current)));
    for (const button of list.querySelectorAll("button")) button.disabled = !isFree(store.get());
  }

  /** @param {import("./projects.js").ProjectRecord} project @param {number} current */
  function item(project, current) {
    const { id, name, photos, opened, bytes } = project;
    const title = () => texts.projectTitle(name, new Date(opened));
    const use = element("button", { type: "button", "aria-label": () => texts.openKept(title()) }, () => texts.open);
    const drop = element(
      "button",
      { type: "button", class: "quiet", "aria-label": () => texts.deleteKept(title()) },
      () => texts.delete,
    );
    use.addEventListener("click", () => open(id));
    drop.addEventListener("click", async () => {
      if (!(await askToDelete(title))) return;
      if (!(await deleteProject(id))) return status.fail(() => texts.projectElsewhere);
      await show(current);
      status.show(() => texts.projectDeleted);
      find("project-summary", HTMLElement).focus(); // the button is gone
    });
    const size = element("span", { class: "note" }, () => texts.projectSize(photos, bytes));
    return element("li", {}, element("span", { class: "name" }, title), size, use, drop);
  }

  return { show };
}
