import { element, write } from "./dom.js";
import { isFree } from "./state.js";
import { texts } from "./texts.js";

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
      try {
        store.set({ info: await client.setBackend(wanted), left: null });
        status.show(() => texts.ready);
      } finally {
        show(store.get().info); // also where it went wrong: then what is still in use
      }
    });
  });

  /** @param {import("./types.js").ClientInfo | null} info */
  function show(info) {
    if (!info) return;
    select.replaceChildren(
      ...info.backends.map((name) => element("option", { value: name }, () => texts.backend(name))),
    );
    select.value = info.backend;
    const { left } = store.get();
    write(note, () => (left ? texts.leftBackend(left, info.backend) : noteOn(info)));
    write(cores, () => (info.kind === "compiled" ? texts.cores(info.cores) : ""));
    select.title = info.renderer;
  }

  /** @type {import("./types.js").ClientInfo | null} */
  let shown = null;
  store.subscribe((state) => {
    select.disabled = !isFree(state) || !state.info;
    if (state.info === shown) return;
    shown = state.info;
    show(shown);
  });
}

/** @param {import("./types.js").ClientInfo} info */
function noteOn({ backend, kind, software }) {
  if (kind === "plain") return texts.cpuSlow;
  if (!software) return "";
  return kind === "graphics" ? texts.softwareGraphics(backend) : texts.softwareChosen;
}
