import { connect } from "../js/client.js";

const status = /** @type {HTMLElement} */ (document.getElementById("status"));
const bar = /** @type {HTMLProgressElement} */ (document.getElementById("progress"));
const results = /** @type {HTMLElement} */ (document.getElementById("results"));
const download = /** @type {HTMLAnchorElement} */ (document.getElementById("download"));

/** @param {{ stage: string, done: number, total: number }} progress */
function onProgress({ stage, done, total }) {
  status.textContent = `${stage}: ${done} of ${total}`;
  bar.value = total ? done / total : 0;
}

/** The sample photos of a split: `{ path: "animal/00.png", blob }`, whose folder is the label. @param {string} split */
async function fetchSamples(split) {
  const index = await (await fetch("../samples/index.json")).json();
  return Promise.all(
    index[split].map(async (/** @type {string} */ path) => ({
      path,
      blob: await (await fetch(`../samples/${split}/${path}`)).blob(),
    })),
  );
}

try {
  const [client, training, validation] = await Promise.all([
    connect({ onProgress }),
    fetchSamples("training"),
    fetchSamples("validation"),
  ]);
  await client.add("training", training);
  await client.add("validation", validation);
  const { evaluation } = await client.train({ inputSize: 96, epochs: 10, onProgress });
  for (const photo of await client.predict(validation)) {
    const line = document.createElement("li");
    line.textContent = `${photo.path}: ${photo.label} (${Math.round(100 * (photo.probability ?? 0))} %)`;
    results.append(line);
  }
  download.href = URL.createObjectURL(await client.exportModel({ name: "textures" }));
  download.hidden = false;
  status.textContent = `Accuracy ${evaluation?.correct} of ${evaluation?.total}, on ${client.info.backend}`;
  client.close();
} catch (error) {
  status.textContent = /** @type {Error} */ (error).message;
} finally {
  document.body.dataset.done = "true";
}
