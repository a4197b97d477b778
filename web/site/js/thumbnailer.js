/** A worker: photos -> small square pictures, one after the other, so that the page's thread decodes nothing. */

/** @typedef {{ key: number, blob: Blob, side: number }} Order  side in pixels */
/** @typedef {{ key: number, picture: Blob | null }} Made  null where the browser cannot read the photo */

/** @param {MessageEvent<Order>} event */
self.onmessage = async ({ data: { key, blob, side } }) => {
  /** @type {Made} */
  const made = { key, picture: await shrink(blob, side).catch(() => null) };
  self.postMessage(made);
};

/**
 * The largest square in the middle.
 *
 * @param {Blob} blob
 * @param {number} side
 */
async function shrink(blob, side) {
  const photo = await createImageBitmap(blob);
  const square = Math.min(photo.width, photo.height);
  const canvas = new OffscreenCanvas(side, side);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
    canvas.getContext("2d", { alpha: false, willReadFrequently: true })
  );
  context.fillStyle = "white"; // what Python lays transparent pictures over
  context.fillRect(0, 0, side, side);
  context.imageSmoothingQuality = "high";
  context.drawImage(photo, (photo.width - square) / 2, (photo.height - square) / 2, square, square, 0, 0, side, side);
  photo.close();
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 });
}
