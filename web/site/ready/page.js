/** The page: pictures come in by dropping, choosing, pasting or the camera, and the worker says what they show. */

import { readPart, startWorker } from "./parts.js";

const MOST_BARS = 5;

/** @typedef {{ label: string, probability: number }} Share */
/** @typedef {{ lang: string, [name: string]: string }} Texts  as texts.json has them */

/** @template {Element} T @param {string} id @param {new () => T} type @returns {T} */
function find(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`Expected a ${type.name} with id "${id}"`);
  return found;
}

const status = find("status", HTMLElement);
const drop = find("drop", HTMLElement);
const input = find("files", HTMLInputElement);
const view = find("camera-view", HTMLVideoElement);
const camera = find("camera", HTMLElement);
const openButton = find("camera-open", HTMLButtonElement);

find("unserved", HTMLElement).hidden = true; // Modules run: this came from a server, or is one file.
/** @type {Texts} */
const texts = await (await readPart("texts.json")).json();
document.documentElement.lang = texts.lang;
find("drop-text", HTMLElement).textContent = texts.drop;
find("choose", HTMLElement).textContent = texts.choose;
openButton.textContent = texts.camera;
find("camera-close", HTMLElement).textContent = texts.closeCamera;
find("answers", HTMLElement).ariaLabel = texts.answers;
status.textContent = texts.loading;

const worker = await startWorker();
/** @type {Map<number, { resolve: (shares: Share[]) => void, reject: (error: Error) => void }>} */
const waiting = new Map();
let nextId = 1;
/** Below this probability a picture shows none of the classes. @type {number | null} */
let threshold = null;

worker.onerror = () => (status.textContent = texts.failed);
/** @param {MessageEvent} event */
worker.onmessage = ({ data }) => {
  if (data.failed) status.textContent = `${texts.failed} ${data.failed}`;
  else if (data.ready) start(data.ready);
  else if (data.error) waiting.get(data.id)?.reject(new Error(data.error));
  else waiting.get(data.id)?.resolve(data.shares);
  waiting.delete(data.id);
};

/** @param {any} ready  what the worker tells of the model */
function start(ready) {
  threshold = ready.threshold;
  document.title = find("name", HTMLElement).textContent = ready.name;
  drop.hidden = false;
  status.textContent = texts.ready;
  if (!ready.otherwise) return;
  const warning = find("warning", HTMLElement);
  warning.hidden = false;
  warning.textContent = texts.otherwise.replace("{}", ready.deviation.toPrecision(2));
}

/** @param {{ file: Blob } | { frame: ImageBitmap }} picture @returns {Promise<Share[]>} */
function recognise(picture) {
  return new Promise((resolve, reject) => {
    const id = nextId++;
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, ...picture }, "frame" in picture ? [picture.frame] : []);
  });
}

/** @param {Iterable<File>} files */
async function take(files) {
  for (const file of files) {
    status.textContent = texts.recognising.replace("{}", file.name);
    const item = document.createElement("li");
    const picture = new Image();
    picture.alt = "";
    picture.src = URL.createObjectURL(file);
    picture.onload = picture.onerror = () => URL.revokeObjectURL(picture.src);
    const answer = element("div", "answer", element("p", "file", file.name));
    item.append(picture, answer);
    try {
      answer.append(...shown(await recognise({ file })));
    } catch {
      answer.append(element("p", "verdict", texts.unreadable));
    }
    find("answers", HTMLElement).prepend(item);
  }
  status.textContent = texts.ready;
}

/** @param {Share[]} shares most probable first */
function shown(shares) {
  const [best] = shares;
  const none = threshold !== null && best.probability < threshold;
  const verdict = element("p", "verdict", none ? texts.none : `${best.label} ${percent(best.probability)}`);
  return [
    verdict,
    ...shares.slice(0, MOST_BARS).map(({ label, probability }) => {
      const bar = element("span", "bar");
      bar.style.setProperty("--share", String(probability));
      bar.ariaHidden = "true";
      return element("div", "guess", element("span", "", label), bar, element("span", "", percent(probability)));
    }),
  ];
}

/** @param {number} share */
function percent(share) {
  return new Intl.NumberFormat(texts.lang, {
    style: "percent",
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }).format(share);
}

/** @param {string} tag @param {string} name @param {...(Node | string)} children */
function element(tag, name, ...children) {
  const made = document.createElement(tag);
  made.className = name;
  made.append(...children);
  return made;
}

input.addEventListener("change", () => {
  const files = [...(input.files ?? [])];
  input.value = "";
  take(files);
});
document.addEventListener("paste", (event) => take(event.clipboardData?.files ?? []));
for (const kind of /** @type {const} */ (["dragover", "dragleave", "drop"])) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    if (kind === "dragover") drop.dataset.over = "true";
    else delete drop.dataset.over;
    if (kind === "drop" && !drop.hidden) take(event.dataTransfer?.files ?? []);
  });
}

/** @returns {Promise<MediaStream | null>} null where there is none, or it is not allowed */
async function openCamera() {
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 640 } } });
  } catch {
    return null;
  }
}

openButton.addEventListener("click", async () => {
  openButton.disabled = true;
  const stream = await openCamera();
  openButton.disabled = false;
  if (!stream) {
    status.textContent = texts.noCamera;
    return;
  }
  view.srcObject = stream;
  camera.hidden = false;
  openButton.hidden = true;
  find("camera-close", HTMLElement).focus();
  status.textContent = texts.ready; // whatever was wrong with the camera before
  await view.play().catch(() => {}); // closed at once
  // A frame is taken when the answer to the one before is there: none waits anywhere.
  while (view.srcObject === stream) {
    const shares = await recognise({ frame: await createImageBitmap(view) });
    if (view.srcObject === stream) find("camera-answer", HTMLElement).replaceChildren(...shown(shares));
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
});

find("camera-close", HTMLButtonElement).addEventListener("click", () => {
  if (view.srcObject instanceof MediaStream) for (const track of view.srcObject.getTracks()) track.stop();
  view.srcObject = null;
  find("camera-answer", HTMLElement).replaceChildren();
  camera.hidden = true;
  openButton.hidden = false;
  openButton.focus();
});
