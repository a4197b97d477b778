/** What may be wrong with the photos: each finding shows its photos and offers what mends it, as an edit. */
import { arrange, badgeOf, canArrange, placeOf } from "./album.js";
import { element, write } from "./dom.js";
import { nameOf } from "./format.js";
import { PhotoGrid } from "./grid.js";
import { isStopped } from "./operations.js";
import { sentence } from "./sentence.js";
import { isFree } from "./state.js";
import { texts } from "./texts.js";
import { createWeighButton } from "./weighing.js";

/**
 * @typedef {import("./types.js").App} App
 * @typedef {import("./calls.js").Checked} Checked
 * @typedef {import("./calls.js").Finding} Finding
 * @typedef {import("./calls.js").Fix} Fix
 */

/** The quick check waits for a pause in what is done to the photos. */
const PAUSE_MS = 300;

export class CheckView {
  #app;
  #options;
  #box;
  #count;
  #list;
  #note;
  #all;
  #stop;
  #weigh;
  /** @type {Checked} */
  #checked = { findings: [], compared: false };
  /** What the findings are about. @type {import("./calls.js").AlbumOverview | null} */
  #album = null;
  #model = /** @type {import("./types.js").Model | null} */ (null);
  #timer = 0;
  #refocus = false;
  #current = 0;
  /** @type {PhotoGrid[]} */
  #grids = [];
  #abort = new AbortController();

