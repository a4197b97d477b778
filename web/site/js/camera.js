import { find } from "./dom.js";
import { texts } from "./texts.js";

/**
 * Start a camera, and show what it sees.
 *
 * @param {HTMLVideoElement} view
 * @param {string} [id] of one of `listCameras`; by default the one that looks away from the person
 */
export async function openCamera(view, id) {
  closeCamera(view);
  // Not there at all on pages that came over plain HTTP.
  if (!navigator.mediaDevices) throw new DOMException("", "SecurityError");
  const video = { ...(id ? { deviceId: { exact: id } } : { facingMode: "environment" }), width: { ideal: 640 } };
  view.srcObject = await navigator.mediaDevices.getUserMedia({ video, audio: false });
  await view.play();
}

/** Switch the camera off. @param {HTMLVideoElement} view */
export function closeCamera(view) {
  const stream = view.srcObject;
  if (stream instanceof MediaStream) for (const track of stream.getTracks()) track.stop();
  view.srcObject = null;
}

/** The cameras there are; browsers name them once one of them was allowed. @returns {Promise<{ id: string, name: string }[]>} */
export async function listCameras() {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return devices.filter(({ kind }) => kind === "videoinput").map(({ deviceId: id, label: name }) => ({ id, name }));
}

/** Say why a camera does not work. @param {import("./status.js").Status} status @param {unknown} error */
export function failCamera(status, error) {
  const name = error instanceof Error ? error.name : "";
  status.fail(() => texts.cameraFailed(name));
}

/**
 * What the camera sees now.
 *
 * @param {HTMLVideoElement} view
 * @param {OffscreenCanvas} canvas to draw on; takes the frame's size
 * @param {number} [side] pixels of the longer side at most
 */
export function drawFrame(view, canvas, side = Infinity) {
  const scale = Math.min(1, side / Math.max(view.videoWidth, view.videoHeight));
  const width = Math.round(view.videoWidth * scale);
  const height = Math.round(view.videoHeight * scale);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("Expected a canvas to draw on; the browser gives none. Reload the page.");
  context.drawImage(view, 0, 0, width, height);
  return context;
}

/**
 * The camera of the page "Recognise": asked for by a button, seen in the page, closed after the photo or by another button.
 *
 * @param {import("./status.js").Status} status
 * @param {(photo: import("./protocol.js").NamedBlob) => void} onPhoto
 */
export function createCamera(status, onPhoto) {
  const open = find("open-camera", HTMLButtonElement);
  const box = find("camera", HTMLElement);
  const view = find("camera-view", HTMLVideoElement);
  const take = find("take-photo", HTMLButtonElement);
  const shut = find("close-camera", HTMLButtonElement);
  let count = 0;

  async function start() {
    open.disabled = true;
    status.clearError();
    try {
      await openCamera(view);
      box.hidden = false;
      open.hidden = true;
      take.focus();
    } catch (error) {
      close();
      failCamera(status, error);
    } finally {
      open.disabled = false;
    }
  }

  function close() {
    closeCamera(view);
    box.hidden = true;
    open.hidden = false;
  }

  open.addEventListener("click", start);
  shut.addEventListener("click", () => {
    close();
    open.focus();
  });
  take.addEventListener("click", async () => {
    const blob = await photograph(view);
    close();
    open.focus();
    onPhoto({ path: texts.cameraPhoto(++count), blob });
  });
  return { close };
}

/** @param {HTMLVideoElement} view @returns {Promise<Blob>} */
function photograph(view) {
  return drawFrame(view, new OffscreenCanvas(1, 1)).canvas.convertToBlob({ type: "image/png" });
}
