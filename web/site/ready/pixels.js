/**
 * From a picture's file to the square of pixels that the model was trained on: what pyclassifier does with Pillow, step by
 * step. A browser's own way to make pictures smaller gives other pixels, and with them other answers.
 *
 * @typedef {{ width: number, height: number, data: Uint8Array }} Rgb  3 bytes a pixel, row by row
 * @typedef {[number, number, number, number]} Box  left, top, right, bottom
 * @typedef {"crop" | "pad" | "stretch" | "central"} FitMode
 * @typedef {"bilinear" | "bicubic"} Interpolation
 * @typedef {{ size: number, fitMode: FitMode, cropShare: number | null, interpolation: Interpolation }} Fitting
 *   as pyclassifier's Preprocessing says it
 */

import { readOrientation, takeOrientation, turn } from "./orientation.js";

const MAX_PIXELS = 100_000_000;
const REDUCING_GAP = 2;
const CENTRAL_SHARE = 0.875;
const PRECISION_BITS = 22; // of Pillow's whole-number weights

/** By how many of the wider pixels a pixel is reached, and how much each counts. */
const FILTERS = {
  bilinear: { support: 1, weigh: (/** @type {number} */ x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weigh: cubic },
};

/** Keys's, with a = -0.5, as Pillow computes it. @param {number} x */
function cubic(x) {
  x = Math.abs(x);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
}

/**
 * @param {Blob} file
 * @param {Fitting} how
 * @returns {Promise<Rgb>}
 */
export async function loadImage(file, how) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  // Colours as they are stored, but where a profile says what they mean; upright, as the camera noted.
  const { file: readable, orientation } = takeOrientation(bytes);
  const colorSpaceConversion = hasProfile(bytes) ? "default" : "none";
  const bitmap = await createImageBitmap(readable, { colorSpaceConversion, imageOrientation: "from-image" });
  const { width, height } = bitmap;
  if (width * height > MAX_PIXELS)
    throw new Error(`Expected at most ${MAX_PIXELS / 1e6} million pixels, got ${width} x ${height}.`);
  return fitImage(decodedSmaller(turn(drawn(bitmap), orientation), bytes, how.size), how);
}

/** Whether a JPEG, PNG or WebP holds an ICC profile, or it is a file of a phone's. @param {Uint8Array} bytes */
function hasProfile(bytes) {
  const start = String.fromCharCode(...bytes.subarray(0, 4096));
  return /ICC_PROFILE\0|iCCP|ICCP|^.{4}ftyp/s.test(start);
}

/**
 * @param {CanvasImageSource & { width: number, height: number }} picture
 * @returns {Rgb} its pixels, transparency laid over white
 */
export function drawn(picture) {
  const { width, height } = picture;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("Expected a canvas to draw on; the browser gives none.");
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, 0, 0);
  const { data: rgba } = context.getImageData(0, 0, width, height);
  const data = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    data[to++] = rgba[from];
    data[to++] = rgba[from + 1];
    data[to++] = rgba[from + 2];
  }
  return { width, height, data };
}

/**
 * Pillow has a JPEG decoded at 1/2, 1/4 or 1/8 of its size where that is enough, which averages squares of pixels.
 *
 * @param {Rgb} image
 * @param {Uint8Array} bytes  of its file
 * @param {number} size
 */
function decodedSmaller(image, bytes, size) {
  const enough = Math.trunc(size * REDUCING_GAP);
  const most = Math.min(Math.floor(image.width / enough), Math.floor(image.height / enough));
  const scale = [8, 4, 2].find((factor) => most >= factor);
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8 || !scale) return image;
  // The squares begin at a corner of the picture as it is stored.
  const orientation = readOrientation(bytes);
  const fromRight = [2, 3, 6, 7].includes(orientation);
  const fromBottom = [3, 4, 7, 8].includes(orientation);
  return reduce(image, [scale, scale], [0, 0, image.width, image.height], [fromRight, fromBottom]);
}

/** @param {Rgb} image @param {Fitting} how @returns {Rgb} */
export function fitImage(image, how) {
  const { size, fitMode, cropShare } = how;
  if (fitMode === "pad") return pad(image, how);
  let { width, height } = image;
  if (fitMode === "crop") width = height = Math.min(width, height) * (cropShare ?? 1);
  else if (fitMode === "central") [width, height] = [width, height].map((side) => side * (cropShare ?? CENTRAL_SHARE));
  const [left, top] = [(image.width - width) / 2, (image.height - height) / 2];
  return resize(image, size, size, [left, top, left + width, top + height], how.interpolation);
}

/** @param {Rgb} image @param {Fitting} how @returns {Rgb} */
function pad(image, { size, interpolation }) {
  const scale = size / Math.max(image.width, image.height);
  const width = Math.max(1, roundHalfEven(image.width * scale));
  const height = Math.max(1, roundHalfEven(image.height * scale));
  const fitted = resize(image, width, height, [0, 0, image.width, image.height], interpolation);
  const data = new Uint8Array(size * size * 3);
  const [left, top] = [(size - width) >> 1, (size - height) >> 1];
  for (let y = 0; y < height; y++) {
    data.set(fitted.data.subarray(y * width * 3, (y + 1) * width * 3), ((y + top) * size + left) * 3);
  }
  return { width: size, height: size, data };
}

/** As Python rounds. @param {number} value */
function roundHalfEven(value) {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest === 0.5 ? floor + (floor % 2) : Math.round(value);
}