  /** @param {App} app @param {ReturnType<typeof import("./form.js").createOptionsForm>} options of trainings */
  constructor(app, options) {
    const { find } = app;
    this.#app = app;
    this.#options = options;
    this.#box = find("check", HTMLDetailsElement);
    this.#count = find("check-count", HTMLElement);
    this.#list = find("findings", HTMLElement);
    this.#note = find("check-note", HTMLElement);
    this.#all = find("check-all", HTMLButtonElement);
    this.#stop = find("check-stop", HTMLButtonElement);
    this.#weigh = createWeighButton(app);
    this.#box.addEventListener("toggle", () => this.#show());
    this.#all.addEventListener("click", () => this.#checkAll());
    this.#stop.addEventListener("click", () => {
      this.#abort.abort();
      this.#stop.disabled = true;
    });
    app.store.subscribe((state) => this.#update(state));
  }

  /** @param {import("./types.js").State} state */
  #update(state) {
    this.#box.hidden = !state.album?.classes.some(({ photos }) => photos.length > 0);
    this.#all.disabled = !isFree(state);
    const changed = state.album !== this.#album || state.model !== this.#model;
    if (changed) this.#current += 1; // what is being checked now is out of date
    this.#refocus ||= this.#list.contains(document.activeElement); // a button that is disabled loses the focus
    if (state.album !== this.#album) for (const button of this.#fixButtons()) button.disabled = true;
    else if (!this.#timer) for (const button of this.#fixButtons()) button.disabled = !canArrange(state);
    this.#album = state.album;
    this.#model = state.model;
    if (changed) this.#checkSoon();
  }

  #fixButtons() {
    return /** @type {NodeListOf<HTMLButtonElement>} */ (this.#list.querySelectorAll("button.fix"));
  }

  /** Look at what is known already, once the page is free. */
  #checkSoon() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(async () => {
      const { store, desk } = this.#app;
      const { client, busy } = store.get();
      if (this.#box.hidden || !client) return this.#take({ findings: [], compared: false });
      if (busy) return this.#checkSoon();
      const current = this.#current;
      const checked = await client
        .desk(desk)
        .check(this.#settings())
        .catch(() => null); // unasked, so unheard
      if (checked && current === this.#current) this.#take(checked);
    }, PAUSE_MS);
  }

  /** What photos are looked at with: what a training would. */
  #settings() {
    const { backbone, inputSize, pooling } = this.#options.read();
    return { backbone, inputSize, pooling };
  }

  /** Read and compare all photos. */
  #checkAll() {
    const { find, run, status } = this.#app;
    run("checking", find("photos", HTMLElement), async (desk) => {
      this.#abort = new AbortController();
      this.#all.hidden = true;
      this.#stop.hidden = this.#stop.disabled = false;
      if (document.activeElement === document.body) this.#stop.focus();
      try {
        const checked = await desk.check({
          ...this.#settings(),
          whole: true,
          signal: this.#abort.signal,
          onProgress: ({ stage, done, total }) => {
            if (stage === "features") status.progress(() => texts.checking(done, total), done, total);
          },
        });
        clearTimeout(this.#timer);
        this.#take(checked);
        status.show(() => texts.checkedAll(checked.findings.length));
      } catch (error) {
        if (!isStopped(error)) throw error;
        status.show(() => texts.checkStopped);
      } finally {
        const focused = document.activeElement === this.#stop;
        this.#stop.hidden = true;
        this.#all.hidden = false;
        if (focused) this.#box.querySelector("summary")?.focus();
      }
    });
  }

  /** @param {Checked} checked */
  #take(checked) {
    this.#timer = 0;
    this.#checked = checked;
    const n = checked.findings.length;
    write(this.#count, () => (n > 0 ? texts.findings(n) : ""));
    this.#count.hidden = n === 0;
    const unreadable = checked.findings.find(({ kind }) => kind === "unreadable")?.fixes[0] ?? null;
    this.#app.store.set({ unreadable });
    this.#show();
  }

  #show() {
    const focused =
      this.#refocus && (this.#list.contains(document.activeElement) || document.activeElement === document.body);
    this.#refocus = false;
    for (const grid of this.#grids) grid.remove();
    this.#grids = [];
    const { findings, compared } = this.#checked;
    this.#list.replaceChildren(...(this.#box.open ? findings.map((finding) => this.#makeItem(finding)) : []));
    write(this.#note, () => (compared ? (findings.length > 0 ? "" : texts.nothingFound) : texts.notCompared));
    if (focused) this.#box.querySelector("summary")?.focus(); // the button has gone with what it mended
  }

  /** @param {Finding} finding */
  #makeItem(finding) {
    const { kind, groups, fixes } = finding;
    const item = element(
      "li",
      { class: "finding" },
      element("p", {}, () => texts.finding(finding)),
    );
    if (groups.length > 0) item.append(this.#makeGrid(finding));
    const buttons = fixes.map((fix) => this.#makeFix(fix));
    if (kind === "imbalance") buttons.push(this.#weigh);
    for (const button of buttons) button.disabled = !canArrange(this.#app.store.get());
    if (buttons.length > 0) item.append(element("div", { class: "fixes" }, ...buttons));
    return item;
  }

  /** @param {Finding} finding */
  #makeGrid({ kind, groups, problems }) {
    const { store } = this.#app;
    const ids = groups.flat();
    const numbers = new Map(
      groups.flatMap((group, i) => group.map((id) => /** @type {const} */ ([id, String(i + 1)]))),
    );
    const grid = new PhotoGrid(this.#app, {
      label: () => texts.photosOfFinding(ids.length),
      // Which belong together; of photos in several classes, where each of them is.
      badge: (id) => {
        if (kind === "two classes") return placeOf(store.get(), id)?.label ?? "";
        if (kind === "both sides") return badgeOf(placeOf(store.get(), id));
        return groups.length > 1 ? (numbers.get(id) ?? "") : "";
      },
      details: (id) => {
        const problem = problems[ids.indexOf(id)];
        return problem ? [element("p", {}, `${nameOf(problem.path)}: `, sentence(problem.reason, problem))] : [];
      },
    });
    grid.show(ids);
    this.#grids.push(grid);
    return grid.root;
  }

  /** @param {Fix} fix */
  #makeFix(fix) {
    const button = element("button", { type: "button", class: "small fix" }, () => texts.fix(fix));
    button.addEventListener("click", () => mend(this.#app, fix));
    return button;
  }
}

/** @param {App} app @param {Fix} fix @returns {Promise<boolean>} whether it was done */
export function mend(app, { change, edit, label, split }) {
  const n = edit.photos.length;
  return arrange(app, edit, () => {
    if (change === "move to") return texts.moved(n, label ?? "");
    if (change === "keep together") return texts.versionsKept(n);
    return change === "mark" ? texts.markedFor(n, split ?? "training") : texts.deletedPhotos(n);
  });
}
