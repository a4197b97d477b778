import { closeCamera, drawFrame, failCamera, listCameras, openCamera } from "./camera.js";
import { element, write } from "./dom.js";
import { makeBars, makeVerdict } from "./recognised.js";
import { isFree } from "./state.js";
import { texts } from "./texts.js";

/** Frames per second are those of the last seconds. */
const RATE_OVER_MS = 2000;
/** What is seen is spoken when it has stayed the same for so long: screen readers would stammer otherwise. */
const STEADY_MS = 1200;
const WHEN_BUSY_MS = 200;

/**
 * What the camera sees, recognised without end. A frame is taken when the answer to the one before is there, so that none
 * waits anywhere, and the page stays free.
 *
 * @param {import("./types.js").App} app
 */
export function createLiveView({ store, status, find, desk }) {
  const open = find("live-open", HTMLButtonElement);
  const box = find("live-box", HTMLElement);
  const view = find("live-view", HTMLVideoElement);
  const which = find("live-camera", HTMLSelectElement);
  const mirror = find("live-mirror", HTMLInputElement);
  const hold = find("live-pause", HTMLButtonElement);
  const answer = createAnswer(find);
  const canvas = new OffscreenCanvas(1, 1);
  let paused = false;
  /** Each opening has a number, so that a loop or a permission of before does nothing any more. */
  let turn = 0;

  /** @param {string} [camera] */
  async function start(camera) {
    const mine = ++turn;
    status.clearError();
    open.disabled = true;
    try {
      await openCamera(view, camera);
      if (mine !== turn) return closeCamera(view);
      box.hidden = false;
      open.hidden = true;
      setPaused(false);
      await showCameras();
      if (!camera) hold.focus();
      await follow(mine);
    } catch (error) {
      close();
      if (error instanceof DOMException) failCamera(status, error);
      else status.fail(() => texts.failed.recognising, error);
    } finally {
      update(store.get());
    }
  }

  function close() {
    turn++;
    closeCamera(view);
    answer.clear();
    box.hidden = true;
    open.hidden = false;
  }

  /** @param {number} mine */
  async function follow(mine) {
    while (mine === turn) {
      await nextFrame(view);
      const { client, model } = store.get();
      if (mine !== turn || !client || !model) return;
      // While the page trains, a frame would only wait behind the training.
      if (paused || !isFree(store.get(), "recognising")) {
        await new Promise((resolve) => setTimeout(resolve, WHEN_BUSY_MS));
        continue;
      }
      const frame = drawFrame(view, canvas).getImageData(0, 0, canvas.width, canvas.height);
      const found = await client.desk(desk).predictFrame(frame);
      if (mine === turn && !paused) answer.show(found);
    }
  }

  async function showCameras() {
    const cameras = await listCameras();
    which.replaceChildren(
      ...cameras.map(({ id, name }, index) =>
        element("option", { value: id }, name || (() => texts.cameraNumber(index + 1))),
      ),
    );
    const track = view.srcObject instanceof MediaStream ? view.srcObject.getVideoTracks()[0] : undefined;
    which.value = track?.getSettings().deviceId ?? "";
    find("live-which", HTMLElement).hidden = cameras.length < 2;
  }

  /** @param {boolean} wanted */
  function setPaused(wanted) {
    paused = wanted;
    hold.setAttribute("aria-pressed", String(paused));
    write(hold, () => (paused ? texts.liveGoOn : texts.livePause));
    if (paused) view.pause();
    else view.play().catch(() => {}); // the camera was closed at the same moment
    answer.pause();
  }

  /** @param {import("./types.js").State} state */
  function update(state) {
    open.disabled = state.model === null || !state.client;
    if (state.model === null && !box.hidden) close();
  }

  open.addEventListener("click", () => start());
  which.addEventListener("change", () => start(which.value));
  mirror.addEventListener("change", () => (view.dataset.mirrored = String(mirror.checked)));
  hold.addEventListener("click", () => setPaused(!paused));
  find("live-close", HTMLButtonElement).addEventListener("click", () => {
    close();
    open.focus();
  });
  store.subscribe(update);
  return { close };
}

/** @param {import("./types.js").Find} find */
function createAnswer(find) {
  const verdict = find("live-verdict", HTMLElement);
  const bars = find("live-bars", HTMLElement);
  const rate = find("live-rate", HTMLElement);
  const spoken = find("live-spoken", HTMLElement);
  /** When the last answers came. @type {number[]} */
  let times = [];
  let since = 0;
  let seen = "";

  return {
    /** @param {import("./calls.js").Frame} frame */
    show(frame) {
      const now = performance.now();
      times = [...times.filter((time) => time > now - RATE_OVER_MS), now];
      const found = frame.rejected ? texts.noneOfThese : frame.label;
      if (seen !== found) [seen, since] = [found, now];
      if (now - since > STEADY_MS && spoken.textContent !== found) spoken.textContent = found;
      verdict.replaceChildren(makeVerdict(frame));
      bars.replaceChildren(makeBars(frame.shares));
      const span = now - times[0];
      if (span > 0) write(rate, () => texts.liveRate(((times.length - 1) * 1000) / span));
    },
    pause() {
      times = [];
    },
    clear() {
      times = [];
      for (const node of [verdict, bars, rate, spoken]) node.replaceChildren();
    },
  };
}

/** @param {HTMLVideoElement} view @returns {Promise<unknown>} when the camera has a new picture */
function nextFrame(view) {
  // A paused or hidden video shows none: look again now and then.
  const later = new Promise((resolve) => setTimeout(resolve, 1000));
  if (!("requestVideoFrameCallback" in view)) return new Promise((resolve) => requestAnimationFrame(resolve));
  return Promise.race([later, new Promise((resolve) => view.requestVideoFrameCallback(resolve))]);
}