/**
 * `Image.resize(..., box=box, reducing_gap=2.0)`.
 *
 * @param {Rgb} image @param {number} width @param {number} height @param {Box} box @param {Interpolation} by @returns {Rgb}
 */
function resize(image, width, height, box, by) {
  const [left, top, right, bottom] = box;
  if (width === image.width && height === image.height && !left && !top && right === width && bottom === height)
    return image;
  const scales = [(right - left) / width, (bottom - top) / height];
  const [fx, fy] = scales.map((scale) => Math.floor(scale / REDUCING_GAP) || 1);
  if (fx > 1 || fy > 1) {
    const [marginX, marginY] = scales.map((scale) => (FILTERS[by].support - 0.5) * scale);
    /** @type {Box} */
    const safe = [
      Math.max(0, Math.trunc(left - marginX)),
      Math.max(0, Math.trunc(top - marginY)),
      Math.min(image.width, Math.ceil(right + marginX)),
      Math.min(image.height, Math.ceil(bottom + marginY)),
    ];
    image = reduce(image, [fx, fy], safe);
    box = [(left - safe[0]) / fx, (top - safe[1]) / fy, (right - safe[0]) / fx, (bottom - safe[1]) / fy];
  }
  const [x0, y0, x1, y1] = box.map(Math.fround); // Pillow takes these with 24 bits.
  return pass(pass(image, width, x0, x1, true, by), height, y0, y1, false, by);
}

/**
 * Average rectangles of pixels; those at the far edges may be smaller.
 *
 * @param {Rgb} image
 * @param {[number, number]} factors
 * @param {Box} box
 * @param {[boolean, boolean]} [reversed]  the edges that may have smaller ones are the left and upper ones
 * @returns {Rgb}
 */
function reduce(image, [fx, fy], [left, top, right, bottom], [fromRight, fromBottom] = [false, false]) {
  const xs = edges(left, right, fx, fromRight);
  const ys = edges(top, bottom, fy, fromBottom);
  const [width, height] = [xs.length - 1, ys.length - 1];
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += 3) {
      const count = (xs[x + 1] - xs[x]) * (ys[y + 1] - ys[y]);
      let [red, green, blue] = [count >> 1, count >> 1, count >> 1];
      for (let row = ys[y]; row < ys[y + 1]; row++) {
        const end = (row * image.width + xs[x + 1]) * 3;
        for (let from = (row * image.width + xs[x]) * 3; from < end; from += 3) {
          red += image.data[from];
          green += image.data[from + 1];
          blue += image.data[from + 2];
        }
      }
      const multiplier = Math.floor(2 ** 24 / count);
      data[to] = (red * multiplier) / 2 ** 24;
      data[to + 1] = (green * multiplier) / 2 ** 24;
      data[to + 2] = (blue * multiplier) / 2 ** 24;
    }
  }
  return { width, height, data };
}

/** @param {number} first @param {number} last @param {number} step @param {boolean} backwards @returns {number[]} */
function edges(first, last, step, backwards) {
  const found = [];
  if (backwards) for (let at = last; at > first; at -= step) found.unshift(at);
  else for (let at = first; at < last; at += step) found.push(at);
  return backwards ? [first, ...found] : [...found, last];
}

/**
 * One direction of Pillow's resampling, with a filter as wide as the pixels that become one.
 *
 * @param {Rgb} image @param {number} size  new width or height
 * @param {number} from @param {number} to  what of the old one @param {boolean} horizontal @param {Interpolation} by
 * @returns {Rgb}
 */
function pass(image, size, from, to, horizontal, by) {
  const length = horizontal ? image.width : image.height;
  if (size === length && from === 0 && to === length) return image;
  const [width, height] = horizontal ? [size, image.height] : [image.width, size];
  const data = new Uint8Array(width * height * 3);
  const [step, stride] = horizontal ? [3, image.width * 3] : [image.width * 3, 3];
  const others = horizontal ? image.height : image.width;
  const [toStep, toStride] = horizontal ? [3, width * 3] : [width * 3, 3];
  weightsOf(length, from, to, size, FILTERS[by]).forEach(({ start, weights }, i) => {
    for (let other = 0; other < others; other++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 2 ** (PRECISION_BITS - 1);
        let at = other * stride + start * step + channel;
        for (let k = 0; k < weights.length; k++, at += step) sum += image.data[at] * weights[k];
        data[other * toStride + i * toStep + channel] = Math.min(255, Math.max(0, sum >> PRECISION_BITS));
      }
    }
  });
  return { width, height, data };
}

/** @param {number} length @param {number} from @param {number} to @param {number} size @param {typeof FILTERS.bicubic} filter */
function weightsOf(length, from, to, size, { support, weigh }) {
  const scale = Math.fround(to - from) / size;
  const spread = Math.max(scale, 1);
  return Array.from({ length: size }, (_, i) => {
    const center = from + (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support * spread + 0.5));
    const end = Math.min(length, Math.trunc(center + support * spread + 0.5));
    const raw = Array.from({ length: end - start }, (_, k) => weigh((k + start - center + 0.5) * (1 / spread)));
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    const shares = raw.map((weight) => (total ? weight / total : weight) * 2 ** PRECISION_BITS);
    return { start, weights: shares.map((share) => Math.trunc(share + (share < 0 ? -0.5 : 0.5))) };
  });
}
