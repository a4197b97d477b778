/**
 * SVG drawings as PNG files: only a page draws them, Python's Pillow and workers cannot.
 */

const SVG = /\.svg$/i;
/** Pixels of the longer side: enough for every backbone, and for a look at it. */
const SIDE = 1024;

/**
 * Draw an SVG file; whatever else, and what cannot be drawn, stays as it is, and Python says what is wrong with it.
 *
 * @param {import("./protocol.js").NamedBlob} file
 * @returns {Promise<import("./protocol.js").NamedBlob>} under the same path
 */
export async function drawVector(file) {
  if (!SVG.test(file.path) && file.blob.type !== "image/svg+xml") return file;
  // As an image a drawing runs no script and fetches nothing: https://www.w3.org/TR/SVG2/conform.html#secure-static-mode
  const url = URL.createObjectURL(new Blob([file.blob], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    return { path: file.path, blob: await toPng(image) };
  } catch {
    return file;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** @param {HTMLImageElement} image @returns {Promise<Blob>} */
async function toPng(image) {
  const scale = SIDE / Math.max(image.naturalWidth, image.naturalHeight);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(Math.round(image.naturalWidth * scale), 1);
  canvas.height = Math.max(Math.round(image.naturalHeight * scale), 1);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("It was not drawn."))), "image/png");
  });
}
