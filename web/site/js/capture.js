import { addPhotos } from "./adding.js";
import { startBurst } from "./burst.js";
import { closeCamera, failCamera, listCameras, openCamera } from "./camera.js";
import { element, write } from "./dom.js";
import { helpWith } from "./form.js";
import { takePhotos } from "./intake.js";
import { texts } from "./texts.js";

const CAMERA_KEY = "pyclassifier-camera";

/**
 * The camera as a way for photos to come in: a dialog that records for as long as a button is held. Each burst is a group,
 * which the split into training and validation never parts: its photos are nearly the same.
 *
 * @param {import("./types.js").App} app
 */
export function createCapture(app) {
  const { find, store, status } = app;
  const dialog = find("capture", HTMLDialogElement);
  const view = find("capture-view", HTMLVideoElement);
  const label = find("capture-class", HTMLInputElement);
  const rate = find("capture-rate", HTMLInputElement);
  const delay = find("capture-delay", HTMLSelectElement);
  const toggle = find("capture-toggle", HTMLInputElement);
  const record = find("capture-record", HTMLButtonElement);
  const countdown = find("capture-countdown", HTMLElement);
  const count = find("capture-count", HTMLElement);
  const cameras = createCameraChoice(find, (id) => start(id));
  /** Each press has a number, so that a countdown of before does nothing any more. */
  let press = 0;
  let total = 0;
  /** @type {import("./burst.js").Burst | null} */
  let burst = null;

  /** @param {string} [id] of a camera */
  async function start(id) {
    record.disabled = true;
    try {
      await openCamera(view, id).catch((error) => (isGone(error) ? openCamera(view) : Promise.reject(error)));
      if (!dialog.open) return closeCamera(view);
      await cameras.show(view);
      record.disabled = false;
    } catch (error) {
      dialog.close();
      failCamera(status, error);
    }
  }

  /** @param {string} [wanted] name of a class */
  function open(wanted) {
    status.clearError();
    total = 0;
    label.value = wanted ?? label.value;
    const classes = store.get().classes.map(({ label: name }) => element("option", { value: name }));
    find("capture-classes", HTMLDataListElement).replaceChildren(...classes);
    write(count, "");
    showState();
    dialog.showModal();
    (label.value ? record : label).focus();
    start(cameras.remembered());
  }

  async function begin() {
    const mine = ++press;
    if (record.disabled || burst || !isComplete()) return;
    showState("waiting");
    for (let left = Number(delay.value); left > 0; left--) {
      write(countdown, String(left));
      await new Promise((resolve) => setTimeout(resolve, 1000));
      if (mine !== press) return;
    }
    write(countdown, "");
    showState("recording");
    const name = `burst-${Date.now()}`;
    const before = total;
    burst = startBurst(view, rate.valueAsNumber, name, (n) => write(count, () => texts.photosTaken(before + n)));
    const [{ frames }, to] = [burst, label.value.trim()];
    try {
      const photos = await frames;
      total += photos.length;
      if (photos.length > 0) addPhotos(app, { label: to, group: name }, takePhotos(photos));
    } catch (error) {
      status.fail(() => texts.failed.adding, error);
    }
    burst = null;
    showState();
  }

  function end() {
    press++;
    burst?.stop();
    write(countdown, "");
    if (!burst) showState();
  }

  function isComplete() {
    label.setCustomValidity(label.value.trim() ? "" : texts.needName);
    return label.reportValidity() && rate.reportValidity();
  }

  /** @param {"waiting" | "recording"} [state] */
  function showState(state) {
    dialog.dataset.state = state ?? "ready";
    const text = () => {
      if (!toggle.checked) return state === "recording" ? texts.recording : texts.holdToRecord;
      return state === undefined ? texts.record : texts.stopRecording;
    };
    write(record, text);
  }

  const isRunning = () => dialog.dataset.state !== "ready";
  const isHeld = () => !toggle.checked;
  record.addEventListener("pointerdown", (event) => {
    if (!isHeld() || event.button !== 0) return;
    record.setPointerCapture(event.pointerId); // so that sliding off the button does not lose its end
    begin();
  });
  for (const kind of ["pointerup", "pointercancel"]) record.addEventListener(kind, () => isHeld() && end());
  record.addEventListener("contextmenu", (event) => event.preventDefault()); // a long touch
  record.addEventListener("click", () => {
    if (!isHeld()) isRunning() ? end() : begin();
  });
  dialog.addEventListener("keydown", (event) => {
    if (!isSpace(event, record) || !isHeld()) return;
    event.preventDefault(); // or it presses the button that has the focus, too
    if (!event.repeat) begin();
  });
  dialog.addEventListener("keyup", (event) => {
    if (!isSpace(event, record) || !isHeld()) return;
    event.preventDefault();
    end();
  });
  toggle.addEventListener("change", () => {
    end();
    showState();
  });
  label.addEventListener("input", () => label.setCustomValidity(""));
  helpWith(rate);
  find("capture-close", HTMLButtonElement).addEventListener("click", () => dialog.close());
  window.addEventListener("blur", () => isHeld() && end()); // the release would go to another window
  dialog.addEventListener("close", () => {
    end();
    closeCamera(view);
  });
  return { open, close: () => dialog.close() };
}

/** @param {unknown} error whether the camera that was asked for is not there any more */
function isGone(error) {
  return error instanceof DOMException && error.name === "OverconstrainedError";
}

/** @param {KeyboardEvent} event @param {HTMLElement} record */
function isSpace({ key, target }, record) {
  return (
    key === " " && (target === record || !(target instanceof HTMLElement && target.matches("input, select, button")))
  );
}

/**
 * Which camera: remembered for the next time.
 *
 * @param {import("./types.js").Find} find
 * @param {(id: string) => void} onChange
 */
function createCameraChoice(find, onChange) {
  const select = find("capture-camera", HTMLSelectElement);
  select.addEventListener("change", () => {
    try {
      localStorage.setItem(CAMERA_KEY, select.value);
    } catch {
      // No storage in this window: the choice holds until the dialog is closed.
    }
    onChange(select.value);
  });
  let known = "";
  try {
    known = localStorage.getItem(CAMERA_KEY) ?? "";
  } catch {
    // Storage is forbidden here.
  }
  return {
    remembered: () => select.value || known,
    /** @param {HTMLVideoElement} view */
    async show(view) {
      const cameras = await listCameras();
      select.replaceChildren(
        ...cameras.map(({ id, name }, i) =>
          element("option", { value: id }, name || (() => texts.cameraNumber(i + 1))),
        ),
      );
      const track = view.srcObject instanceof MediaStream ? view.srcObject.getVideoTracks()[0] : undefined;
      select.value = track?.getSettings().deviceId ?? "";
      find("capture-which", HTMLElement).hidden = cameras.length < 2;
    },
  };
}
