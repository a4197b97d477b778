/** Wires the page: the client, the state, and the views that show it. */
import { connect } from "./client.js";
import { fillLabels } from "./dom.js";
import { ignoreStrayDrops } from "./intake.js";
import { createLoading } from "./loading.js";
import { createModelView } from "./models.js";
import { createRun } from "./operations.js";
import { createPages, currentPage } from "./pages.js";
import { PhotosView } from "./photos.js";
import { RecogniseView } from "./recognise.js";
import { createResultsView } from "./results.js";
import { createBackendView } from "./backend.js";
import { createStore } from "./state.js";
import { Status } from "./status.js";
import { texts } from "./texts.js";
import { createTrainingView } from "./training.js";
import { TryView } from "./tryout.js";

/**
 * @typedef {"auto" | "webgl" | "wasm" | "cpu"} Backend
 * @returns {Backend} what `?backend=` asks for
 */
function askedBackend() {
  const asked = new URLSearchParams(location.search).get("backend");
  return asked === "webgl" || asked === "wasm" || asked === "cpu" ? asked : "auto";
}

function main() {
  fillLabels();
  ignoreStrayDrops();
  const store = createStore();
  const status = new Status();
  const loading = createLoading(status);

  /** @returns {Promise<import("./types.js").Client>} */
  async function start() {
    try {
      const load = currentPage() === "recognise" ? "network" : "backbone";
      /** @type {import("./types.js").Client} */
      const client = await connect({ backend: askedBackend(), load, onProgress: loading.progress });
      store.set({ info: client.info });
      status.show(texts.ready);
      return client;
    } finally {
      loading.end();
    }
  }

  const run = createRun(store, status, start);
  const app = { store, status, run };
  createBackendView(app);
  const photos = new PhotosView(app);
  const results = createResultsView();
  const tryout = new TryView(app);
  createTrainingView(app, { photos, results, tryout });
  createModelView(app, { results, tryout });
  const recognise = new RecogniseView(app);
  createPages((name) => (name === "recognise" ? recognise.show() : recognise.hide()));
}

main();
