import { find } from "./dom.js";
import { untilQuiet } from "./quiet.js";
import { isFree } from "./state.js";
import { texts } from "./texts.js";

const UPDATE_CHECK_MS = 3_600_000;
/** What somebody begins as soon as the page is ready has the machine for itself. */
const LATER_MS = 4000;
const LAB = new URL("../lab/", import.meta.url);

/**
 * Let the browser keep the site for use without network, and say when that is so, and when there is a newer version.
 *
 * @param {import("./state.js").Store} store
 */
export async function keepOffline(store) {
  await new Promise((resolve) => setTimeout(resolve, LATER_MS));
  if (!store.get().failed) await untilQuiet(store);
  const { serviceWorker } = navigator;
  const registration = serviceWorker && (await register(serviceWorker)); // none where it is neither https nor localhost
  if (registration) announceUpdates(serviceWorker, registration, store);
  await ended(registration?.installing);
  store.set({ stored: true });
  if (!registration) return;
  await serviceWorker.ready;
  find("offline", HTMLElement).hidden = false;
}

/** @param {ServiceWorkerContainer} serviceWorker */
async function register(serviceWorker) {
  try {
    await registerLab(serviceWorker);
    return await serviceWorker.register(new URL("../sw.js", import.meta.url), { updateViaCache: "none" });
  } catch (error) {
    console.info("This browser does not keep the site for use without network.", error);
  }
}

/**
 * Wait until all is stored, or that failed.
 *
 * @param {ServiceWorker | null} [worker]
 */
async function ended(worker) {
  while (worker?.state === "installing")
    await new Promise((resolve) => worker.addEventListener("statechange", resolve, { once: true }));
}

/**
 * Links to what a first load has not: without network, those that were never opened would lead to the browser's error
 * page. What was kept answers a question for it, too.
 *
 * @param {import("./status.js").Status} status
 */
export function watchLinks(status) {
  find("links", HTMLElement).addEventListener("click", async (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const { href } = link;
    const answer = await fetch(href).catch(() => null);
    if (!answer?.ok) return status.fail(() => texts.notKept(link.textContent ?? ""));
    const tab = open(href);
    if (tab) tab.opener = null;
    else location.assign(href); // No other tab is allowed.
  });
}

/**
 * The notebooks' worker, before ours and with the version that JupyterLite notes down beside it: where JupyterLite finds
 * a worker that answers for its page and does not know the version, it unregisters every worker of the origin.
 *
 * @param {ServiceWorkerContainer} serviceWorker
 */
async function registerLab(serviceWorker) {
  if (await serviceWorker.getRegistration(LAB)) return;
  const config = await (await fetch(new URL("jupyter-lite.json", LAB))).json();
  const script = new URL("service-worker.js?enableCache=false", LAB).href;
  localStorage.setItem(`${script}-version`, config["jupyter-config-data"].appVersion);
  await serviceWorker.register(script);
}

/**
 * A new version waits for the button here, or for all of the site's pages to be closed.
 *
 * @param {ServiceWorkerContainer} serviceWorker
 * @param {ServiceWorkerRegistration} registration
 * @param {import("./state.js").Store} store
 */
function announceUpdates(serviceWorker, registration, store) {
  const notice = find("update", HTMLElement);
  const button = find("update-reload", HTMLButtonElement);
  let controlled = serviceWorker.controller !== null;
  let checked = Date.now();

  function announce() {
    if (registration.waiting && controlled) notice.hidden = false;
  }

  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", announce);
  });
  announce();
  serviceWorker.addEventListener("controllerchange", () => {
    if (button.dataset.asked) location.reload();
    else if (controlled) notice.hidden = false; // Asked for in another tab.
    controlled = true;
  });
  button.addEventListener("click", () => {
    button.dataset.asked = "true";
    if (registration.waiting) registration.waiting.postMessage("take over");
    else location.reload();
  });
  store.subscribe((state) => {
    button.disabled = !state.failed && !isFree(state);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || Date.now() - checked < UPDATE_CHECK_MS) return;
    checked = Date.now();
    registration.update().catch(() => {}); // There may be no network.
  });
}
