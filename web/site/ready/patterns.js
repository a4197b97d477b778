/** The pictures by which a model checks itself, made of whole numbers as pyclassifier.archives.draw_pattern makes them in Python. */

/** @type {Record<string, (x: number, y: number, side: number, channel: number) => number>} */
const PATTERNS = {
  gradient: (x, y, side, channel) => {
    const last = Math.max(side - 1, 1);
    const across = Math.floor((x * 255) / last);
    return [across, Math.floor((y * 255) / last), 255 - across][channel];
  },
  checks: (x, y, _, channel) => {
    const white = ((Math.floor(x / 8) + Math.floor(y / 8)) % 2) * 255;
    return [white, 255 - white, white >> 1][channel];
  },
  rings: (x, y, side, channel) => (Math.floor(((x * x + y * y) * 16) / side) + 85 * channel) % 256,
  noise: (x, y, _, channel) => {
    let mixed = Math.imul(x, 374761393) + Math.imul(y, 668265263) + Math.imul(channel, 974634777);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 1274126177);
    return (mixed ^ (mixed >>> 16)) & 255;
  },
};

/**
 * @param {string} name
 * @param {number} side  in pixels
 * @returns {import("./pixels.js").Rgb | null} null for a pattern that is not known here
 */
export function drawPattern(name, side) {
  const pattern = Object.hasOwn(PATTERNS, name) ? PATTERNS[name] : null;
  if (!pattern) return null;
  const data = new Uint8Array(side * side * 3);
  for (let at = 0; at < data.length; at++) {
    const pixel = Math.floor(at / 3);
    data[at] = pattern(pixel % side, Math.floor(pixel / side), side, at % 3);
  }
  return { width: side, height: side, data };
}
