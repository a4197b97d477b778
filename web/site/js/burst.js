import { drawFrame } from "./camera.js";

/** Longer side of a frame, in pixels: networks see 224 of them, and thousands must fit into memory. */
const SIDE = 640;
const QUALITY = 0.9;
/** Frames of one burst: somebody may have gone away with the recording running. */
const MOST = 1000;

/**
 * @typedef {import("./protocol.js").NamedBlob} NamedBlob
 * @typedef {{ frames: Promise<NamedBlob[]>, stop: () => void }} Burst  frames: when it has been stopped
 */

/**
 * Photograph again and again, until stopped. Where the machine is slower than the rate, frames are left out.
 *
 * @param {HTMLVideoElement} view what the camera shows
 * @param {number} rate frames per second
 * @param {string} name what the files' names begin with
 * @param {(n: number) => void} onFrame how many there are so far
 * @returns {Burst}
 */
export function startBurst(view, rate, name, onFrame) {
  const canvas = new OffscreenCanvas(1, 1);
  /** @type {NamedBlob[]} */
  const photos = [];
  let stopped = false;

  async function record() {
    for (let due = performance.now(); !stopped && photos.length < MOST; due += 1000 / rate) {
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
      // A press of an instant still gives one photo, unless the camera was closed.
      if (stopped && (photos.length > 0 || view.videoWidth === 0)) break;
      const blob = await photograph(view, canvas);
      photos.push({ path: `${name}-${String(photos.length + 1).padStart(4, "0")}.jpg`, blob });
      onFrame(photos.length);
      due = Math.max(due, performance.now() - 1000 / rate);
    }
    return photos;
  }

  return { frames: record(), stop: () => (stopped = true) };
}

/** @param {string} path @returns {boolean} whether a photo was recorded with the camera */
export function isRecorded(path) {
  return /(^|\/)burst-\d+-\d{4}\.jpg$/.test(path);
}

/** @param {HTMLVideoElement} view @param {OffscreenCanvas} canvas */
function photograph(view, canvas) {
  return drawFrame(view, canvas, SIDE).canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
}
