/** Wires the page: the client, the state, and the views that show it. */
import { CheckView } from "./check.js";
import { connect } from "./client.js";
import { DigitsView } from "./digits.js";
import { fillLabels, find, finder } from "./dom.js";
import { createExamineView } from "./examine.js";
import { createExportMenu } from "./exports.js";
import { fastestKnown } from "./fastest.js";
import { createOptionsForm } from "./form.js";
import { catchStrayDrops } from "./intake.js";
import { createLanguageView } from "./language.js";
import { createLiveView } from "./live.js";
import { createLoading } from "./loading.js";
import { measureWhenQuiet } from "./measuring.js";
import { createModelView } from "./models.js";
import { keepOffline, watchLinks } from "./offline.js";
import { createRun } from "./operations.js";
import { createPages, currentPage } from "./pages.js";
import { prepareWhenQuiet } from "./prepare.js";
import { createProjectView } from "./project.js";
import { PhotosView } from "./photos.js";
import { RecogniseView } from "./recognise.js";
import { createResultsView } from "./results.js";
import { createBackendView, useFaster } from "./backend.js";
import { createStore, isFree } from "./state.js";
import { Status } from "./status.js";
import { createSteps } from "./steps.js";
import { texts } from "./texts.js";
import { createTakeView } from "./take.js";
import { createTrainingView } from "./training.js";
import { TryView } from "./tryout.js";

/** What `?backend=` asks for. */
const ASKED = new URLSearchParams(location.search).get("backend") ?? "auto";

/** What a page needs at once. @type {Record<import("./pages.js").PageName, import("./calls.js").Load>} */
const FIRST = { train: "backbone", recognise: "network", digits: "nothing", logos: "backbone" };

/** A graphics processor that ends twice within this time is left alone: it, or its driver, is not up to this way to use it. */
const SOON_MS = 300_000;

/** The small head of the page "Logos": flatten, ten units, one output per class. */
const LOGOS = { pooling: /** @type {const} */ ("flatten"), hiddenUnits: 10, epochs: 20, validationSplit: 0 };

/**
 * The three steps of a page: photos, training, trying out.
 *
 * @param {import("./types.js").App} app
 * @param {import("./calls.js").TrainOptions} defaults other than the package's
 */
function createWorkbench(app, defaults) {
  const photos = new PhotosView(app);
  const tryout = new TryView(app);
  const form = app.find("train-form", HTMLFormElement);
  const options = createOptionsForm(form, app.find, defaults);
  prepareWhenQuiet(app, form, options.read);
  new CheckView(app, options);
  createBackendView(app);
  const examine = createExamineView(app, options.read, async (trained) => {
    app.store.set({ model: { classes: trained.classes, source: "trained" } });
    tryout.forget();
    await results.showTrained(trained);
  });
  const results = createResultsView(app.find, examine);
  createTrainingView(app, { photos, results, tryout }, options);
  createModelView(app, { results, tryout });
  createTakeView(app);
  createProjectView(app, { photos, results, tryout });
  const live = createLiveView(app);
  const exported = createExportMenu(app);
  return {
    show() {
      exported.show(true);
    },
    hide() {
      exported.show(false);
      live.close();
      photos.hide();
    },
  };
}

function main() {
  find("not-started", HTMLElement).remove();
  fillLabels();
  const store = createStore();
  store.set({ byHand: ASKED !== "auto" });
  const status = new Status();
  catchStrayDrops(() => status.warn(() => (store.get().busy ? texts.dropLater : texts.dropBeside)));
  createLanguageView(store, status);
  watchLinks(status);
  const loading = createLoading(status);

  /** @param {string} backend */
  const connectOn = (backend) =>
    connect({ backend, fastest: fastestKnown(), load: FIRST[currentPage()], onProgress: loading.progress });
  let ended = -Infinity;

  /** What an address asks for may not be there on every machine. */
  async function connectFirst() {
    try {
      return await connectOn(ASKED);
    } catch (error) {
      if (/** @type {import("./calls.js").Coded} */ (error).code !== "no-backend") throw error;
      return connectOn("auto");
    }
  }

  /** Go on with what computed before, as long as that serves. @param {import("./types.js").ClientInfo} before */
  async function connectAgain({ backend, backends, kind }) {
    const soon = performance.now() - ended < SOON_MS;
    ended = performance.now();
    try {
      return await connectOn(kind === "graphics" && soon ? backends[backends.indexOf(backend) + 1] : backend);
    } catch {
      return connectOn("auto"); // such as where there is no graphics processor any more
    }
  }

  /** @param {boolean} again @returns {Promise<import("./types.js").Client>} */
  async function start(again) {
    const before = store.get().info;
    if (again) status.progress(() => texts.startingAgain); // a browser may need half a minute to end what computed before
    try {
      const client = await (again && before ? connectAgain(before) : connectFirst());
      const left = again && before && before.backend !== client.info.backend ? before.backend : null;
      store.set({ info: client.info, left });
      status.clearError();
      status.show(() => (again ? texts.startedAgain(left) : texts.ready));
      return client;
    } finally {
      loading.end();
      if (!again) keepOffline(store); // Not before, as the first load needs the network for itself.
    }
  }

  const { at, whenStarted } = createRun(store, status, start);
  /** @type {import("./types.js").App} */
  const app = { store, status, run: at("photos"), whenStarted, find: finder(""), desk: "photos" };
  /** @param {import("./protocol.js").DeskName} desk @returns {import("./types.js").App} of a page of its own */
  function appAt(desk) {
    const own = { ...app, store: createStore(store), run: at(desk), find: finder(`${desk}-`), desk };
    apps.push(own);
    return own;
  }
  const apps = [app];
  measureWhenQuiet(store, (name) => useFaster(apps, name));
  window.addEventListener("hashchange", () => {
    if (isFree(store.get())) status.show(() => texts.ready); // what was said on another page is no news here
  });
  createPages(
    {
      train: () => createWorkbench(app, {}),
      recognise: () => {
        createBackendView({ ...app, find: finder("recognise-") });
        return new RecogniseView(app);
      },
      digits: () => {
        const own = appAt("digits");
        createBackendView(own);
        return new DigitsView(own);
      },
      logos: () => createWorkbench(appAt("logos"), LOGOS),
    },
    createSteps(),
  );
}

main();
