import { find } from "./dom.js";
import { texts } from "./texts.js";

/**
 * The camera: asked for by a button, seen in the page, closed after the photo or by another button.
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
  /** @type {MediaStream | null} */
  let stream = null;
  let count = 0;

  async function start() {
    open.disabled = true;
    status.clearError();
    try {
      // Not there at all on pages that came over plain HTTP.
      if (!navigator.mediaDevices) throw new DOMException("", "SecurityError");
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
      view.srcObject = stream;
      box.hidden = false;
      await view.play();
      open.hidden = true;
      take.focus();
    } catch (error) {
      close();
      const name = error instanceof Error ? error.name : "";
      status.fail(() => texts.cameraFailed(name));
    } finally {
      open.disabled = false;
    }
  }

  function close() {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = view.srcObject = null;
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
  const canvas = new OffscreenCanvas(view.videoWidth, view.videoHeight);
  canvas.getContext("2d")?.drawImage(view, 0, 0);
  return canvas.convertToBlob({ type: "image/png" });
}
