/**
 * The model on the server, away from the page's thread: recognises pictures by asking it. It answers the page as the
 * worker of web/site/ready/ does, which computes by itself.
 */

const TRIES = 5;

/** @param {string} path @param {RequestInit} [how] @returns {Promise<any>} */
async function ask(path, how) {
  for (let left = TRIES; ; left--) {
    const response = await fetch(new URL(path, import.meta.url), how);
    if (response.ok) return response.json();
    if (response.status !== 503 || left === 1) throw new Error((await response.json()).error);
    await new Promise((resolve) => setTimeout(resolve, 1000)); // Many ask at the same time.
  }
}

/** Pictures are sent one after the other. @type {Promise<unknown>} */
let queue = ask("health").then(
  ({ model: name, threshold, deviation }) => {
    const otherwise = deviation !== null && deviation > 1e-3; // As pyclassifier.archives.TOLERANCE.
    self.postMessage({ ready: { name, threshold, deviation, otherwise } });
  },
  (error) => self.postMessage({ failed: String(error?.message ?? error) }),
);

/** @param {MessageEvent<{ id: number, file?: Blob, frame?: ImageBitmap }>} event */
self.onmessage = ({ data: { id, file, frame } }) => {
  queue = queue.then(async () => {
    try {
      const body = file ?? (await encoded(/** @type {ImageBitmap} */ (frame)));
      const { predictions } = await ask("predict", { method: "POST", body });
      self.postMessage({ id, shares: predictions[0].classes });
    } catch (error) {
      self.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
    }
  });
};

/** @param {ImageBitmap} frame @returns {Promise<Blob>} */
function encoded(frame) {
  const canvas = new OffscreenCanvas(frame.width, frame.height);
  canvas.getContext("2d")?.drawImage(frame, 0, 0);
  frame.close();
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 });
}
