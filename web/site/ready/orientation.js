/**
 * How a photo is to be turned, as its camera noted in EXIF. All browsers turn JPEGs; WebP and PNG files some turn and others do
 * not: from these the note is taken out, and they are turned here.
 *
 * @typedef {import("./pixels.js").Rgb} Rgb
 * @typedef {{ start: number, end: number, exif: number }} Part  of a file: where it begins and ends, and EXIF's own beginning in it
 */

const EXIF = 0x45786966; // "Exif" in a JPEG, and at will in a WebP
const HAS_EXIF = 0x08; // of the flags in a WebP's first part

/**
 * @param {Uint8Array} bytes  of a JPEG, WebP or PNG file
 * @returns {number} 1 to 8, as in EXIF; 1 where nothing is noted
 */
export function readOrientation(bytes) {
  const start = (partOfJpeg(bytes) ?? partOfOthers(bytes))?.exif ?? bytes.length;
  const view = new DataView(bytes.buffer);
  if (start + 8 > bytes.length) return 1;
  const little = view.getUint16(start) === 0x4949;
  let entry = start + view.getUint32(start + 4, little);
  if (entry + 2 > bytes.length) return 1;
  for (let n = view.getUint16(entry, little), i = 0; i < n && entry + 14 <= bytes.length; i++, entry += 12) {
    if (view.getUint16(entry + 2, little) === 0x0112) return view.getUint16(entry + 10, little);
  }
  return 1;
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes  of a file
 * @returns {{ file: Blob, orientation: number }} what the browser shall read, and how it is to be turned afterwards
 */
export function takeOrientation(bytes) {
  const part = partOfOthers(bytes);
  const orientation = part ? readOrientation(bytes) : 1;
  if (!part || orientation < 2 || orientation > 8) return { file: new Blob([bytes]), orientation: 1 };
  const before = bytes.slice(0, part.start);
  if (isWebp(bytes)) {
    new DataView(before.buffer).setUint32(4, bytes.length - (part.end - part.start) - 8, true);
    before[20] &= ~HAS_EXIF;
  }
  return { file: new Blob([before, bytes.subarray(part.end)]), orientation };
}

/** @param {Rgb} image @param {number} orientation @returns {Rgb} upright */
export function turn(image, orientation) {
  if (orientation === 1) return image;
  const lies = orientation > 4;
  const [width, height] = lies ? [image.height, image.width] : [image.width, image.height];
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  const data = new Uint8Array(image.data.length);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += 3) {
      const [column, row] = lies ? [y, x] : [x, y];
      const [left, top] = [fromRight ? image.width - 1 - column : column, fromBottom ? image.height - 1 - row : row];
      const from = (top * image.width + left) * 3;
      for (let channel = 0; channel < 3; channel++) data[to + channel] = image.data[from + channel];
    }
  }
  return { width, height, data };
}

/** @param {Uint8Array} bytes */
function isWebp(bytes) {
  return textAt(bytes, 0) === "RIFF" && textAt(bytes, 8) === "WEBP";
}

/** @param {Uint8Array} bytes @returns {Part | null} */
function partOfJpeg(bytes) {
  const view = new DataView(bytes.buffer);
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  for (
    let at = 2;
    at + 10 < bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda;
    at += 2 + view.getUint16(at + 2)
  ) {
    if (bytes[at + 1] === 0xe1 && view.getUint32(at + 4) === EXIF)
      return { start: at, end: at + 2 + view.getUint16(at + 2), exif: at + 10 };
  }
  return null;
}

/** @param {Uint8Array} bytes  of a WebP or PNG file @returns {Part | null} */
function partOfOthers(bytes) {
  const view = new DataView(bytes.buffer);
  const webp = isWebp(bytes);
  if (!webp && textAt(bytes, 1) !== "PNG\r") return null;
  for (let at = webp ? 12 : 8; at + 8 < bytes.length; ) {
    const size = webp ? view.getUint32(at + 4, true) : view.getUint32(at);
    const end = at + 8 + size + (webp ? size % 2 : 4); // filled up to an even length, or followed by a checksum
    if (textAt(bytes, webp ? at : at + 4) === (webp ? "EXIF" : "eXIf")) {
      const start = at + 8;
      const named = start + 6 < bytes.length && view.getUint32(start) === EXIF;
      return { start: at, end, exif: named ? start + 6 : start };
    }
    at = end;
  }
  return null;
}

/** @param {Uint8Array} bytes @param {number} at */
function textAt(bytes, at) {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
