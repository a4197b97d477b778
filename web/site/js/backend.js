import { element, write } from "./dom.js";
import { ranked } from "./fastest.js";
import { isFree } from "./state.js";
import { texts } from "./texts.js";

/**
 * Compute on what is faster, from now on where nobody works yet, else from the next visit on.
 *
 * @param {import("./types.js").App[]} apps of all pages so far
 * @param {string} name
 */
export function useFaster(apps, name) {
  if (apps.some(({ store }) => store.get().classes.length > 0 || store.get().model)) return;
  const [{ store, run, find }] = apps;
  run("backend", find("compute", HTMLElement), async (_, client) => {
    const info = await client.setBackend(name).catch(() => null); // it goes on as before
    if (info) store.set({ info });
  });
}

/**
 * The choice of where the tensors are computed, with a note where that matters.
 *
 * @param {import("./types.js").App} app
 */
export function createBackendView({ store, status, run, find }) {
  const select = find("backend", HTMLSelectElement);
  const note = find("backend-note", HTMLElement);
  const cores = find("cores", HTMLElement);
  const panel = find("compute", HTMLElement);

  select.addEventListener("change", () => {
    const wanted = select.value;
    run("backend", panel, async (_, client) => {
      status.progress(() => texts.changingBackend(wanted));
      store.set({ byHand: true });
      try {
        store.set({ info: await client.setBackend(wanted), left: null });
        status.show(() => texts.ready);
      } finally {
        show(store.get()); // also where it went wrong: then what is still in use
      }
    });
  });

  /** @param {import("./types.js").State} state */
  function show({ info, left, found, measured, byHand }) {
    if (!info) return;
    const names = found?.map(({ name }) => name) ?? info.backends;
    if (String(names) !== String([...select.options].map(({ value }) => value)))
      select.replaceChildren(...names.map((name) => element("option", { value: name }, () => texts.backend(name))));
    select.value = info.backend;
    write(note, () => (left ? texts.leftBackend(left, info.backend) : noteOn(info, measured, byHand)));
    write(cores, () => (info.kind === "compiled" ? texts.cores(info.cores) : ""));
    select.title = info.renderer;
  }

  // Some of what can compute takes a moment to find: only who sees the choice has to have it.
  let seen = false;
  const look = () => {
    const { client, found } = store.get();
    if (found || !client || !seen) return;
    client.findBackends().then(
      (all) => store.set({ found: all }),
      () => {},
    ); // what ended is said elsewhere
  };
  new ResizeObserver(([{ contentRect }]) => {
    seen = contentRect.width > 0;
    look();
  }).observe(panel);

  /** @type {unknown[]} */
  let shown = [];
  store.subscribe((state) => {
    select.disabled = !isFree(state) || !state.info;
    const { info, left, found, measured, byHand, client } = state;
    const now = [info, left, found, measured, byHand, client];
    if (now.every((value, i) => value === shown[i])) return;
    shown = now;
    show(state);
    look();
  });
}

/**
 * @param {import("./types.js").ClientInfo} info
 * @param {import("./fastest.js").Time[] | null} measured
 * @param {boolean} byHand
 */
function noteOn({ backend, kind, software }, measured, byHand) {
  if (kind === "plain") return texts.cpuSlow;
  if (software && kind === "graphics") return texts.softwareGraphics(backend);
  const [best, next] = ranked(measured ?? []);
  if (!best) return software ? texts.softwareChosen : "";
  const said = next ? texts.fastestHere(best.name, next.ms / best.ms, next.name) : texts.fastestAlone(best.name);
  return byHand || best.name === backend ? said : `${said} ${texts.fastestNext}`;
}
