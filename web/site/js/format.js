/** What stands for a figure that does not exist, such as the precision of a class that was never predicted: Python's None. */
const NOTHING = "–";

/** @param {number | null | undefined} share 0 to 1 @returns {string} "97.8 %" */
export function percent(share) {
  return share === null || share === undefined ? NOTHING : `${(share * 100).toFixed(1)} %`;
}

/** @param {number} share 0 to 1 @returns {string} "98", for ranges such as "92 to 98 %" */
export function wholePercent(share) {
  return String(Math.round(share * 100));
}

/** @param {number} bytes @returns {string} "8.5 MB" */
export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/**
 * @param {number | null | undefined} value
 * @returns {string} "0.978", the field's way to write precision, recall and F1
 */
export function ratio(value) {
  return value === null || value === undefined || Number.isNaN(value) ? NOTHING : value.toFixed(3);
}

/** @param {number} seconds @returns {string} "8.4 s" or "2 min 5 s" */
export function duration(seconds) {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/**
 * @param {import("./types.js").Photo} photo
 * @returns {string} its relative path, or its name where it has none
 */
export function pathOf(photo) {
  return photo instanceof File ? photo.webkitRelativePath || photo.name : photo.path;
}

/** @param {string} path @returns {string} */
export function nameOf(path) {
  return path.slice(path.lastIndexOf("/") + 1);
}
